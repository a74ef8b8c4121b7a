"""The last table of figures, between two markers in docs/client.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tools.gates.result import COLUMNS, Measure
from tools.measuring import tables

DOCUMENT = Path(__file__).parents[2] / "docs" / "client.md"
MARKER = "client-gates"
BEGIN, END = tables.begin(MARKER), tables.end(MARKER)


def with_table(text: str, measures: Sequence[Measure], where: str, *, keep: bool) -> str:
    """The text with this table between its markers. `keep` keeps rows that were not measured this time."""
    return tables.renewed(text, MARKER, COLUMNS, [one.cells for one in measures], where, keep=keep)


def write(measures: Sequence[Measure], where: str, *, keep: bool) -> None:
    """Update the table. `where` describes the machine and the versions."""
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(), measures, where, keep=keep))
