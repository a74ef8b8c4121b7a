"""What a viewer gets of another person on every surface, as `tests/texts/relations.md` says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.moderation import hiding
from tests.callers import Caller, register
from tests.realtime.listening import listening

TABLE = Path(__file__).parent.parent / "texts" / "relations.md"


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


@surface("Following")
async def _(scene: Scene) -> bool:
    return scene.tweet in await ids(scene.viewer, "/api/tweets", timeline="following")


@surface("Following: a tweet that mentions them")
async def _(scene: Scene) -> bool:
    tweet = await scene.other.tweet(f"hi @{scene.person.handle}")
    return tweet in await ids(scene.viewer, "/api/tweets", timeline="following")


@surface("Following: a reply to them")
async def _(scene: Scene) -> bool:
    return scene.answer in await ids(scene.viewer, "/api/tweets", timeline="following")


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


async def reposts_on_following(scene: Scene) -> list[int]:
    params = {"timeline": "following", "entries": "1"}
    found = (await scene.viewer.get("/api/tweets", params=params))["entries"]
    return [entry["tweet"]["id"] for entry in found if entry["type"] == "repost"]


@before("Following: what they reposted")
async def _(scene: Scene) -> None:
    await scene.viewer.delete(f"/api/users/{scene.other.id}/follow")
    await reposted(scene, scene.person, scene.others)


@surface("Following: what they reposted")
async def _(scene: Scene) -> bool:
    return scene.others in await reposts_on_following(scene)


@before("Following: their tweet, reposted by somebody else")
async def _(scene: Scene) -> None:
    await scene.viewer.delete(f"/api/users/{scene.person.id}/follow")
    await reposted(scene, scene.other, scene.tweet)


@surface("Following: their tweet, reposted by somebody else")
async def _(scene: Scene) -> bool:
    return scene.tweet in await reposts_on_following(scene)


async def reposts_on_profile(scene: Scene, of: Caller) -> list[int]:
    found = await scene.viewer.get(f"/api/users/{of.id}/tweets", params={"entries": "1"})
    if found.status == 404:
        return []
    return [entry["tweet"]["id"] for entry in found["entries"] if entry["type"] == "repost"]


@before("somebody's profile: their tweet, reposted")
async def _(scene: Scene) -> None:
    await reposted(scene, scene.other, scene.tweet)


@surface("somebody's profile: their tweet, reposted")
async def _(scene: Scene) -> bool:
    return scene.tweet in await reposts_on_profile(scene, scene.other)


@before("reposts on their profile")
async def _(scene: Scene) -> None:
    await reposted(scene, scene.person, scene.others)


@surface("reposts on their profile")
async def _(scene: Scene) -> bool:
    return scene.others in await reposts_on_profile(scene, scene.person)


@surface("Everyone")
async def _(scene: Scene) -> bool:
    return scene.tweet in await ids(scene.viewer, "/api/tweets")


@surface("Everyone: a tweet that mentions them")
async def _(scene: Scene) -> bool:
    tweet = await scene.other.tweet(f"hi @{scene.person.handle}")
    return tweet in await ids(scene.viewer, "/api/tweets")


@surface("hashtag")
async def _(scene: Scene) -> bool:
    return scene.tweet in await ids(scene.viewer, "/api/hashtags/perch/tweets")


@surface("profile")
async def _(scene: Scene) -> bool:
    return await succeeds(scene.viewer, "GET", f"/api/users/{scene.person.id}")


@surface("tweets on the profile")
async def _(scene: Scene) -> bool:
    return scene.tweet in await ids(scene.viewer, f"/api/users/{scene.person.id}/tweets")


@surface("pictures on the profile")
async def _(scene: Scene) -> bool:
    return scene.tweet in await ids(scene.viewer, f"/api/users/{scene.person.id}/media")


@surface("likes on the profile")
async def _(scene: Scene) -> bool:
    return scene.others in await ids(scene.viewer, f"/api/users/{scene.person.id}/likes")


@surface("tweet by address")
async def _(scene: Scene) -> bool:
    return await succeeds(scene.viewer, "GET", f"/api/tweets/{scene.tweet}")


@surface("reply in somebody's thread")
async def _(scene: Scene) -> bool:
    found = await scene.viewer.get(f"/api/tweets/{scene.others}/thread")
    return scene.reply in [entry["tweet"]["id"] for entry in found["replies"] if entry["type"] == "tweet"]


@surface("thread by its address")
async def _(scene: Scene) -> bool:
    return await succeeds(scene.viewer, "GET", f"/api/tweets/{scene.tweet}/thread")


@before("bookmarks and likes of mine")
async def _(scene: Scene) -> None:
    for what in ("bookmarks", "likes"):
        await scene.viewer.post(f"/api/tweets/{scene.tweet}/{what}")


@surface("bookmarks and likes of mine")
async def _(scene: Scene) -> bool:
    bookmarked = scene.tweet in await ids(scene.viewer, "/api/bookmarks")
    liked = scene.tweet in await ids(scene.viewer, f"/api/users/{scene.viewer.id}/likes")
    assert bookmarked == liked
    return liked


@surface("list of who likes a tweet")
async def _(scene: Scene) -> bool:
    return scene.person.id in await people(scene.viewer, f"/api/tweets/{scene.others}/likes", "likes")


@before("list of who reposted a tweet")
async def _(scene: Scene) -> None:
    await reposted(scene, scene.person, scene.others)


@surface("list of who reposted a tweet")
async def _(scene: Scene) -> bool:
    return scene.person.id in await people(scene.viewer, f"/api/tweets/{scene.others}/reposts")


@surface("likers in a tweet")
async def _(scene: Scene) -> bool:
    await scene.viewer.post(f"/api/tweets/{scene.others}/likes")
    one = await scene.viewer.read(scene.others)
    listed = next(tweet for tweet in await scene.viewer.timeline() if tweet["id"] == scene.others)
    found = [like["id"] for like in one["likes"]]
    assert found == [like["id"] for like in listed["likes"]]
    assert found[0] == scene.viewer.id
    assert one["liked"]
    assert one["likes_count"] == 2
    return scene.person.id in found


@surface("lists of followers")
async def _(scene: Scene) -> bool:
    return scene.person.id in await people(scene.viewer, f"/api/users/{scene.other.id}/followers")


@surface("completions")
async def _(scene: Scene) -> bool:
    return scene.person.id in await people(
        scene.viewer, f"/api/users/completions?prefix={scene.person.handle}"
    )


@surface("suggestions")
async def _(scene: Scene) -> bool:
    await scene.viewer.delete(f"/api/users/{scene.person.id}/follow")
    return scene.person.id in await people(scene.viewer, "/api/users/suggestions?limit=20")


async def is_notified(scene: Scene, kind: str) -> bool:
    found = (await scene.viewer.get("/api/notifications"))["notifications"]
    return any(
        one["kind"] == kind and scene.person.id in [person["id"] for person in one["people"]] for one in found
    )


@surface("notification of a mention")
async def _(scene: Scene) -> bool:
    await scene.person.reply(scene.others, f"hi @{scene.viewer.handle}")
    return await is_notified(scene, "mention")


@surface("notification of a reply")
async def _(scene: Scene) -> bool:
    # Where it is refused, one is written as by an act at the very moment of the block.
    answer = await scene.person.post("/api/tweets", json={"tweet_data": "so", "in_reply_to_id": scene.mine})
    if answer.status == 404:
        await rows(
            "INSERT INTO tweets (author_id, content, in_reply_to_id, in_reply_to_user_id, thread_root_id,"
            " thread_path) VALUES ($1, 'so', $2, $3, $2, ARRAY[$2::bigint, 999])",
            scene.person.id,
            scene.mine,
            scene.viewer.id,
        )
    return await is_notified(scene, "reply")


@surface("notification of a like")
async def _(scene: Scene) -> bool:
    answer = await scene.person.post(f"/api/tweets/{scene.mine}/likes")
    if answer.status == 404:
        await rows("INSERT INTO likes (tweet_id, user_id) VALUES ($1, $2)", scene.mine, scene.person.id)
    return await is_notified(scene, "like")


@surface("notification of a repost")
async def _(scene: Scene) -> bool:
    await reposted(scene, scene.person, scene.mine)
    return await is_notified(scene, "repost")


@surface("notification of a follow")
async def _(scene: Scene) -> bool:
    await scene.person.post(f"/api/users/{scene.viewer.id}/follow")
    return await is_notified(scene, "follow")


@before("earlier notifications")
async def _(scene: Scene) -> None:
    await scene.person.post(f"/api/tweets/{scene.mine}/likes")
    assert await is_notified(scene, "like")


@surface("earlier notifications")
async def _(scene: Scene) -> bool:
    unread = (await scene.viewer.get("/api/notifications/unread"))["unread"]
    found = await is_notified(scene, "like")
    assert unread == int(found)
    return found


@surface("to follow them")
async def _(scene: Scene) -> bool:
    answer = await scene.viewer.post(f"/api/users/{scene.person.id}/follow")
    assert answer.status == 200 or answer.error == (403, "blocked")
    return answer.status == 200


@surface("to be followed by them")
async def _(scene: Scene) -> bool:
    answer = await scene.person.post(f"/api/users/{scene.viewer.id}/follow")
    assert answer.status == 200 or answer.error == (403, "blocked")
    return answer.status == 200


@surface("my following of them stays")
async def _(scene: Scene) -> bool:
    person = (await scene.viewer.get(f"/api/users/{scene.person.id}"))["user"]
    me = (await scene.viewer.get("/api/users/me"))["user"]
    assert person["followed"] == (me["following_count"] == 2)
    return bool(person["followed"])


@surface("to like their tweet")
async def _(scene: Scene) -> bool:
    return await succeeds(scene.viewer, "POST", f"/api/tweets/{scene.tweet}/likes")


@surface("to repost their tweet")
async def _(scene: Scene) -> bool:
    return await succeeds(scene.viewer, "POST", f"/api/tweets/{scene.tweet}/reposts")


@surface("to bookmark their tweet")
async def _(scene: Scene) -> bool:
    return await succeeds(scene.viewer, "POST", f"/api/tweets/{scene.tweet}/bookmarks")


@surface("to reply to their tweet")
async def _(scene: Scene) -> bool:
    body = {"tweet_data": "so", "in_reply_to_id": scene.tweet}
    return await succeeds(scene.viewer, "POST", "/api/tweets", json=body)


@surface("to mention them")
async def _(scene: Scene) -> bool:
    return await succeeds(
        scene.viewer, "POST", "/api/tweets", json={"tweet_data": f"about @{scene.person.handle}"}
    )


async def hears(scene: Scene, by: Caller, text: str, *, following: bool) -> bool:
    """Whether the viewer's stream brings a tweet, where `following` says: on Following."""
    async with listening(scene.address, scene.viewer) as stream:
        await by.tweet(text)
        await scene.viewer.tweet("the end")
        await stream.until("the end")
        found = [one for one in stream.of("tweet") if one["tweet"]["content"] == text]
        return any(one["followed"] or not following for one in found)


