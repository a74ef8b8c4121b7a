"""The first page beside something else: others who write, read deep pages, or have no key."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

from tools.bench import calls, sides
from tools.bench.load import WARM_UP, BenchFailed, Call, Load, in_turn, press, typical
from tools.bench.reading import fixed, warm
from tools.bench.row import Row
from tools.bench.sides import Side
from tools.bench.stage import Stage
from tools.measuring.figures import median, number

# Tweets and likes a second, together.
WRITES_A_SECOND = 100

RATIO, WAITING = 0.5, 4

# The deepest pages that `offset` may ask for, each of them once in a round; and how many one member reads.
DEEPEST = [f"/api/tweets?likers=0&limit=50&offset={page}" for page in range(200, 50, -1)]
DEEP_PAGES_A_SECOND = 20

# What somebody without a key, or with a wrong one, asks for.
UNKEYED = ("/health/ready", f"/media/{'0' * 32}", "/api/stream", "/api/tweets", "/api/instance")
UNKEYED_A_SECOND, UNKEYED_WAITING = 150, 2

# With fewer than this share of the calls, the row would measure something else.
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
            with paced(perch, lines, WRITES_A_SECOND, WARM_UP + stage.seconds + 1, written):
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


def deep_offsets(stage: Stage) -> list[Row]:
    """Measure the first page while one member reads the deepest pages."""
    *others, reader = stage.usual.keys
    with sides.perch(stage.usual.folder) as perch:
        deepest = [Call("GET", path, reader) for path in DEEPEST]
        if not calls.checked(perch.url, deepest[0])["tweets"]:
            raise BenchFailed(f"{DEEPEST[0]} is empty")
        busy = partial(warm, stage, perch)
        what = (
            f"first page while another member reads {DEEP_PAGES_A_SECOND} pages a second, 10,000 tweets deep"
        )
        return [compared(stage, perch, others, what, deepest, DEEP_PAGES_A_SECOND, WAITING, busy)]


def without_a_key(stage: Stage) -> list[Row]:
    """Measure pages read one after the other while somebody without a key asks for everything, limits on."""
    asked = [Call("GET", path, key) for path in UNKEYED for key in ("", "wrong")]
    what = f"first page while an address without a key sends {UNKEYED_A_SECOND} requests a second"
    with sides.perch(stage.usual.folder, RATE_LIMITS="on") as perch:
        gently = partial(press, perch.url, seconds=stage.seconds, connections=1)
        return [
            compared(stage, perch, stage.usual.keys, what, asked, UNKEYED_A_SECOND, UNKEYED_WAITING, gently)
        ]


def compared(
    stage: Stage,
    perch: Side,
    keys: Sequence[str],
    what: str,
    beside: Sequence[Call],
    rate: int,
    most: float,
    measure: Callable[[list[Call]], Load],
) -> Row:
    """The first page alternately in a quiet time and beside these calls."""
    told: list[dict[str, float]] = []
    asked = calls.reading(calls.FIRST_PAGE, keys)
    with tempfile.TemporaryDirectory() as name:
        lines = Path(name) / "beside"
        lines.write_text("".join(call.line for call in beside))

        def measured() -> Load:
            with paced(perch, lines, rate, WARM_UP + stage.seconds + 1, told, up_to_status=499):
                return measure(asked)

        measure(asked)
        rounds: dict[str, Callable[[], Load]] = {"quiet": partial(measure, asked), "beside": measured}
        found = in_turn(rounds, stage.rounds)
    quiet, busy = (typical(found[side]) for side in ("quiet", "beside"))
    waiting, sent = busy.p95 / quiet.p95, median([one["per_second"] for one in told])
    return Row(
        what,
        "itself in a quiet time",
        f"p95 <= {most}x",
        f"{number(waiting)}x ({busy.p95:.2f} ms against {quiet.p95:.2f} ms)",
        waiting <= most and sent >= ENOUGH * rate,
        [f"{sent:.0f} a second beside it, p50 {median([one['p50_ms'] for one in told]):.1f} ms"],
    )


def writes(perch: Side, keys: list[str]) -> list[Call]:
    """Tweets and likes alternately. Liked tweets are on the page being read; half of the likes are undone."""
    page = calls.checked(perch.url, Call("GET", calls.FIRST_PAGE, keys[0]))
    likes = calls.liking(keys[:50], [tweet["id"] for tweet in page["tweets"]])
    return list(chain.from_iterable(zip(calls.publishing(keys[: len(likes)]), likes, strict=True)))


@contextmanager
def paced(
    perch: Side,
    lines: Path,
    rate: int,
    seconds: int,
    told: list[dict[str, float]],
    *,
    up_to_status: int = 299,
) -> Iterator[None]:
    """Send these calls at this rate for the duration of the block, then report the result."""
    options = ["--url", perch.url, "--calls", str(lines), "--rate", str(rate)]
    options += ["--up-to-status", str(up_to_status)]
    command = [sys.executable, "-m", "tools.bench.paced", *options, "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield
        out, _ = process.communicate(timeout=120)
    told.append(json.loads(out))
