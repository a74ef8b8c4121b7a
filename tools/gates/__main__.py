"""Measure the browser client against its gates; exit code 1 where one is missed.

Builds the packages, and starts a `perch up` from them in a fresh folder, with a small community in it, and
headless Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import click
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from config.version import VERSION
from tests import delivered
from tests.whole.conftest import running
from tools.gates import (
    accessibility,
    community,
    document,
    interactions,
    keyboard,
    languages,
    lighthouse,
    live,
    paint,
    screenshots,
    scroll,
    sizes,
    slow,
)
from tools.gates.result import Measure, plain
from tools.gates.visitor import Visitor
from tools.measuring import machine

Family = Callable[[Visitor], Awaitable[list[Measure]]]

# The order matters, because the last families leave tweets behind.
FAMILIES: dict[str, Family] = {
    "lighthouse": lighthouse.measure,
    "sizes": sizes.measure,
    "paint": paint.measure,
    "slow": slow.measure,
    "accessibility": accessibility.measure,
    "languages": languages.measure,
    "keyboard": keyboard.measure,
    "interactions": interactions.measure,
    "scroll": scroll.measure,
    "live": live.measure,
}

TWEETS = 2000

EXAMPLE = """examples:
  make client-gates
  make client-gates ARGS='--only sizes --only paint'
  .venv/bin/python -m tools.gates --screenshots /tmp/shots --only languages --json
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.gates",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=list(FAMILIES),
        metavar="NAME",
        help=f"one of {', '.join(FAMILIES)}; repeatable; other rows of docs/client.md stay",
    )
    parser.add_argument("--json", action="store_true", help="print JSON and no table")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="take pictures of every page besides")
    parser.add_argument(
        "--no-write",
        action="store_true",
        help="leave docs/client.md as it is",
    )
    return parser.parse_args()


def say(text: str) -> None:
    """Report progress to whoever is watching."""
    if sys.stderr.isatty():
        click.echo(f"{time.strftime('%H:%M:%S')} {text}", err=True)


async def measure(families: Sequence[str], pictures: Path | None) -> tuple[list[Measure], str]:
    """All figures of these families, and a description of the machine."""
    measures: list[Measure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say("building the packages, as the client is measured as it is delivered")
        packages = delivered.unpacked(delivered.built(folder / "dist"), folder / "packages")
        say("starting perch up")
        with running(folder, DEMO_KEYS="off", PYTHONPATH=str(packages)) as perch:
            say(f"settling {TWEETS} tweets")
            database = {"host": f"{folder}/data/run", "user": "perch", "database": "perch"}
            settled = await community.settle(database, perch.url, tweets=TWEETS)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=shutil.which("chromium"),
                    args=["--no-sandbox", "--disable-background-networking"],
                )
                visitor = Visitor(browser, settled)
                where = described(browser.version)
                if pictures:
                    say("taking pictures")
                    say(f"{await screenshots.take(visitor, pictures)} pictures in {pictures}")
                for family in families:
                    say(f"measuring: {family}")
                    measures += await measured(family, visitor)
                await browser.close()
    return measures, where


def described(browser: str) -> str:
    """One sentence about the machine, and one about the versions."""
    node = machine.version_of("node")
    found = f"Lighthouse {lighthouse.version()} on Node {node}, " if lighthouse.PROGRAM.exists() else ""
    return (
        f"{machine.hardware()} Perch {VERSION}, Chromium {browser}, {found}"
        f"Python {platform.python_version()}."
    )


async def measured(family: str, visitor: Visitor) -> list[Measure]:
    """The figures of a family. If they can't be measured, a gate is missed; the others are still measured."""
    try:
        return await FAMILIES[family](visitor)
    except (AssertionError, RuntimeError, PlaywrightError) as failure:
        return [Measure(family, "measured", "failed", ok=False, details=[str(failure)[:600]])]


def main() -> int:
    """Measure, print and write; returns the exit code."""
    chosen = arguments()
    families = [name for name in FAMILIES if not chosen.only or name in chosen.only]
    measures, where = asyncio.run(measure(families, chosen.screenshots))
    missed = [one for one in measures if not one.ok]
    if chosen.json:
        report = {"where": where, "missed": len(missed), "measures": [one.as_dict() for one in measures]}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        click.echo(f"{plain(measures)}\n\n{where}")
    if not chosen.no_write:
        document.write(measures, where, keep=bool(chosen.only))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
