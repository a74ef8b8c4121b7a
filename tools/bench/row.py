"""One row of the table: what is measured, against what, the target, the figure, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tools.measuring import tables

COLUMNS = ("what", "against", "target", "measured", "verdict")


@dataclass(frozen=True)
class Row:
    """One row. `against` names its other side; `ok` is None if it is measured only on request."""

    what: str
    against: str
    target: str
    measured: str
    ok: bool | None
    details: list[str] = field(default_factory=list)

    @property
    def cells(self) -> tables.Cells:
        return tuple(
            cell.replace("|", "\\|")
            for cell in (self.what, self.against, self.target, self.measured, self.verdict)
        )

    @property
    def verdict(self) -> str:
        return {True: "ok", False: "MISSED", None: "-"}[self.ok]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def plain(rows: Sequence[Row]) -> str:
    """Text for a terminal: the cells of a row are below each other, because their sentences are long."""
    lines = []
    for row in rows:
        lines += [f"{row.verdict:<6} {row.what}"]
        lines += [f"         against  {row.against}"] if row.against else []
        lines += [f"         target   {row.target}", f"         measured {row.measured}"]
        lines += [f"         {detail}" for detail in row.details]
    return "\n".join(lines)
