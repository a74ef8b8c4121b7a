"""Who gets a tweet on every surface, as `tests/texts/visibility.md` says."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.core.database.connection import rows
from tests.callers import Caller, register
from tests.realtime.listening import Listener, listening
from tests.waiting import until

TABLE = Path(__file__).parent.parent / "texts" / "visibility.md"
ROLES = ("author", "follower", "addressed", "other")
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


@surface("Everyone")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, "/api/tweets")


@surface("Following")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, "/api/tweets", timeline="following")


@surface("private tweets")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, "/api/tweets", timeline="private")


async def reposts(scene: Scene) -> bool:
    """Make the author repost the tweet, once; return whether that is possible."""
    if (await scene.author.read(scene.tweet))["reposted"]:
        return True
    answer = await scene.author.post(f"/api/tweets/{scene.tweet}/reposts")
    assert answer.status == 200 or answer.error == (403, "not_repostable")
    await scene.publish("something newer")
    return answer.status == 200


async def reposted(caller: Caller, path: str, **params: Any) -> list[int]:
    """The tweets that somebody reposted, on the first page of one."""
    found = await caller.get(path, params={"entries": "1", "limit": 2} | params)
    assert found.status == 200, found.body
    return [entry["tweet"]["id"] for entry in found["entries"] if entry["type"] == "repost"]


@surface("Following, reposted by its author")
async def _(scene: Scene, who: Caller) -> bool:
    await reposts(scene)
    return scene.tweet in await reposted(who, "/api/tweets", timeline="following")


@surface("profile, reposted by its author")
async def _(scene: Scene, who: Caller) -> bool:
    await reposts(scene)
    return scene.tweet in await reposted(who, f"/api/users/{scene.author.id}/tweets")


@surface("who reposted it")
async def _(scene: Scene, who: Caller) -> bool:
    await reposts(scene)
    return await succeeds(who, "GET", f"/api/tweets/{scene.tweet}/reposts")


@surface("to repost it")
async def _(scene: Scene, who: Caller) -> bool:
    answer = await who.post(f"/api/tweets/{scene.tweet}/reposts")
    assert answer.status == 200 or answer.error in ((404, "tweet_not_found"), (403, "not_repostable"))
    return answer.status == 200


@surface("to undo a repost")
async def _(scene: Scene, who: Caller) -> bool:
    return await succeeds(who, "DELETE", f"/api/tweets/{scene.tweet}/reposts")


@surface("hashtag")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, "/api/hashtags/rare/tweets")


@surface("completion of its hashtag")
async def _(scene: Scene, who: Caller) -> bool:
    found = await who.get("/api/hashtags/completions", params={"prefix": "rar"})
    return bool(found["hashtags"])


@surface("profile")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, f"/api/users/{scene.author.id}/tweets")


@surface("profile, without replies")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, f"/api/users/{scene.author.id}/tweets", replies="false")


@surface("pictures on the profile")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, f"/api/users/{scene.author.id}/media")


@surface("tweet by address")
async def _(scene: Scene, who: Caller) -> bool:
    return await succeeds(who, "GET", f"/api/tweets/{scene.tweet}")


@surface("thread by its address")
async def _(scene: Scene, who: Caller) -> bool:
    return await succeeds(who, "GET", f"/api/tweets/{scene.tweet}/thread")


@surface("reply in somebody's thread")
async def _(scene: Scene, who: Caller) -> bool:
    root = await scene.admin.tweet("a beginning")
    reply = await scene.publish(scene.text, in_reply_to_id=root)
    found = await who.get(f"/api/tweets/{root}/thread")
    return reply in [entry["tweet"]["id"] for entry in found["replies"] if entry["type"] == "tweet"]


@surface("above a reply to it")
async def _(scene: Scene, who: Caller) -> bool:
    # Everybody is addressed by the reply, so that they may see that one.
    text = " ".join(f"@{one.handle}" for one in scene.people.values())
    reply = await scene.publish(text, in_reply_to_id=scene.tweet)
    found = await who.get(f"/api/tweets/{reply}/thread")
    assert found["tweet"]["id"] == reply
    (above,) = found["ancestors"]
    return bool(above["type"] == "tweet")


@surface("likes on a profile")
async def _(scene: Scene, who: Caller) -> bool:
    await scene.author.post(f"/api/tweets/{scene.tweet}/likes")
    return scene.tweet in await ids(who, f"/api/users/{scene.author.id}/likes")


@surface("bookmarks from before")
async def _(scene: Scene, who: Caller) -> bool:
    await rows("INSERT INTO bookmarks (user_id, tweet_id) VALUES ($1, $2) RETURNING 1", who.id, scene.tweet)
    return scene.tweet in await ids(who, "/api/bookmarks")


@surface("who likes it")
async def _(scene: Scene, who: Caller) -> bool:
    await scene.author.post(f"/api/tweets/{scene.tweet}/likes")
    return await succeeds(who, "GET", f"/api/tweets/{scene.tweet}/likes")


@surface("notification of the mention")
async def _(scene: Scene, who: Caller) -> bool:
    found = await who.get("/api/notifications")
    return scene.tweet in [one["tweet"]["id"] for one in found["notifications"] if one["kind"] == "mention"]


@surface("to like it")
async def _(scene: Scene, who: Caller) -> bool:
    return await succeeds(who, "POST", f"/api/tweets/{scene.tweet}/likes")


@surface("to take a like back")
async def _(scene: Scene, who: Caller) -> bool:
    return await succeeds(who, "DELETE", f"/api/tweets/{scene.tweet}/likes")


@surface("to bookmark it")
async def _(scene: Scene, who: Caller) -> bool:
    return await succeeds(who, "POST", f"/api/tweets/{scene.tweet}/bookmarks")


@surface("to reply to it")
async def _(scene: Scene, who: Caller) -> bool:
    body = {"tweet_data": "a reply", "in_reply_to_id": scene.tweet}
    return await succeeds(who, "POST", "/api/tweets", json=body)


@surface("to mute its conversation")
async def _(scene: Scene, who: Caller) -> bool:
    return await succeeds(who, "POST", f"/api/tweets/{scene.tweet}/mute")


def live(name: str, hears: Callable[[Scene, Listener], bool]) -> Callable[[Live], Live]:
    """What happens while everybody listens, and how to tell that somebody heard of it."""

    def register(happen: Live) -> Live:
        LIVE[name] = (happen, hears)
        return happen

    return register


def is_live(one: dict[str, Any]) -> bool:
    return bool(one["tweet"]["content"].startswith("live"))


@live("live: the tweet", lambda _, heard: any(map(is_live, heard.of("tweet"))))
async def publish_live(scene: Scene) -> None:
    await scene.publish(f"live @{scene.people['addressed'].handle}")


live(
    "live, on Following",
    lambda _, heard: any(one["followed"] for one in heard.of("tweet") if is_live(one)),
)(publish_live)


@live("live: its number of likes", lambda scene, heard: bool(heard.of("likes")))
async def _(scene: Scene) -> None:
    await scene.author.post(f"/api/tweets/{scene.tweet}/likes")


@live("live: its number of reposts", lambda scene, heard: bool(heard.of("reposts")))
async def repost_live(scene: Scene) -> None:
    await scene.author.post(f"/api/tweets/{scene.tweet}/reposts")


live("live: that its author reposted it", lambda scene, heard: bool(heard.of("repost")))(repost_live)


@live("live: its picture", lambda scene, heard: bool(heard.of("media")))
async def _(scene: Scene) -> None:
    changed = await scene.author.patch(f"/api/medias/{scene.picture}", json={"alt": "new words"})
    assert changed.status == 200, changed.body


@live("live: who may reply to it", lambda scene, heard: bool(heard.of("thread")))
async def _(scene: Scene) -> None:
    changed = await scene.author.patch(f"/api/tweets/{scene.tweet}", json={"who_may_reply": "nobody"})
    assert changed.status == 200, changed.body


@live("live: that it was deleted", lambda scene, heard: bool(heard.of("tweet_deleted")))
async def _(scene: Scene) -> None:
    assert (await scene.author.delete(f"/api/tweets/{scene.tweet}")).status == 200


def cells() -> list[tuple[str, str, frozenset[str]]]:
    """The surface, the visibility, and who gets it, of each cell."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    head, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert tuple(head[1:]) == LEVELS
    named = {"all": frozenset(ROLES), "nobody": frozenset[str]()}
    return [
        (name, level, named.get(cell) or frozenset(cell.split(", ")) - {"nobody"})
        for name, *found in body
        for level, cell in zip(LEVELS, found, strict=True)
    ]


