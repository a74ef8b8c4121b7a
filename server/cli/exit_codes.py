"""The exit codes of commands, besides 0, and 130 for Ctrl+C."""

from __future__ import annotations

# The command failed, or found something wrong.
FAILED = 1

# The command or a setting is wrong (click uses the same code).
WRONG = 2
