"""What Perch promises if something breaks, and whether it holds: `make faults` (docs/reliability.md)."""
