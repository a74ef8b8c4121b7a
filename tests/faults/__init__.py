"""What Perch promises when something breaks, and what became of it: `make faults` (docs/reliability.md)."""