@surface("live: a tweet")
async def _(scene: Scene) -> bool:
    return await hears(scene, scene.person, "live", following=False)


@surface("live: a picture")
async def _(scene: Scene) -> bool:
    async with listening(scene.address, scene.viewer) as stream:
        (picture,) = await rows("SELECT id FROM media_attachments")
        changed = await scene.person.patch(f"/api/medias/{picture['id']}", json={"alt": "new words"})
        assert changed.status == 200, changed.body
        await scene.viewer.tweet("the end")
        await stream.until("the end")
        return bool(stream.of("media"))


async def hears_repost(scene: Scene, by: Caller, tweet: int) -> bool:
    """Whether the viewer's stream brings a repost."""
    async with listening(scene.address, scene.viewer) as stream:
        await reposted(scene, by, tweet)
        await scene.viewer.tweet("the end")
        await stream.until("the end")
        return bool(stream.of("repost"))


@surface("live: what they repost")
async def _(scene: Scene) -> bool:
    return await hears_repost(scene, scene.person, scene.others)


@surface("live: their tweet, reposted by somebody else")
async def _(scene: Scene) -> bool:
    return await hears_repost(scene, scene.other, scene.tweet)


@surface("live, on Following: a tweet that mentions them")
async def _(scene: Scene) -> bool:
    return await hears(scene, scene.other, f"live, @{scene.person.handle}", following=True)


