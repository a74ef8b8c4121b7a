"""The live stream."""

from __future__ import annotations

from typing import Any

from tests.api.visibility_surfaces.scene import Scene, live


def is_live(one: dict[str, Any]) -> bool:
    return bool(one["tweet"]["content"].startswith("live"))


@live("live: the tweet", lambda _, heard: any(map(is_live, heard.of("tweet"))))
async def publish_live(scene: Scene) -> None:
    await scene.publish(f"live @{scene.people['addressed'].handle}")


live(
    "live, on Following",
    lambda _, heard: any(one["followed"] for one in heard.of("tweet") if is_live(one)),
)(publish_live)


@live(
    "live, on Following, by its hashtag",
    lambda _, heard: any(one["followed"] for one in heard.of("tweet") if is_live(one)),
)
async def _(scene: Scene) -> None:
    for who in scene.people.values():
        assert (await who.post("/api/hashtags/living/follow")).status == 200
    await scene.publish(f"live #living @{scene.people['addressed'].handle}")


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


@live("live: its number of quotes", lambda scene, heard: bool(heard.of("quotes")))
async def _(scene: Scene) -> None:
    await scene.author.post("/api/tweets", json={"tweet_data": "look", "quote_of_id": scene.tweet})


@live("live: who may quote it", lambda scene, heard: bool(heard.of("tweet_edited")))
async def _(scene: Scene) -> None:
    changed = await scene.author.patch(f"/api/tweets/{scene.tweet}", json={"who_may_quote": "nobody"})
    assert changed.status == 200, changed.body


@live("live: its poll", lambda scene, heard: bool(heard.of("poll")))
async def _(scene: Scene) -> None:
    text = f"which, @{scene.people['addressed'].handle}?"
    number = await scene.publish(text, poll={"options": ["apples", "pears"]})
    voted = await scene.author.post(f"/api/tweets/{number}/votes", json={"choices": [0]})
    assert voted.status == 200, voted.body
