"""How commands end, besides 0, and 130 for Ctrl+C."""

from __future__ import annotations

# It did not work, or something is not as it should be.
FAILED = 1

# The command or a setting is wrong (as click has it).
WRONG = 2
