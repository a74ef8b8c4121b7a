"""Notifications, what each may do to the other, and the live stream."""

from __future__ import annotations

from server.core.database.connection import rows
from tests.api.relation_surfaces.scene import Scene, before, reposted, succeeds, surface
from tests.callers import Caller
from tests.realtime.listening import listening


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


@surface("live: the number of reposts of their tweet")
async def _(scene: Scene) -> bool:
    async with listening(scene.address, scene.viewer) as stream:
        await reposted(scene, scene.other, scene.tweet)
        await scene.viewer.tweet("the end")
        await stream.until("the end")
        return bool(stream.of("reposts"))


@surface("live: the number of quotes of their tweet")
async def _(scene: Scene) -> bool:
    async with listening(scene.address, scene.viewer) as stream:
        body = {"tweet_data": "look", "quote_of_id": scene.tweet}
        await scene.other.post("/api/tweets", json=body)
        await scene.viewer.tweet("the end")
        await stream.until("the end")
        return bool(stream.of("quotes"))


@before("live: their poll")
async def _(scene: Scene) -> None:
    body = {"tweet_data": "which?", "poll": {"options": ["apples", "pears"]}}
    assert (await scene.person.post("/api/tweets", json=body)).status == 201


@surface("live: their poll")
async def _(scene: Scene) -> bool:
    (poll,) = await rows("SELECT tweet_id FROM polls")
    async with listening(scene.address, scene.viewer) as stream:
        await scene.other.post(f"/api/tweets/{poll['tweet_id']}/votes", json={"choices": [0]})
        await scene.viewer.tweet("the end")
        await stream.until("the end")
        return bool(stream.of("poll"))


@before("live: that I like their tweet")
async def _(scene: Scene) -> None:
    await scene.viewer.post(f"/api/tweets/{scene.tweet}/likes")


@surface("live: that I like their tweet")
async def _(scene: Scene) -> bool:
    async with listening(scene.address, scene.viewer) as stream:
        # As an event from before the block is sent to a stream that resumes.
        await rows(
            "INSERT INTO outbox (kind, actor_id, subject_id) VALUES ('liked', $1, $2)",
            scene.viewer.id,
            scene.tweet,
        )
        await scene.viewer.tweet("the end")
        await stream.until("the end")
        return bool(stream.of("liked"))


@surface("live, on Following: with a hashtag that I follow")
async def _(scene: Scene) -> bool:
    await scene.viewer.delete(f"/api/users/{scene.person.id}/follow")
    await scene.viewer.post("/api/hashtags/living/follow")
    return await hears(scene, scene.person, "live #living", following=True)


@surface("live, on Following: a tweet that mentions them")
async def _(scene: Scene) -> bool:
    return await hears(scene, scene.other, f"live, @{scene.person.handle}", following=True)


@surface("to quote their tweet")
async def _(scene: Scene) -> bool:
    body = {"tweet_data": "so", "quote_of_id": scene.tweet}
    return await succeeds(scene.viewer, "POST", "/api/tweets", json=body)


@surface("notification of a quote")
async def _(scene: Scene) -> bool:
    # Where it is refused, one is written as by an act at the very moment of the block.
    answer = await scene.person.post("/api/tweets", json={"tweet_data": "so", "quote_of_id": scene.mine})
    if answer.status == 404:
        number = await scene.person.tweet("so")
        await rows(
            "INSERT INTO quotes (tweet_id, author_id, quoted_id, counted) VALUES ($1, $2, $3, true)",
            number,
            scene.person.id,
            scene.mine,
        )
    return await is_notified(scene, "quote")
