"""Counters agree with their rows after storms of acts that touch the same tweets and people."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from server.core.database.connection import rows
from tests.callers import Answer, Caller, register
from tests.domain.test_counters import DISAGREEING
from tests.thorough import much

ROUNDS, AT_ONCE, PEOPLE = much(usually=2, thoroughly=25), 200, 12

QUOTES = "SELECT tweet_id, quoted_id FROM quotes WHERE NOT withdrawn"

# A block takes back the notifications of likes that stay.
EXCEPT = "like without notification"


async def disagreeing() -> list[str]:
    found = [one["what"] for one in await rows(DISAGREEING)]
    return [what for what in found if not what.startswith(EXCEPT)]


@pytest.mark.fault("storms")
async def test_counters_agree_after_storms(anybody: Caller, measured: Callable[[str], None]) -> None:
    people = [await register(anybody.send, f"p{number}") for number in range(PEOPLE)]
    chosen = random.Random(9)
    authors = {await who.tweet("begun"): who for who in people for _ in range(3)}
    quotes: dict[int, Caller] = {}  # with the authors of the quoted tweets
    statuses: Counter[int] = Counter()

    def act() -> Awaitable[Answer]:
        who, other = chosen.sample(people, 2)
        tweet = chosen.choice(list(authors))
        kind = chosen.choice(
            ("reply", "reply", "repost", "undo", "like", "block", "unblock", "follow", "delete")
            + ("quote", "quote", "withdraw")
        )
        match kind:
            case "reply":
                text = f"@{other.handle} #storm"
                return who.post("/api/tweets", json={"tweet_data": text, "in_reply_to_id": tweet})
            case "repost":
                return who.post(f"/api/tweets/{tweet}/reposts")
            case "undo":
                return who.delete(f"/api/tweets/{tweet}/reposts")
            case "like":
                return who.post(f"/api/tweets/{tweet}/likes")
            case "quote":
                return who.post("/api/tweets", json={"tweet_data": "#storm", "quote_of_id": tweet})
            case "withdraw" if quotes:
                quote = chosen.choice(list(quotes))
                return quotes[quote].delete(f"/api/tweets/{quote}/quote")
            case "block":
                return who.post(f"/api/users/{other.id}/block")
            case "unblock":
                return who.delete(f"/api/users/{other.id}/block")
            case "follow":
                return who.post(f"/api/users/{other.id}/follow")
            case _:
                return authors[tweet].delete(f"/api/tweets/{tweet}")

    for _ in range(ROUNDS):
        answers = await asyncio.gather(*[act() for _ in range(AT_ONCE)])
        statuses.update(answer.status for answer in answers)
        assert not [answer.body for answer in answers if answer.status >= 500]
        assert await disagreeing() == []
        quotes = {one["tweet_id"]: authors[one["quoted_id"]] for one in await rows(QUOTES)}
        authors.update({await who.tweet("again"): who for who in people})
    assert statuses[200] + statuses[201] > ROUNDS * AT_ONCE // 4, statuses
    measured(
        f"{ROUNDS} storms of {AT_ONCE} replies, reposts, quotes, blocks and deletions: no counter differs"
    )
