"""An hour of people who read, write, upload and listen, while servers and processes break by chance.

    python -m tools.soak
    python -m tools.soak --minutes 5 --seed 7 --json

At the end everything that was answered is held against what is there. Exit code 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from tools.soak import site
from tools.soak.run import SETTINGS, Report, soak


def main() -> int:
    """Run the soak test."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=60, help="how long (default: 60)")
    parser.add_argument(
        "--fault-every", type=float, default=30, metavar="SECONDS", help="how often (default: 30)"
    )
    parser.add_argument("--seed", type=int, help="of what happens by chance; printed where not given")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    chosen = parser.parse_args()
    if chosen.minutes <= 0 or chosen.fault_every <= 0:
        parser.error("times are positive")
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1 << 32)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        site.running(Path(folder), **SETTINGS) as running,
    ):
        report: Report = asyncio.run(
            soak(
                running,
                seconds=chosen.minutes * 60,
                fault_every=chosen.fault_every,
                seed=seed,
                say=lambda line: click.echo(line, err=True),
            )
        )
    click.echo(msgspec.json.encode(asdict(report)).decode() if chosen.json else report.words)
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
