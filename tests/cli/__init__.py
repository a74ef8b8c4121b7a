"""The command `perch` without a server: what it says of itself."""
