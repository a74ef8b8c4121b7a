"""The Following timeline with cold caches: Perch against nothing but the best SQL for the same rows."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tools.bench import calls, growth, sides
from tools.bench.load import BenchFailed, Call, Load, in_turn, press, typical
from tools.bench.programs import output
from tools.bench.row import Row
from tools.bench.stage import FOLLOWED, Community, Stage, database_of
from tools.measuring.figures import number

TIMES, P95_MS = 1.3, 20

# Pages for each reader: more than are requested in all rounds.
PAGES = 1_500


def cold(stage: Stage) -> list[Row]:
    """One reader after the other. Both sides use HTTP; the time of the SQL without it is reported as well."""
    community = stage.community(stage.sizes[-1])
    if not community.readers:
        raise BenchFailed(f"nobody follows {FOLLOWED} people")
    asked = growth.following(community)
    # Each page is read once, by its cursor. Many of its tweets are on other readers' pages too: that is what
    # the cache is for.
    new = [
        replace(call, path=f"{call.path}&before={community.tweets - back}")
        for back in range(PAGES)
        for call in asked
    ]
    nothing, _, bare_ms = against_sql(stage, community, asked, growth.COLD)
    tweets, best, _ = against_sql(stage, community, new, {})
    return [
        Row(
            f"Following for viewers who follow {FOLLOWED} people, cold, {stage.sizes[-1]} tweets",
            "the best SQL for the same rows through bare asyncpg, in a Sanic answering fixed bytes",
            f"<= {TIMES}x its time; p95 <= {P95_MS} ms",
            nothing.words,
            nothing.ratio <= TIMES and nothing.mine.p95 <= P95_MS,
            [
                f"without HTTP the SQL takes {bare_ms:.2f} ms ({best}); "
                f"Perch's whole answer is {number(nothing.mine.p50 / bare_ms)}x of that",
                f"{len(community.readers)} viewers, following {follows(community)}",
            ],
        ),
        Row(
            "the same with the cache on: a page that nobody has requested, of tweets that others have read",
            "the same",
            f"<= {TIMES}x its time; p95 <= {P95_MS} ms",
            tweets.words,
            tweets.ratio <= TIMES and tweets.mine.p95 <= P95_MS,
            [f"{len(new)} pages"],
        ),
    ]


@dataclass(frozen=True)
class Compared:
    """The typical load of Perch and of the other side."""

    mine: Load
    bare: Load

    @property
    def ratio(self) -> float:
        return self.mine.p50 / self.bare.p50

    @property
    def words(self) -> str:
        times = f"p50 {self.mine.p50:.2f} ms against {self.bare.p50:.2f} ms"
        return f"{number(self.ratio)}x ({times}); p95 {self.mine.p95:.2f} ms"


def against_sql(
    stage: Stage, community: Community, asked: list[Call], settings: dict[str, str]
) -> tuple[Compared, str, float]:
    """Measure both sides alternately; also returns the way of the SQL, and its median without HTTP in ms."""
    with tempfile.TemporaryDirectory() as name, sides.perch(community.folder, **settings) as perch:
        viewers, body = Path(name) / "viewers", Path(name) / "body"
        viewers.write_text("".join(f"{reader.id} {reader.key}\n" for reader in community.readers))
        body.write_bytes(calls.average_answer(perch.url, asked[: len(community.readers)]))
        host = str(database_of(community.folder)["host"])
        best, bare_ms = fastest(host, viewers, stage.seconds)
        options = ["--host", host, "--viewers", str(viewers), "--body", str(body), "--way", best]
        with sides.baseline("following_served", *options) as other:
            both = [perch, other]
            found = in_turn(
                {
                    "perch": sides.alone(perch, both, partial(press, perch.url, asked, **slowly(stage))),
                    "bare": sides.alone(other, both, partial(press, other.url, asked, **slowly(stage))),
                },
                stage.rounds + 1,
            )
    mine, bare = typical(found["perch"][1:]), typical(found["bare"][1:])  # the first round warms up
    return Compared(mine, bare), best, bare_ms


def slowly(stage: Stage) -> dict[str, int]:
    """Options for sending one request after the other."""
    return {"seconds": stage.seconds, "connections": 1}


def fastest(host: str, viewers: Path, seconds: int) -> tuple[str, float]:
    """The fastest way to read the rows, and its median in milliseconds."""
    options = ["--host", host, "--viewers", str(viewers), "--seconds", str(seconds)]
    found = output("baselines.following", *options)
    best = min(found, key=lambda way: float(found[way]["p50_ms"]))
    return best, found[best]["p50_ms"]


def follows(community: Community) -> str:
    """How many users the readers follow, as text."""
    counts = [reader.follows for reader in community.readers]
    return f"{min(counts)} to {max(counts)}"
