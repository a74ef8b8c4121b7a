"""Three people, what existed before something came between them, and the surfaces to look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from server.core.database.connection import rows
from tests.callers import Caller


@dataclass(frozen=True)
class Scene:
    """The viewer, the person, and somebody else; what existed before the relation."""

    viewer: Caller
    person: Caller
    other: Caller
    admin: Caller
    tweet: int  # of the person, with a picture and a hashtag
    reply: int  # of the person, to `others`
    others: int  # a tweet of somebody else, which the person likes
    mine: int  # a tweet of the viewer
    answer: int  # a reply of somebody else to the person, without a mention
    address: str


Surface = Callable[[Scene], Awaitable[bool]]
SURFACES: dict[str, Surface] = {}
BEFORE: dict[str, Callable[[Scene], Awaitable[None]]] = {}


def surface(name: str) -> Callable[[Surface], Surface]:
    def register(look: Surface) -> Surface:
        SURFACES[name] = look
        return look

    return register


def before(name: str) -> Callable[[Callable[[Scene], Awaitable[None]]], None]:
    def register(prepare: Callable[[Scene], Awaitable[None]]) -> None:
        BEFORE[name] = prepare

    return register


async def ids(caller: Caller, path: str, **params: Any) -> list[int]:
    found = await caller.get(path, params=params)
    assert found.status == 200, found.body
    return [tweet["id"] for tweet in found["tweets"]]


async def people(caller: Caller, path: str, name: str = "users") -> list[int]:
    found = await caller.get(path)
    assert found.status == 200, found.body
    return [one["id"] for one in found[name]]


async def succeeds(caller: Caller, method: str, path: str, **arguments: Any) -> bool:
    return (await caller.call(method, path, **arguments)).status < 400


async def reposted(scene: Scene, by: Caller, tweet: int) -> None:
    """Repost a tweet; where it is refused, as if it happened at the very moment of the block."""
    answer = await by.post(f"/api/tweets/{tweet}/reposts")
    if answer.status != 200:
        await rows(
            "INSERT INTO reposts (id, tweet_id, user_id) "
            "VALUES (nextval(pg_get_serial_sequence('tweets', 'id')), $1, $2) RETURNING 1",
            tweet,
            by.id,
        )
