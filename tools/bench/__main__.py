"""Measure what Perch promises in figures, each row with its other side; exit code 1 where one is missed."""

from __future__ import annotations

import argparse
import fcntl
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

import click

from config.version import VERSION
from tools.bench import (
    beside,
    conversations,
    draining,
    following,
    footprint,
    growth,
    picture,
    popular,
    programs,
    reading,
    starting,
    statements,
    suite,
    writing,
)
from tools.bench.load import BenchFailed
from tools.bench.row import COLUMNS, Row, plain
from tools.bench.stage import Stage
from tools.measuring import machine, tables

Family = Callable[[Stage], list[Row]]

# In the order of the table's rows.
FAMILIES: dict[str, Family] = {
    "first-page": partial(reading.compared, "first-page"),
    "access-log": partial(reading.compared, "access-log"),
    "marked": reading.marked,
    "parted": reading.parted,
    "under-writes": beside.under_writes,
    "deep-offsets": beside.deep_offsets,
    "unkeyed": beside.without_a_key,
    "old-client": partial(reading.compared, "old-client"),
    "me": partial(reading.compared, "me"),
    "tweet": partial(reading.compared, "tweet"),
    "following": following.cold,
    "growth": growth.timelines,
    "deep-page": growth.deep_page,
    "publish": writing.publish,
    "like": writing.like,
    "vote": writing.vote,
    "home": conversations.home,
    "notifications": conversations.notifications,
    "rich": conversations.rich,
    "reply": conversations.reply,
    "thread": popular.thread,
    "popular": popular.popular,
    "queries": statements.per_request,
    "picture": picture.variants,
    "upload": picture.upload,
    "streams": programs.streams,
    "unread": programs.unread,
    "draining": draining.after_a_burst,
    "burst": programs.burst,
    "dump": programs.dump,
    "start": starting.starts,
    "fresh": starting.fresh_clone,
    "idle": footprint.idle,
    "soak": footprint.soak,
    "tests": suite.make_test,
}

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
MARKER = "bench"

EXAMPLE = """examples:
  make bench
  make bench ARGS='--quick --only first-page me'
  .venv/bin/python -m tools.bench --only picture upload --markdown
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = ", ".join(FAMILIES)
    parser.add_argument("--only", nargs="+", choices=list(FAMILIES), metavar="ROW", help=f"some of {names}")
    parser.add_argument("--quick", action="store_true", help="fewer, shorter rounds and less data: a trial")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there besides")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument(
        "--write", action="store_true", help=f"renew docs/{DOCUMENT.name}; with --only, these rows of it"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(tempfile.gettempdir()) / "perch-bench",
        help="where generated databases are kept for the next run (default: %(default)s)",
    )
    parser.add_argument("--fresh", action="store_true", help="the first start of a fresh clone, too")
    parser.add_argument("--soak", type=minutes, default=2, metavar="MINUTES", help="how long (default: 2)")
    parser.add_argument("--with-tests", action="store_true", help="run `make test` for its row")
    parser.add_argument("--tests-took", type=float, metavar="SECONDS", help="what it took elsewhere")
    return parser.parse_args()


def minutes(text: str) -> float:
    """A number of minutes above zero. Raises ValueError."""
    if not 0 < (number := float(text)) < float("inf"):
        raise ValueError
    return number


def say(text: str) -> None:
    """Report progress to whoever is watching."""
    if sys.stderr.isatty():
        click.echo(f"{time.strftime('%H:%M:%S')} {text}", err=True)


def where() -> str:
    """Describes the machine and the versions."""
    wrk = machine.version_of("wrk").split()[0]
    versions = (
        f"Perch {VERSION}",
        f"Python {platform.python_version()}",
        f"Sanic {version('sanic')}",
        machine.postgres(),
        f"wrk {wrk}",
    )
    return f"{machine.hardware()} {', '.join(versions)}."


def measured(name: str, stage: Stage) -> list[Row]:
    """The rows of a family. Rows that can't be measured are missed, and the others are still measured."""
    say(f"measuring: {name}")
    try:
        return FAMILIES[name](stage)
    except Exception as failure:  # an error of any kind
        reason = str(failure) if isinstance(failure, BenchFailed) else repr(failure)
        return [Row(name, "", "measured", "failed", ok=False, details=[reason[:600]])]


def main() -> int:
    """Measure and print; returns the exit code."""
    chosen = arguments()
    chosen.data.mkdir(parents=True, exist_ok=True)
    with (chosen.data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            click.echo(
                f"{chosen.data} is being used by another run: each would spoil the other's figures", err=True
            )
            return 2
        return measure(chosen)


def measure(chosen: argparse.Namespace) -> int:
    """Measure everything that was chosen; returns the exit code too."""
    stage = Stage(
        chosen.data.absolute(),
        chosen.quick,
        say,
        soak_minutes=chosen.soak,
        fresh=chosen.fresh or "fresh" in (chosen.only or ()),
        with_tests=chosen.with_tests,
        tests_took=chosen.tests_took,
    )
    names = [name for name in FAMILIES if not chosen.only or name in chosen.only]
    rows = [row for name in names for row in measured(name, stage)]
    missed = [row for row in rows if row.ok is False]
    cells = [row.cells for row in rows]
    if chosen.json:
        found = {"where": where(), "missed": len(missed), "rows": [row.as_dict() for row in rows]}
        chosen.json.write_text(json.dumps(found, indent=2, ensure_ascii=False))
    if chosen.write:
        text = DOCUMENT.read_text()
        DOCUMENT.write_text(tables.renewed(text, MARKER, COLUMNS, cells, where(), keep=bool(chosen.only)))
    click.echo(f"{tables.markdown(COLUMNS, cells) if chosen.markdown else plain(rows)}\n\n{where()}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
