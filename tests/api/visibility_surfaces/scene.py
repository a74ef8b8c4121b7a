"""Four people and a tweet, and the surfaces to look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.callers import Caller
from tests.realtime.listening import Listener

LEVELS = ("public", "unlisted", "followers", "mentioned")


@dataclass(frozen=True)
class Scene:
    """Four people, by role, an administrator, and a tweet of the author with a picture and a hashtag."""

    people: dict[str, Caller]
    admin: Caller
    visibility: str
    tweet: int
    picture: int
    address: str

    @property
    def author(self) -> Caller:
        return self.people["author"]

    @property
    def text(self) -> str:
        return f"for @{self.people['addressed'].handle} #rare"

    async def publish(self, text: str, **more: Any) -> int:
        body = {"tweet_data": text, "visibility": self.visibility, **more}
        return await said(self.author, body)


Surface = Callable[[Scene, Caller], Awaitable[bool]]
SURFACES: dict[str, Surface] = {}
Live = Callable[[Scene], Awaitable[Any]]
LIVE: dict[str, tuple[Live, Callable[[Scene, Listener], bool]]] = {}


def surface(name: str) -> Callable[[Surface], Surface]:
    def register(look: Surface) -> Surface:
        SURFACES[name] = look
        return look

    return register


async def said(author: Caller, body: dict[str, Any]) -> int:
    answer = await author.post("/api/tweets", json=body)
    assert answer.status == 201, answer.body
    return int(answer["tweet_id"])


async def ids(caller: Caller, path: str, **params: Any) -> list[int]:
    found = await caller.get(path, params=params)
    assert found.status == 200, found.body
    return [tweet["id"] for tweet in found["tweets"]]


async def succeeds(caller: Caller, method: str, path: str, **arguments: Any) -> bool:
    answer = await caller.call(method, path, **arguments)
    assert answer.status < 400 or answer.error == (404, "tweet_not_found")
    return answer.status < 400


def live(name: str, hears: Callable[[Scene, Listener], bool]) -> Callable[[Live], Live]:
    """What happens while everybody listens, and how to tell that somebody heard of it."""

    def register(happen: Live) -> Live:
        LIVE[name] = (happen, hears)
        return happen

    return register
