"""Quoting tweets, and reading what a tweet quotes and who quotes it."""

from __future__ import annotations

from typing import Any

from tests.callers import Answer, Caller


async def quote(caller: Caller, quoted: int, text: str = "look", **body: Any) -> int:
    answer = await try_to_quote(caller, quoted, text, **body)
    assert answer.status == 201, answer.body
    return int(answer["tweet_id"])


async def try_to_quote(caller: Caller, quoted: int, text: str = "look", **body: Any) -> Answer:
    return await caller.post("/api/tweets", json={"tweet_data": text, "quote_of_id": quoted, **body})


async def restricted(caller: Caller, text: str, visibility: str) -> int:
    return int(
        (await caller.post("/api/tweets", json={"tweet_data": text, "visibility": visibility}))["tweet_id"]
    )


async def quoted(caller: Caller, tweet: int) -> dict[str, Any]:
    """What the reader gets of the tweet that this one quotes."""
    (found,) = (await caller.get(f"/api/tweets/{tweet}"))["quoted"]
    for path in ("/api/tweets", f"/api/users/{(await caller.read(tweet))['author']['id']}/tweets"):
        page = await caller.get(path, params={"likers": 100})
        assert next(one for one in page["quoted"] if one["tweet_id"] == found["tweet_id"]) == found
    return dict(found)


async def quotes(caller: Caller, tweet: int) -> list[int]:
    page = await caller.get(f"/api/tweets/{tweet}/quotes")
    assert page.status == 200, page.body
    return [one["id"] for one in page["tweets"]]


async def kinds(caller: Caller) -> list[str]:
    """What somebody was notified of, the newest first."""
    return [one["kind"] for one in (await caller.get("/api/notifications"))["notifications"]]