async def set_up(anybody: Caller, admin: Caller, visibility: str, address: str) -> Scene:
    people = {role: await register(anybody.send, role) for role in ROLES}
    author = people["author"]
    assert (await people["follower"].post(f"/api/users/{author.id}/follow")).status == 200
    (picture,) = await rows(
        "INSERT INTO media_attachments (token, owner_id, state, content_type, width, height) "
        "VALUES ($1, $2, 'ready', 'image/jpeg', 1, 1) RETURNING id",
        secrets.token_hex(16),
        author.id,
    )
    body = {
        "tweet_data": f"for @{people['addressed'].handle} #rare",
        "visibility": visibility,
        "tweet_media_ids": [picture["id"]],
    }
    return Scene(people, admin, visibility, await said(author, body), picture["id"], address)


def test_the_table_names_every_surface() -> None:
    assert {name for name, _, _ in cells()} == SURFACES.keys() | LIVE.keys()
    assert all(found <= set(ROLES) for _, _, found in cells())


@pytest.mark.parametrize(
    ("name", "visibility", "expected"), [pytest.param(*cell, id=f"{cell[0]}-{cell[1]}") for cell in cells()]
)
async def test_each_cell_of_the_table(
    anybody: Caller, carol: Caller, address: str, name: str, visibility: str, expected: frozenset[str]
) -> None:
    scene = await set_up(anybody, carol, visibility, address)
    if name in LIVE:
        assert await heard(scene, name) == expected
    else:
        look = SURFACES[name]
        assert {role for role, who in scene.people.items() if await look(scene, who)} == expected


async def heard(scene: Scene, name: str) -> set[str]:
    """Who heard of it on their streams."""
    happen, hears = LIVE[name]
    async with AsyncExitStack() as stack:
        streams = {
            role: await stack.enter_async_context(listening(scene.address, who))
            for role, who in scene.people.items()
        }
        await happen(scene)
        if name == "live: its number of likes":  # which are held back for up to a second
            await until(lambda: hears(scene, streams["author"]))
        await scene.admin.tweet("the end")
        await asyncio.gather(*(stream.until("the end") for stream in streams.values()))
        return {role for role, stream in streams.items() if hears(scene, stream)}
