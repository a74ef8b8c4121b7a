"""The command `perch`."""

from server.cli.main import main

__all__ = ["main"]
