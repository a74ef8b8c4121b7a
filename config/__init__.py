"""What every process sets up at its start: settings, logging, error reports."""
