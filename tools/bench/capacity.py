"""What a number of people needs, computed from the cost of each thing; docs/scaling.md shows the table.

    .venv/bin/python -m tools.bench.capacity

Nothing is measured here. The costs are results of other programs, and the habits are assumptions: change them
for another community, and print the table again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click

DAY, YEAR = 86_400, 365
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True)
class Costs:
    """The cost of one of each. Times are microseconds of a core like those measured; sizes are in bytes."""

    # docs/scaling.md gives the source of each figure.
    hot_page: int = 46  # web: a page from memory
    cold_page: int = 400  # web
    cold_page_database: int = 500  # PostgreSQL
    write: int = 140  # web: a tweet, a like, a follow
    write_database: int = 200
    picture: int = 75_000  # worker: 12 megapixels to all variants
    stream_message: int = 13  # web: a message to one stream
    stream: int = 22 * KIB  # web memory
    web_process: int = 90 * MIB
    page_bytes: int = 20_000
    message_bytes: int = 700
    picture_stored: int = 400_000
    tweet_row: int = 280  # with indexes
    like_row: int = 180
    follow_row: int = 180
    picture_row: int = 360
    event_row: int = 120  # it is kept for a day


@dataclass(frozen=True)
class Habits:
    """People's habits. `peak` is the load of the busiest hour relative to the mean."""

    active_a_day: float = 0.2
    reads: int = 80  # per active person and day
    hot: float = 0.8  # share of the reads
    tweets: float = 1.0
    likes: float = 10.0
    follows: float = 0.2
    follows_kept: int = 50  # share of all members
    pictures: float = 0.25  # share of all tweets
    streams_open: float = 0.1  # share of those active that day, at the peak
    peak: float = 3.0


@dataclass(frozen=True)
class Need:
    """What a number of members needs at the peak, and after a year for everything that grows."""

    reads: float
    writes: float
    streams: float
    messages: float
    web_cores: float
    stream_cores: float
    database_cores: float
    worker_cores: float
    stream_memory: float
    page_bytes: float
    message_bytes: float
    tweets: float
    database_bytes: float
    object_bytes: float


def need(members: int, costs: Costs, habits: Habits) -> Need:
    """Compute everything that this many members need."""
    active = members * habits.active_a_day
    each_second = active / DAY * habits.peak
    reads = each_second * habits.reads
    cold = reads * (1 - habits.hot)
    writes = each_second * (habits.tweets + habits.likes + habits.follows)
    streams = active * habits.streams_open
    messages = writes * streams  # an upper bound: likes of one tweet within a second are one message
    yearly = active * YEAR
    rows = (
        yearly * habits.tweets * (costs.tweet_row + habits.pictures * costs.picture_row)
        + yearly * habits.likes * costs.like_row
        + members * habits.follows_kept * costs.follow_row
        + active * (habits.tweets + habits.likes + habits.follows) * costs.event_row
    )
    return Need(
        reads=reads,
        writes=writes,
        streams=streams,
        messages=messages,
        web_cores=((reads - cold) * costs.hot_page + cold * costs.cold_page + writes * costs.write) / 1e6,
        stream_cores=messages * costs.stream_message / 1e6,
        database_cores=(cold * costs.cold_page_database + writes * costs.write_database) / 1e6,
        worker_cores=each_second * habits.tweets * habits.pictures * costs.picture / 1e6,
        stream_memory=streams * costs.stream,
        page_bytes=reads * costs.page_bytes,
        message_bytes=messages * costs.message_bytes,
        tweets=yearly * habits.tweets,
        database_bytes=rows,
        object_bytes=yearly * habits.tweets * habits.pictures * costs.picture_stored,
    )


def number(value: float, unit: str = "") -> str:
    """The number with two significant digits and a letter for its magnitude."""
    size, letter = next(
        (each for each in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")) if value >= each[0]), (1, "")
    )
    return f"{float(f'{value / size:.2g}'):g} {letter}{unit}".strip()


ROWS: list[tuple[str, Callable[[Need], float], str]] = [
    ("reads a second", lambda found: found.reads, ""),
    ("writes a second", lambda found: found.writes, ""),
    ("open streams", lambda found: found.streams, ""),
    ("messages a second to all of them", lambda found: found.messages, ""),
    ("cores: requests, web", lambda found: found.web_cores, ""),
    ("cores: messages, web", lambda found: found.stream_cores, ""),
    ("cores: PostgreSQL", lambda found: found.database_cores, ""),
    ("cores: pictures, worker", lambda found: found.worker_cores, ""),
    ("memory of streams", lambda found: found.stream_memory, "B"),
    ("sent a second: pages", lambda found: found.page_bytes, "B"),
    ("sent a second: messages", lambda found: found.message_bytes, "B"),
    ("tweets after a year", lambda found: found.tweets, ""),
    ("database after a year", lambda found: found.database_bytes, "B"),
    ("pictures after a year", lambda found: found.object_bytes, "B"),
]

MEMBERS = (1_000, 100_000, 10_000_000)


def main() -> None:
    """Print the table as Markdown."""
    found = [need(members, Costs(), Habits()) for members in MEMBERS]
    click.echo("| at the peak | " + " | ".join(f"{members:,}" for members in MEMBERS) + " |")
    click.echo("| --- |" + " --- |" * len(MEMBERS))
    for name, value, unit in ROWS:
        click.echo(f"| {name} | " + " | ".join(number(value(each), unit) for each in found) + " |")


if __name__ == "__main__":
    main()
