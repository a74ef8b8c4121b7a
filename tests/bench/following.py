"""Following, cold: the whole answer against nothing but the best SQL for the same rows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import growth, sides
from tests.bench.load import BenchFailed, in_turn, press, typical
from tests.bench.row import Row
from tests.bench.stage import FOLLOWED, Community, Stage
from tests.measuring.figures import median, number

TIMES, P95_MS = 1.3, 20


def cold(stage: Stage) -> list[Row]:
    """One reader after the other, by HTTP and by asyncpg in turn."""
    community = stage.community(stage.sizes[-1])
    if not community.readers:
        raise BenchFailed(f"nobody follows {FOLLOWED} people")
    asked = growth.following(community)
    with tempfile.NamedTemporaryFile("w") as ids, sides.perch(community.folder, **growth.COLD) as perch:
        ids.write("\n".join(str(reader.id) for reader in community.readers))
        ids.flush()
        found: dict[str, Any] = in_turn(
            {
                "perch": partial(press, perch.url, asked, seconds=stage.seconds, connections=1),
                "bare": partial(bare, community, Path(ids.name), stage.seconds),
            },
            stage.rounds,
        )
    mine = typical(found["perch"])
    best = min(found["bare"][0], key=lambda name: median([one[name]["p50_ms"] for one in found["bare"]]))
    sql = median([one[best]["p50_ms"] for one in found["bare"]])
    ratio = mine.p50 / sql
    return [
        Row(
            f"Following for viewers who follow {FOLLOWED} people, cold, {stage.sizes[-1]} tweets",
            "the best SQL for the same rows through bare asyncpg",
            f"<= {TIMES}x its time; p95 <= {P95_MS} ms",
            f"{number(ratio)}x (p50 {mine.p50:.2f} ms against {sql:.2f} ms); p95 {mine.p95:.2f} ms",
            ratio <= TIMES and mine.p95 <= P95_MS,
            [
                f"Perch's is the whole answer by HTTP, the other the rows alone; the best statement: {best}; "
                f"{len(community.readers)} viewers, following {follows(community)}"
            ],
        )
    ]


def bare(community: Community, ids: Path, seconds: int) -> dict[str, dict[str, float]]:
    """Times of each statement, in milliseconds."""
    options = ["--host", str(community.database["host"]), "--viewers", str(ids), "--seconds", str(seconds)]
    command = [sys.executable, "-m", "tests.bench.baselines.following", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def follows(community: Community) -> str:
    """How many, in words."""
    counts = [reader.follows for reader in community.readers]
    return f"{min(counts)} to {max(counts)}"
