"""Tables of figures for a terminal or a document, and updating a table in a document."""

from __future__ import annotations

import re
from collections.abc import Sequence

Cells = tuple[str, ...]


def plain(columns: Cells, rows: Sequence[Cells]) -> str:
    """The table for a terminal."""
    table = [columns, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    return "\n".join(line.rstrip() for line in lines)


def markdown(columns: Cells, rows: Sequence[Cells]) -> str:
    """The table for a document. Vertical bars in cells must already be escaped."""
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


# Bars inside a cell are escaped.
BETWEEN = re.compile(r"(?<!\\)\|")


def renewed(text: str, marker: str, columns: Cells, rows: Sequence[Cells], where: str, *, keep: bool) -> str:
    """The text with this table between its markers, followed by where it was measured.

    Args:
        keep: leave rows in the table that are not among these; a row is known by its first cell.
    """
    before, rest = text.split(begin(marker))
    old, after = rest.split(end(marker))
    found = {cells[0]: cells for line in old.splitlines() if keep and (cells := cells_of(line, columns))}
    found |= {cells[0]: cells for cells in rows}
    return (
        f"{before}{begin(marker)}\n{markdown(columns, list(found.values()))}\n\n{where}\n{end(marker)}{after}"
    )


def begin(marker: str) -> str:
    """The line before the table."""
    return f"<!-- {marker}: begin -->"


def end(marker: str) -> str:
    """The line after the table."""
    return f"<!-- {marker}: end -->"


def cells_of(line: str, columns: Cells) -> Cells | None:
    """The cells of a row of that table; None for other lines."""
    cells = tuple(cell.strip() for cell in BETWEEN.split(line.strip().strip("|")))
    is_row = line.startswith("|") and cells != columns and not line.startswith("| ---")
    return cells if is_row and len(cells) == len(columns) else None
