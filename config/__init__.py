"""What every process is told at its start: settings, logging, error reports."""
