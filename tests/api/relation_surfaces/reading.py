"""Lists, threads and single tweets."""

from __future__ import annotations

from tests.api.relation_surfaces.scene import Scene, before, ids, people, reposted, succeeds, surface
from tests.callers import Caller


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


async def list_of(who: Caller, *people: int) -> str:
    """The path of a new list of these people, as far as they may be on it."""
    number = (await who.post("/api/lists", json={"title": "x"}))["list"]["id"]
    for one in people:
        await who.post(f"/api/lists/{number}/members/{one}")
    return f"/api/lists/{number}"


@before("a list that they are on")
async def _(scene: Scene) -> None:
    await list_of(scene.viewer, scene.person.id, scene.other.id)


@surface("a list that they are on")
async def _(scene: Scene) -> bool:
    (found,) = (await scene.viewer.get("/api/lists"))["lists"]
    return scene.tweet in await ids(scene.viewer, f"/api/lists/{found['id']}/tweets")


@surface("a list of somebody who replies to them")
async def _(scene: Scene) -> bool:
    await scene.viewer.post(f"/api/users/{scene.person.id}/follow")
    path = await list_of(scene.viewer, scene.other.id)
    await scene.viewer.call("PATCH", path, json={"replies": "followed"})
    return scene.answer in await ids(scene.viewer, f"{path}/tweets")


@before("a list of somebody who reposted them")
async def _(scene: Scene) -> None:
    await reposted(scene, scene.other, scene.tweet)


@surface("a list of somebody who reposted them")
async def _(scene: Scene) -> bool:
    path = await list_of(scene.viewer, scene.other.id)
    found = (await scene.viewer.get(f"{path}/tweets", params={"entries": "1"}))["entries"]
    return scene.tweet in [entry["tweet"]["id"] for entry in found if entry["type"] == "repost"]


@before("Following: with a hashtag that I follow")
async def _(scene: Scene) -> None:
    await scene.viewer.delete(f"/api/users/{scene.person.id}/follow")
    await scene.viewer.post("/api/hashtags/perch/follow")


@surface("Following: with a hashtag that I follow")
async def _(scene: Scene) -> bool:
    return scene.tweet in await ids(scene.viewer, "/api/tweets", timeline="following")


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


@before("pinned on the profile")
async def _(scene: Scene) -> None:
    await scene.person.post(f"/api/tweets/{scene.tweet}/pin")


@surface("pinned on the profile")
async def _(scene: Scene) -> bool:
    return scene.tweet in await ids(scene.viewer, f"/api/users/{scene.person.id}/pins")


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


async def quoted(caller: Caller, tweet: int) -> None:
    answer = await caller.post("/api/tweets", json={"tweet_data": "look", "quote_of_id": tweet})
    assert answer.status == 201, answer.body


@before("their tweet, quoted by somebody else")
async def _(scene: Scene) -> None:
    await quoted(scene.other, scene.tweet)


@surface("their tweet, quoted by somebody else")
async def _(scene: Scene) -> bool:
    (found,) = (await scene.viewer.get("/api/tweets"))["quoted"]
    assert found["tweet_id"] == scene.tweet
    return "tweet" in found


@before("tweets that quote a tweet")
async def _(scene: Scene) -> None:
    await quoted(scene.person, scene.others)


@surface("tweets that quote a tweet")
async def _(scene: Scene) -> bool:
    return bool(await ids(scene.viewer, f"/api/tweets/{scene.others}/quotes"))
