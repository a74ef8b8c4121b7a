"""Reposting, and reading timelines with reposts."""

from __future__ import annotations

from typing import Any

from tests.callers import Caller

FOLLOWING = {"timeline": "following", "entries": "1"}

Shown = tuple[int, list[str]]


async def repost(who: Caller, tweet: int) -> int:
    answer = await who.post(f"/api/tweets/{tweet}/reposts")
    assert answer.status == 200, answer.body
    return int(answer["repost_id"])


def shown(entries: list[dict[str, Any]]) -> list[Shown]:
    """Each entry as its tweet and the handles of those who reposted it."""
    return [
        (entry["tweet"]["id"], [person["handle"] for person in entry.get("reposters", [])])
        for entry in entries
    ]


async def entries(who: Caller, path: str = "/api/tweets", **params: Any) -> list[Shown]:
    """All pages of a timeline with entries."""
    asked = FOLLOWING | params if path == "/api/tweets" else {"entries": "1"} | params
    found: list[Shown] = []
    before: dict[str, Any] = {}
    while True:
        page = await who.get(path, params=asked | before)
        assert page.status == 200, page.body
        found += shown(page["entries"])
        if page["next"] is None:
            return found
        before = {"before": page["next"]}


async def follow(who: Caller, whom: Caller) -> None:
    assert (await who.post(f"/api/users/{whom.id}/follow")).status == 200
