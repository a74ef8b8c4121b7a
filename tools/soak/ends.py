"""What must be true at the end of a soak test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from tests.realtime.listening import Follower
from tools.soak.ledger import Ledger
from tools.soak.site import Site

# How many examples of each kind are named.
NAMED = 5

# The fields in the result of `perch reconcile` that only say how much was checked.
LOOKED_AT = {"tweets", "users", "pictures"}

LINES_OF_A_TRACEBACK = 40


async def broken_promises(site: Site, ledger: Ledger, followers: Iterable[Follower]) -> list[str]:
    """Sentences about what doesn't hold; none if all is well."""
    found = list(ledger.wrong)
    found += _lost(
        ledger,
        tweets={row["id"]: row["content"] for row in await site.rows("SELECT id, content FROM tweets")},
        likes={tuple(row) for row in await site.rows("SELECT user_id, tweet_id FROM likes")},
        follows={tuple(row) for row in await site.rows("SELECT follower_id, followee_id FROM follows")},
    )
    for follower in followers:
        found += _misheard(follower, ledger)
    for name, what in site.command("reconcile", "--dry-run").items():
        if what and name not in LOOKED_AT:
            found.append(f"reconciliation finds {name}: {what}")
    runs = await site.rows(
        "SELECT slot, result::text AS result FROM scheduled_runs WHERE kind = 'reconcile' "
        "AND (result->>'found')::int > 0"
    )
    found += [f"the reconciliation of {run['slot']} found {run['result']}" for run in runs]
    if dead := site.command("status")["queue"]["dead"]:
        found.append(f"{dead} dead letters")
    lines = site.log.splitlines()
    if traced := [number for number, line in enumerate(lines) if "Traceback" in line]:
        first = lines[max(0, traced[0] - 2) : traced[0] + LINES_OF_A_TRACEBACK]
        found.append(f"{len(traced)} tracebacks in the log, the first one:\n" + "\n".join(first))
    return found


def _lost(
    ledger: Ledger, *, tweets: dict[int, str], likes: set[tuple[Any, ...]], follows: set[tuple[Any, ...]]
) -> Iterator[str]:
    """What was confirmed but differs in the database."""
    wrong: dict[str, Sequence[Any]] = {
        "tweets that were answered are gone": [
            tweet_id for tweet_id, text in ledger.tweets.items() if tweets.get(tweet_id) != text
        ],
        "tweets are there that were deleted": [tweet_id for tweet_id in ledger.deleted if tweet_id in tweets],
        "likes are not as they were answered": [
            pair for pair, there in ledger.likes.items() if (pair in likes) != there
        ],
        "follows are not as they were answered": [
            pair for pair, there in ledger.follows.items() if (pair in follows) != there
        ],
    }
    for what, which in wrong.items():
        if which:
            yield f"{len(which)} {what}: {which[:NAMED]}"


def _misheard(follower: Follower, ledger: Ledger) -> Iterator[str]:
    """Events received out of order or twice, or missing although the stream was not reset."""
    for earlier, later in pairwise(follower.numbers):
        if later <= earlier:
            yield f"{follower.who.handle} heard {later} after {earlier}"
            return
    told = {event["tweet"]["id"] for event in follower.heard if event["type"] == "tweet"}
    was_reset = any(event["type"] == "reset" and event["reason"] != "stopping" for event in follower.heard)
    missed = sorted(ledger.published - told)
    if missed and not was_reset:
        yield f"{follower.who.handle} was not told of {len(missed)} tweets: {missed[:NAMED]}"
