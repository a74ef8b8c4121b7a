"""People who read, write, upload and listen, each independently, until the end."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests import pictures
from tests.callers import Caller
from tools.soak.ledger import Ledger

# The average number of seconds between two actions of a person.
PAUSE = 0.25

# A person with more tweets than this deletes the oldest, so that the tables don't grow without end.
MOST_TWEETS = 40

# How often a write without an answer is sent again.
TRIES = 60

PICTURES = (pictures.jpeg(800, 600), pictures.png(320, 240), pictures.jpeg(1600, 1200))


@dataclass
class Person:
    """A person who makes one write after the other, so that the last answer says what must be there."""

    caller: Caller
    ledger: Ledger
    others: list[Person]
    chance: random.Random
    mine: list[int] = field(default_factory=list)

    async def live(self, over: asyncio.Event) -> None:
        """Act until `over` is set."""
        doings: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (8, self.read_timeline),
            (4, self.read_people),
            (3, self.publish),
            (3, self.like),
            (2, self.unlike),
            (1, self.follow),
            (1, self.unfollow),
            (1, self.publish_picture),
        ]
        weights = [weight for weight, _ in doings]
        while not over.is_set():
            (_, do) = self.chance.choices(doings, weights)[0]
            await do()
            if len(self.mine) > MOST_TWEETS:
                await self.delete_oldest()
            await asyncio.sleep(self.chance.uniform(0, 2 * PAUSE))

    async def ask(self, method: str, path: str, **arguments: Any) -> httpx.Response | None:
        """Send the request once."""
        calm, began = self.ledger.is_calm, time.monotonic()
        try:
            answer: httpx.Response = await self.caller.raw(method, path, **arguments)
        except httpx.TransportError as error:
            self.ledger.broke_off(f"{method} {path}", error, calm=calm)
            return None
        self.ledger.take(answer, time.monotonic() - began, calm=calm)
        return answer

    async def insist(self, method: str, path: str, **arguments: Any) -> httpx.Response | None:
        """Repeat the request until an answer says what became of it."""
        for _ in range(TRIES):
            answer = await self.ask(method, path, **arguments)
            if answer is not None and answer.status_code != 503:
                return answer
            await asyncio.sleep(0.5)
        self.ledger.wrong.append(f"{method} {path} found no answer in {TRIES} tries")
        return None

    async def read_timeline(self) -> None:
        before = f"&before={max(self.ledger.tweets, default=1)}"
        which = self.chance.choice(("", "&timeline=following", before))
        await self.ask("GET", f"/api/tweets?likers=0&limit=30{which}")

    async def read_people(self) -> None:
        who = self.chance.choice(self.others).caller.id
        await self.ask("GET", self.chance.choice(("/api/users/me", f"/api/users/{who}")))

    async def publish(self, media: list[int] | None = None) -> None:
        text, key = f"soaked {secrets.token_hex(6)}", secrets.token_hex(16)
        body = {"tweet_data": text, "tweet_media_ids": media or []}
        answer = await self.insist("POST", "/api/tweets", json=body, headers={"idempotency-key": key})
        if answer is None or answer.status_code != 201:
            if answer is not None and media is None:
                self.ledger.wrong.append(f"a tweet was refused: {answer.text}")
            return
        tweet_id = answer.json()["tweet_id"]
        self.mine.append(tweet_id)
        self.ledger.tweets[tweet_id] = text
        self.ledger.published.add(tweet_id)
        found = await self.ask("GET", f"/api/tweets/{tweet_id}")
        if found is not None and found.status_code == 404:
            self.ledger.wrong.append(f"its author does not see tweet {tweet_id}, which was answered")

    async def publish_picture(self) -> None:
        picture = self.chance.choice(PICTURES)
        answer = await self.ask("POST", "/api/medias", files={"file": ("picture", picture)})
        if answer is not None and answer.status_code == 201:
            self.ledger.pictures += 1
            await self.publish([answer.json()["media_id"]])

    async def delete_oldest(self) -> None:
        tweet_id = self.mine.pop(0)
        self.ledger.tweets.pop(tweet_id, None)  # from now on, its existence is uncertain
        if await self.insist("DELETE", f"/api/tweets/{tweet_id}") is not None:
            self.ledger.tweet_deleted(tweet_id)  # 404: an earlier attempt has deleted it

    async def like(self) -> None:
        await self._like("POST", there=True)

    async def unlike(self) -> None:
        await self._like("DELETE", there=False)

    async def _like(self, method: str, *, there: bool) -> None:
        if not self.ledger.tweets:
            return
        tweet_id = self.chance.choice(list(self.ledger.tweets)[-50:])
        pair = (self.caller.id, tweet_id)
        self.ledger.likes.pop(pair, None)
        answer = await self.insist(method, f"/api/tweets/{tweet_id}/likes")
        if answer is None or tweet_id not in self.ledger.tweets:
            return
        if answer.status_code == 404:
            self.ledger.wrong.append(f"{method} of a like: no tweet {tweet_id}, which was answered")
        else:
            self.ledger.likes[pair] = there

    async def follow(self) -> None:
        await self._follow("POST", there=True)

    async def unfollow(self) -> None:
        await self._follow("DELETE", there=False)

    async def _follow(self, method: str, *, there: bool) -> None:
        other = self.chance.choice([person for person in self.others if person is not self])
        pair = (self.caller.id, other.caller.id)
        self.ledger.follows.pop(pair, None)
        if await self.insist(method, f"/api/users/{other.caller.id}/follow") is not None:
            self.ledger.follows[pair] = there
