"""Lists, threads, single tweets, and what each may do with it."""

from __future__ import annotations

from typing import Any

from server.core.database.connection import rows
from tests.api.visibility_surfaces.scene import Scene, ids, succeeds, surface
from tests.callers import Caller


@surface("Everyone")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, "/api/tweets")


@surface("Following")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, "/api/tweets", timeline="following")


@surface("Following, by its hashtag")
async def _(scene: Scene, who: Caller) -> bool:
    assert (await who.post("/api/hashtags/rare/follow")).status == 200
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


async def list_of_author(scene: Scene, who: Caller) -> str:
    """The path of the timeline of a new list with the author."""
    number = (await who.post("/api/lists", json={"title": "x"}))["list"]["id"]
    await who.post(f"/api/lists/{number}/members/{scene.author.id}")
    return f"/api/lists/{number}/tweets"


@surface("a list with its author")
async def _(scene: Scene, who: Caller) -> bool:
    return scene.tweet in await ids(who, await list_of_author(scene, who))


@surface("a list with its author, reposted")
async def _(scene: Scene, who: Caller) -> bool:
    await reposts(scene)
    return scene.tweet in await reposted(who, await list_of_author(scene, who))


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


@surface("pinned on the profile")
async def _(scene: Scene, who: Caller) -> bool:
    await scene.author.post(f"/api/tweets/{scene.tweet}/pin")
    return scene.tweet in await ids(who, f"/api/users/{scene.author.id}/pins")


@surface("to pin it")
async def _(scene: Scene, who: Caller) -> bool:
    answer = await who.post(f"/api/tweets/{scene.tweet}/pin")
    assert answer.status in (200, 404) or answer.error == (403, "not_pinnable")
    return answer.status == 200


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


@surface("quoted by its author")
async def _(scene: Scene, who: Caller) -> bool:
    answer = await scene.author.post("/api/tweets", json={"tweet_data": "look", "quote_of_id": scene.tweet})
    if answer.status != 201:
        assert answer.error == (403, "quotes_limited")
        return False
    found = await who.get(f"/api/tweets/{answer['tweet_id']}")
    if found.status == 404:
        return False
    (quoted,) = found["quoted"]
    assert ("tweet" in quoted) == (quoted["state"] == "shown")
    return "tweet" in quoted


@surface("quotes of a tweet")
async def _(scene: Scene, who: Caller) -> bool:
    root = await scene.admin.tweet("a beginning")
    quote = await scene.publish(scene.text, quote_of_id=root)
    return quote in await ids(who, f"/api/tweets/{root}/quotes")


@surface("the tweets that quote it")
async def _(scene: Scene, who: Caller) -> bool:
    return await succeeds(who, "GET", f"/api/tweets/{scene.tweet}/quotes")


@surface("notification of a quote")
async def _(scene: Scene, who: Caller) -> bool:
    mine = await who.tweet("mine")
    quote = await scene.publish("look", quote_of_id=mine)
    found = (await who.get("/api/notifications"))["notifications"]
    return quote in [one["tweet"]["id"] for one in found if one["kind"] == "quote"]


@surface("to quote it")
async def _(scene: Scene, who: Caller) -> bool:
    answer = await who.post("/api/tweets", json={"tweet_data": "look", "quote_of_id": scene.tweet})
    assert answer.status == 201 or answer.error in ((404, "tweet_not_found"), (403, "quotes_limited"))
    return answer.status == 201
