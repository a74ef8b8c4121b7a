"""The last table, in docs/client.md between two markers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.gates.result import Measure, cells_of, markdown

DOCUMENT = Path(__file__).parents[2] / "docs" / "client.md"
BEGIN, END = "<!-- client-gates: begin -->", "<!-- client-gates: end -->"


def with_table(text: str, measures: Sequence[Measure], where: str, *, keep: bool) -> str:
    """The text with this table between its markers. With `keep`, rows that were not measured now stay."""
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    rows = {cells[0]: cells for line in old.splitlines() if keep and (cells := cells_of(line))}
    rows |= {one.name: one.cells for one in measures}
    return f"{before}{BEGIN}\n{markdown(list(rows.values()))}\n\n{where}\n{END}{after}"


def write(measures: Sequence[Measure], where: str, *, keep: bool) -> None:
    """Renew the table. `where` is the machine and the versions."""
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(), measures, where, keep=keep))
