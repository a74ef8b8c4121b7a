"""The table, gathered by pytest while the marked tests run."""

from __future__ import annotations

import json
from collections.abc import Collection, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.faults.rows import FAULTS
from tools.measuring.tables import Cells

COLUMNS = ("fault", "promise", "measured", "verdict")

# The property under which a test reports its measurement (the fixture `measured`).
MEASURED = "measured"


@dataclass
class Found:
    """The results of the tests of one row."""

    passed: int = 0
    broken: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.broken:
            return "BROKEN"
        return "kept" if self.passed else "NOT TESTED"

    @property
    def words(self) -> str:
        figures = self.measured or [f"{self.passed} test{'' if self.passed == 1 else 's'}"]
        return "; ".join([*figures, *(f"failed: {name}" for name in self.broken)])


class Verdicts:
    """A pytest plugin that runs only the tests of these rows and remembers their results."""

    def __init__(self, names: Collection[str]) -> None:
        self.found = {name: Found() for name in FAULTS if name in names}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out the tests of other rows. Raises UsageError for an unknown row."""
        chosen: list[pytest.Item] = []
        others: list[pytest.Item] = []
        for item in items:
            marks = list(item.iter_markers("fault"))
            if unknown := [mark.args[0] for mark in marks if mark.args[0] not in FAULTS]:
                raise pytest.UsageError(
                    f"{item.nodeid}: there is no row {unknown[0]} in tests/faults/rows.py"
                )
            (chosen if any(mark.args[0] in self.found for mark in marks) else others).append(item)
        items[:] = chosen
        config.hook.pytest_deselected(items=others)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Remember how a test ended."""
        report = yield
        names = [mark.args[0] for mark in item.iter_markers("fault") if mark.args[0] in self.found]
        for found in (self.found[name] for name in names):
            if report.when == "call" and report.passed:
                found.passed += 1
                found.measured += [str(text) for name, text in item.user_properties if name == MEASURED]
            elif not report.passed:
                found.broken.append(item.name)
        return report

    @property
    def all_kept(self) -> bool:
        """Whether every promise was tested and kept."""
        return all(found.verdict == "kept" for found in self.found.values())

    def cells(self) -> list[Cells]:
        """The cells of a document's table."""
        return [
            (FAULTS[name].what, FAULTS[name].promise, found.words.replace("|", "\\|"), found.verdict)
            for name, found in self.found.items()
        ]

    def plain(self) -> str:
        """Text for a terminal: the cells of a row are below each other, because their sentences are long."""
        lines = []
        for name, found in self.found.items():
            lines += [f"{found.verdict:<10} {name}: {FAULTS[name].what}"]
            lines += [f"           promise  {FAULTS[name].promise}", f"           measured {found.words}"]
        return "\n".join(lines)

    def json(self, where: str) -> str:
        """The results as data for a program."""
        rows = [
            {"row": name, **dict(zip(COLUMNS, cells, strict=True))}
            for name, cells in zip(self.found, self.cells(), strict=True)
        ]
        return json.dumps({"rows": rows, "where": where}, indent=2)
