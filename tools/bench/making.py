"""Perch's side of the row of pictures: variants as its worker makes them, limits and all.

    python -m tools.bench.making PICTURE --times 5

Prints JSON as `tools.bench.baselines.vips` does; the peak is that of the processes that decode.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import tempfile
import time
from pathlib import Path

import click

from tasks.picture_worker import PictureChildren


async def make(picture: Path, times: int) -> list[float]:
    """Make the variants one picture after the other; returns the milliseconds of each."""
    took, children = [], PictureChildren()
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            await children.make_variants(picture, Path(folder))
            took.append((time.perf_counter() - began) * 1000)
    await children.close()
    return took


def main() -> None:
    """Make the variants and print the times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("picture", type=Path)
    parser.add_argument("--times", type=int, default=5)
    chosen = parser.parse_args()
    took = asyncio.run(make(chosen.picture, chosen.times))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    click.echo(json.dumps({"ms": took, "peak_mib": peak}))


if __name__ == "__main__":
    main()
