"""The first page while others tweet and like: throughput against Sanic's, latency against a quiet time's."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

from tools.bench import calls, sides
from tools.bench.load import WARM_UP, Call, Load, in_turn, typical
from tools.bench.reading import fixed, warm
from tools.bench.row import Row
from tools.bench.sides import Side
from tools.bench.stage import Stage
from tools.measuring.figures import median, number

# Tweets and likes a second, together.
WRITES_A_SECOND = 100

RATIO, WAITING = 0.5, 4

# With fewer than this share of the writes, the row would measure something else.
ENOUGH = 0.95


def under_writes(stage: Stage) -> list[Row]:
    """Measure quiet, bare and written alternately, each on a side that runs alone."""
    written: list[dict[str, float]] = []
    asked = calls.reading(calls.FIRST_PAGE, stage.usual.keys)
    with (
        tempfile.TemporaryDirectory() as name,
        stage.usual.copied() as data,
        sides.perch(data) as perch,
        fixed(Path(name), perch, asked) as (other, _),
    ):
        lines = Path(name) / "writes"
        lines.write_text("".join(call.line for call in writes(perch, stage.usual.keys)))

        def while_written() -> Load:
            with writer(perch, lines, WARM_UP + stage.seconds + 1, written):
                return warm(stage, perch, asked)

        pair = [perch, other]
        found = in_turn(
            {
                "quiet": sides.alone(perch, pair, partial(warm, stage, perch, asked)),
                "bare": sides.alone(other, pair, partial(warm, stage, other, asked)),
                "written": sides.alone(perch, pair, while_written),
            },
            stage.rounds,
        )
    quiet, bare, busy = (typical(found[side]) for side in ("quiet", "bare", "written"))
    ratio, waiting = busy.per_second / bare.per_second, busy.p99 / quiet.p99
    rate = median([one["per_second"] for one in written])
    return [
        Row(
            f"the first row while {WRITES_A_SECOND} tweets and likes a second are written",
            "the baseline of the first row; p99 against that without writes",
            f">= {RATIO} of its requests/s, p99 <= {WAITING}x",
            f"{number(ratio)} ({busy.per_second:,.0f} against {bare.per_second:,.0f}), "
            f"p99 {number(waiting)}x ({busy.p99:.2f} ms against {quiet.p99:.2f} ms)",
            ratio >= RATIO and waiting <= WAITING and rate >= ENOUGH * WRITES_A_SECOND,
            [
                f"{rate:.0f} writes a second were answered, "
                f"p50 {median([one['p50_ms'] for one in written]):.1f} ms, "
                f"p99 {median([one['p99_ms'] for one in written]):.1f} ms"
            ],
        )
    ]


def writes(perch: Side, keys: list[str]) -> list[Call]:
    """Tweets and likes alternately. Liked tweets are on the page being read; half of the likes are undone."""
    page = calls.checked(perch.url, Call("GET", calls.FIRST_PAGE, keys[0]))
    likes = calls.liking(keys[:50], [tweet["id"] for tweet in page["tweets"]])
    return list(chain.from_iterable(zip(calls.publishing(keys[: len(likes)]), likes, strict=True)))


@contextmanager
def writer(perch: Side, lines: Path, seconds: int, told: list[dict[str, float]]) -> Iterator[None]:
    """Write for the duration of the block, then report the result."""
    options = ["--url", perch.url, "--calls", str(lines), "--rate", str(WRITES_A_SECOND)]
    command = [sys.executable, "-m", "tools.bench.paced", *options, "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield
        out, _ = process.communicate(timeout=120)
    told.append(json.loads(out))
