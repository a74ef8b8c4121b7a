"""Both variants of a picture by pyvips, in this process: decoded once, scaled while it is decoded.

    python -m tools.bench.baselines.vips PICTURE --times 5

Prints JSON: the milliseconds of each time, and the peak of this process' memory in MiB. The large variant
fits 1920x1080, the small one 640x640; both are upright JPEG of quality 75 without metadata, as Perch's are.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import pyvips


def make(picture: Path, folder: Path) -> None:
    """Make both files."""
    vips: Any = pyvips.Image
    large = vips.thumbnail(str(picture), 1920, height=1080, size="down").copy_memory()
    large.jpegsave(str(folder / "large.jpg"), Q=75, keep="none")
    large.thumbnail_image(640, height=640, size="down").jpegsave(str(folder / "small.jpg"), Q=75, keep="none")


def main() -> None:
    """Make the files repeatedly and print the times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("picture", type=Path)
    parser.add_argument("--times", type=int, default=5)
    chosen = parser.parse_args()
    pyvips.cache_set_max(0)  # nothing of an earlier round is cached
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(chosen.times):
            began = time.perf_counter()
            make(chosen.picture, Path(folder))
            times.append((time.perf_counter() - began) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(json.dumps({"ms": times, "peak_mib": peak}))


if __name__ == "__main__":
    main()