async def block(scene: Scene) -> None:
    assert (await scene.viewer.post(f"/api/users/{scene.person.id}/block")).status == 200


async def be_blocked(scene: Scene) -> None:
    assert (await scene.person.post(f"/api/users/{scene.viewer.id}/block")).status == 200


async def mute(scene: Scene, *, notifications: bool) -> None:
    path = f"/api/users/{scene.person.id}/mute"
    assert (await scene.viewer.post(path, json={"notifications": notifications})).status == 200


async def suspend(scene: Scene) -> None:
    path = f"/api/users/{scene.person.id}/suspension"
    assert (await scene.admin.post(path, json={"hide_tweets": True})).status == 200
    await hiding.settle(scene.person.id)


async def mute_conversations(scene: Scene) -> None:
    for tweet in (scene.tweet, scene.others, scene.mine):
        assert (await scene.viewer.post(f"/api/tweets/{tweet}/mute")).status == 200


RELATIONS: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "blocks": block,
    "blocked by": be_blocked,
    "mutes": partial(mute, notifications=False),
    "mutes notifications": partial(mute, notifications=True),
    "suspended": suspend,
    "conversation muted": mute_conversations,
}


def cells() -> list[tuple[str, str, bool]]:
    """Surface, relation, and whether it is shown."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    head, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert head[1:] == list(RELATIONS)
    assert {row[0] for row in body} == set(SURFACES)
    found = []
    for name, *values in body:
        assert set(values) <= {"yes", "no", "-"}, name
        found += [
            (name, relation, value == "yes")
            for relation, value in zip(head[1:], values, strict=True)
            if value != "-"
        ]
    return found


@pytest.fixture
async def scene(alice: Caller, bob: Caller, carol: Caller, address: str) -> Scene:
    admin = await register(alice.send, "staff", admin=True)
    tweet = await bob.tweet("about #perch")
    await rows(
        "INSERT INTO media_attachments (token, owner_id, tweet_id, position, state, width, height,"
        " content_type) VALUES ('aaaa', $1, $2, 1, 'ready', 1, 1, 'image/jpeg')",
        bob.id,
        tweet,
    )
    others = await carol.tweet("a tweet")
    reply = await bob.reply(others)
    await bob.post(f"/api/tweets/{others}/likes")
    await bob.post(f"/api/users/{carol.id}/follow")
    for person in (bob, carol):
        await alice.post(f"/api/users/{person.id}/follow")
    mine = await alice.tweet("mine")
    answer = await carol.reply(tweet, "an answer")
    return Scene(alice, bob, carol, admin, tweet, reply, others, mine, answer, address)


@pytest.mark.parametrize(("name", "relation", "shown"), cells())
async def test_what_a_viewer_gets_of_a_person(scene: Scene, name: str, relation: str, shown: bool) -> None:
    if name in BEFORE:
        await BEFORE[name](scene)
    await scene.viewer.timeline()  # so that pages, cards and marks are in memory
    await RELATIONS[relation](scene)
    assert await SURFACES[name](scene) is shown
