"""A bot: tweet "@clock" and the name of a place, and it tells you what time it is there.

    PERCH_URL=http://127.0.0.1:8000 PERCH_KEY=perch_… python clock_bot.py

It needs a key with the scopes `read` and `write`, and httpx (`pip install httpx`).
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from perch_client import Perch

CALL = "@clock"


def answer(text: str, now: datetime | None = None) -> str | None:
    """The reply to a tweet; None if the tweet doesn't begin with "@clock"."""
    if not text.lower().startswith(CALL):
        return None
    wanted = text[len(CALL) :].strip().casefold().replace(" ", "_")
    for zone in sorted(available_timezones()):
        if zone.rpartition("/")[2].casefold() == wanted:
            there = (now or datetime.now().astimezone()).astimezone(ZoneInfo(zone))
            return f"It is {there:%H:%M} in {zone.rpartition('/')[2].replace('_', ' ')}."
    return "I know places such as Berlin, Tokyo or New York."


def react(perch: Perch, own_id: int, tweet: dict[str, Any]) -> None:
    """Answer a new tweet, unless it is the bot's own."""
    if tweet["author"]["id"] == own_id:
        return
    if (said := answer(tweet["content"])) is not None:
        perch.like(tweet["id"])
        perch.tweet(f"@{tweet['author']['handle']} {said}")


def main() -> None:
    """Answer tweets until Ctrl+C."""
    with Perch(os.environ["PERCH_URL"], os.environ["PERCH_KEY"]) as perch:
        own_id = perch.me()["id"]
        for event in perch.events():
            if event.kind == "tweet":
                react(perch, own_id, event.data["tweet"])


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
