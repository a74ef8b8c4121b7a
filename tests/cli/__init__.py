"""The command `perch` without a server: its help."""
