"""The last table, in docs/client.md between two markers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.gates.result import Measure, markdown

DOCUMENT = Path(__file__).parents[2] / "docs" / "client.md"
BEGIN, END = "<!-- client-gates: begin -->", "<!-- client-gates: end -->"


def with_table(text: str, measures: Sequence[Measure], where: str) -> str:
    """The text with this table between its markers."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{markdown(measures)}\n\n{where}\n{END}{after}"


def write(measures: Sequence[Measure], where: str) -> None:
    """Renew the table. `where` is the machine and the versions."""
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(), measures, where))
