"""What can go wrong with dumps, as one sentence for the operator."""

from __future__ import annotations

from typing import Any


class DumpFailed(Exception):
    """A dump, a drill or a restore did not work, and trying again will not help by itself.

    `result` is what is known all the same, for the run's row.
    """

    def __init__(self, sentence: str, result: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.result = result


class DumpDamaged(DumpFailed):
    """The stored bytes are not those that were made, or are not an archive."""


class ProgramFailed(DumpFailed):
    """A program of PostgreSQL's ended badly."""


class Busy(DumpFailed):
    """Something else is under way that this would get into the way of; later it may work."""


class DumpNotFound(DumpFailed):
    """There is no dump with this id."""
