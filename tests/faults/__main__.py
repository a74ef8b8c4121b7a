"""Break things as `make faults` does: every row of the table, as thoroughly as was promised.

    python -m tests.faults
    python -m tests.faults --only redis postgres

Exit code 1 where a promise is broken, or where nothing tests one.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from config.version import VERSION
from tests.faults.rows import FAULTS
from tests.faults.verdicts import COLUMNS, Verdicts
from tools.measuring import machine, tables

DOCUMENT = Path("docs/reliability.md")
MARKER = "faults"


def main() -> int:
    """Run the tests with a fault mark and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", choices=list(FAULTS), metavar="ROW", help=", ".join(FAULTS))
    parser.add_argument("--quick", action="store_true", help="as few of everything as `make test-all` tries")
    parser.add_argument("--write", action="store_true", help=f"renew the rows of {DOCUMENT}")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    chosen = parser.parse_args()
    if not chosen.quick:
        os.environ["THOROUGH"] = "1"
    names = chosen.only or list(FAULTS)
    verdicts, began = Verdicts(names), time.monotonic()
    pytest.main(["-m", "fault", "--tb=short", "-v", "--no-header", "tests"], plugins=[verdicts])
    where = f"{machine.hardware()} {versions()} {(time.monotonic() - began) / 60:.0f} minutes."
    show(verdicts, where, as_json=chosen.json)
    if chosen.write:
        write(DOCUMENT, verdicts.cells(), where, keep=bool(chosen.only))
    return 0 if verdicts.all_kept else 1


def show(verdicts: Verdicts, where: str, *, as_json: bool) -> None:
    """Print the table on the terminal."""
    if as_json:
        click.echo(verdicts.json(where))
        return
    click.echo(f"\n{verdicts.plain()}\n\n{where}")


def write(document: Path, cells: Sequence[tables.Cells], where: str, *, keep: bool) -> None:
    """Write the table into the document."""
    text = tables.renewed(document.read_text(), MARKER, COLUMNS, cells, where, keep=keep)
    document.write_text(text)


def versions() -> str:
    """The versions of the software involved."""
    return f"Perch {VERSION}, Python {platform.python_version()}, {machine.postgres()}."


if __name__ == "__main__":
    sys.exit(main())
