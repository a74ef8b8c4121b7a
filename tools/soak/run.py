"""A whole soak test, from the start to the verdict."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.realtime.listening import Follower
from tests.waiting import until
from tools.soak.ends import broken_promises
from tools.soak.faults import Faults
from tools.soak.growth import SETTLED, Growth
from tools.soak.ledger import Ledger
from tools.soak.people import Person
from tools.soak.site import Site

# Schedules that make all regular work happen within a quarter of an hour.
SETTINGS = {
    "WEB_CONCURRENCY": "2",
    "CACHE_MB": "16",  # small, so that the cache is soon full: until then memory may grow
    "DUMP_HOUR_CRON": "*/10 * * * *",
    "LOGS_CRON": "*/5 * * * *",
    "RETENTION_CRON": "*/10 * * * *",
    "DRILL_CRON": "5-59/10 * * * *",
    "RECONCILE_CRON": "*/6 * * * *",
}

PEOPLE, FOLLOWERS = 20, 3

# Seconds between two measurements.
LOOK_EVERY = 10

# A picture whose message was lost is sent again after two minutes, by a task that runs each minute. In
# seconds.
PICTURES_SETTLE_WITHIN = 200


@dataclass
class Report:
    """The result. `broken` lists the promises that don't hold; `mib` is the memory minute by minute."""

    seed: int
    seconds: float
    answers: dict[str, int]
    slowest: float
    faults: int
    tweets: int
    pictures: int
    likes: int
    heard: int
    processes: list[dict[str, Any]]
    most_connections: int
    mib: dict[str, list[float]]
    broken: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The report as text."""
        answers = ", ".join(f"{count:,} x {status}" for status, count in sorted(self.answers.items()))
        lines = [
            f"{self.seconds / 60:.1f} minutes (seed {self.seed}), {self.faults} faults; answers: {answers}; "
            f"the slowest {self.slowest:.1f} s",
            f"{self.tweets:,} tweets, {self.pictures:,} pictures and {self.likes:,} likes were answered and "
            f"held against the database; {self.heard:,} events were heard live; "
            f"at most {self.most_connections} connections to the database",
        ]
        for process in self.processes:
            lines.append(
                "{name:<16} {before:6.1f} -> {after:6.1f} MiB ({ratio:.2f}x), "
                "{handles} -> {handles_after} open files".format(**process)
            )
        lines += [f"BROKEN: {sentence}" for sentence in self.broken] or ["every promise was kept"]
        return "\n".join(lines)


async def soak(
    site: Site,
    *,
    seconds: float,
    fault_every: float,
    seed: int,
    only: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """Load with faults for this long, then a rest; returns the findings."""
    ledger, over = Ledger(), asyncio.Event()
    growth = Growth(site, max(SETTLED, seconds / 4))
    chance = random.Random(seed)
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=site.perch.url, timeout=30) as client:
        callers = await site.register(client, PEOPLE)
        people: list[Person] = []
        people += [Person(who, ledger, people, random.Random(chance.random())) for who in callers]
        followers = [Follower(site.perch.url, who) for who in callers[:FOLLOWERS]]
        faults = Faults(site, ledger, chance, say, only)
        listening = [asyncio.create_task(follower.follow()) for follower in followers]
        await until(lambda: all(follower.stream for follower in followers), within=20)
        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(person.live(over))
            group.create_task(faults.happen(over, every=fault_every, killing=seconds / 4))
            while (passed := time.monotonic() - began) < seconds:
                await growth.look()
                answers = sum(ledger.statuses.values())
                say(f"{passed / 60:.1f} of {seconds / 60:.1f} minutes, {answers:,} answers")
                await asyncio.sleep(min(LOOK_EVERY, seconds / 5))
            over.set()
        ledger.wrong += await _settled(site, people[0])
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    await growth.look()
    broken = [*await broken_promises(site, ledger, followers), *growth.complaints()]
    return Report(
        seed,
        time.monotonic() - began,
        dict(ledger.statuses),
        ledger.slowest,
        ledger.faults,
        len(ledger.tweets) + len(ledger.deleted),
        ledger.pictures,
        len(ledger.likes),
        sum(len(follower.heard) for follower in followers),
        [
            {
                "name": name,
                "before": before,
                "after": after,
                "ratio": after / before,
                "handles": handles,
                "handles_after": handles_after,
            }
            for name, before, after, handles, handles_after in growth.figures()
        ],
        max(growth.connections),
        {name: [round(look.mib, 1) for look in looks[::6]] for name, looks in growth.of_survivors()},
        broken,
    )


async def _settled(site: Site, somebody: Person) -> list[str]:
    """Wait until nothing is in progress any more, above all pictures; returns what doesn't come to rest."""
    last = f"the last one, {time.monotonic()}"
    answer = await somebody.insist("POST", "/api/tweets", json={"tweet_data": last})
    if answer is not None and answer.status_code == 201:
        somebody.ledger.tweets[answer.json()["tweet_id"]] = last
        somebody.ledger.published.add(answer.json()["tweet_id"])

    async def rests() -> bool:
        (found,) = await site.rows(
            "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM media_attachments "
            "WHERE state IN ('pending', 'removed')) AS left"
        )
        return bool(found["left"] == 0)

    try:
        await until(rests, within=PICTURES_SETTLE_WITHIN)
    except AssertionError:
        left = await site.rows(
            "SELECT state, count(*) FROM media_attachments WHERE state IN ('pending', 'removed') GROUP BY 1"
        )
        return [f"it does not come to rest: pictures {[tuple(row) for row in left]}"]
    with contextlib.suppress(TimeoutError):
        await asyncio.sleep(1)  # the followers read the last events
    return []
