"""What can go wrong with dumps, as one sentence for the operator."""

from __future__ import annotations

from typing import Any


class DumpFailed(Exception):
    """A dump, a restore test or a restore failed, and merely trying again will not help.

    `result` is what is known nevertheless, for the run's row.
    """

    def __init__(self, sentence: str, result: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.result = result


class DumpDamaged(DumpFailed):
    """The stored bytes are not those that were made, or are not an archive."""


class ProgramFailed(DumpFailed):
    """One of PostgreSQL's programs failed."""


class Busy(DumpFailed):
    """This would interfere with something that is running; it may work later."""


class DumpNotFound(DumpFailed):
    """There is no dump with this id."""
