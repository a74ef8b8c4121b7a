"""Editing tweets, and their earlier versions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.edits import personal, versions
from server.features.notifications import to_many
from tests import pictures
from tests.api.notifying import notified
from tests.api.reposting import repost
from tests.callers import Answer, Caller
from tests.domain.test_counters import DISAGREEING
from tests.realtime.listening import listening


async def edit(caller: Caller, tweet_id: int, text: str = "", **body: Any) -> Answer:
    return await caller.call("PUT", f"/api/tweets/{tweet_id}", json={"text": text, **body})


async def history(caller: Caller, tweet_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.get(f"/api/tweets/{tweet_id}/versions"))["versions"]
    return found


async def kinds(caller: Caller) -> list[str]:
    return [one["kind"] for one in (await caller.get("/api/notifications"))["notifications"]]


async def test_everybody_gets_the_new_text_and_can_read_the_old_one(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("teh cat")
    await bob.post(f"/api/tweets/{tweet}/likes")
    before = await bob.read(tweet)
    answer = await edit(alice, tweet, "the cat")
    assert answer.status == 200, answer.body
    after = await bob.read(tweet)
    assert (after["content"], after["likes_count"]) == ("the cat", 1)
    assert after["version"] > before["version"]
    assert after["edited_at"] > after["created_at"] == before["created_at"]
    assert "edited_at" not in before
    assert (await bob.timeline())[0] == after
    (first,) = await history(bob, tweet)
    assert (first["text"], first["written_at"], first["media"]) == ("teh cat", before["created_at"], [])
    await edit(alice, tweet, "the cats")
    assert [one["text"] for one in await history(bob, tweet)] == ["the cat", "teh cat"]
    assert (await history(bob, tweet))[0]["written_at"] == after["edited_at"]


async def test_an_edit_that_changes_nothing_leaves_no_trace(alice: Caller) -> None:
    tweet = await alice.tweet("as it was")
    before = await alice.read(tweet)
    assert (await edit(alice, tweet, "as it was"))["tweet"] == before
    assert await alice.read(tweet) == before
    assert await history(alice, tweet) == []


async def test_only_the_author_may_edit_and_delete_versions(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("mine")
    await edit(alice, tweet, "mine!")
    version = (await history(bob, tweet))[0]["id"]
    for other in (bob, carol):  # carol is an administrator
        assert (await edit(other, tweet, "theirs")).error == (403, "not_author")
        answer = await other.delete(f"/api/tweets/{tweet}/versions/{version}")
        assert answer.error == (403, "not_author")
    assert (await edit(alice, tweet + 100, "x")).error == (404, "tweet_not_found")
    assert (await alice.delete(f"/api/tweets/{tweet}/versions/{version + 1}")).error == (
        404,
        "version_not_found",
    )
    assert (await alice.delete(f"/api/tweets/{tweet}/versions/{version}")).status == 200
    assert await history(bob, tweet) == []
    assert (await bob.read(tweet))["content"] == "mine!"


async def test_whoever_may_not_see_the_tweet_gets_no_versions(alice: Caller, bob: Caller) -> None:
    answer = await alice.post("/api/tweets", json={"tweet_data": "secret", "visibility": "followers"})
    tweet = answer["tweet_id"]
    await edit(alice, tweet, "still secret")
    for path in (f"/api/tweets/{tweet}/versions", f"/api/tweets/{tweet}"):
        assert (await bob.get(path)).error == (404, "tweet_not_found")
    assert (await edit(bob, tweet, "x")).error == (404, "tweet_not_found")
    await bob.post(f"/api/users/{alice.id}/follow")
    assert [one["text"] for one in await history(bob, tweet)] == ["secret"]
    await alice.post(f"/api/users/{bob.id}/block")
    assert (await bob.get(f"/api/tweets/{tweet}/versions")).error == (404, "tweet_not_found")


async def test_the_new_texts_hashtags_and_mentions_count(alice: Caller, bob: Caller, carol: Caller) -> None:
    async def tagged(name: str) -> list[int]:
        return [one["id"] for one in (await bob.get(f"/api/hashtags/{name}/tweets"))["tweets"]]

    tweet = await alice.tweet("#one @bob")
    assert (await tagged("one"), await kinds(bob), await kinds(carol)) == ([tweet], ["mention"], [])
    await edit(alice, tweet, "#two @carol")
    assert (await tagged("one"), await tagged("two")) == ([], [tweet])
    assert (await kinds(bob), await kinds(carol)) == ([], ["mention"])
    assert [who["handle"] for who in (await bob.read(tweet))["mentions"]] == ["carol"]
    await edit(alice, tweet, "@carol and @bob #two")
    assert [who["handle"] for who in (await bob.read(tweet))["mentions"]] == ["carol", "bob"]
    assert (await kinds(bob), await kinds(carol)) == (["mention"], ["mention"])
    assert await rows(DISAGREEING) == []


async def test_whoever_is_mentioned_by_an_edit_may_see_a_private_tweet(alice: Caller, bob: Caller) -> None:
    answer = await alice.post("/api/tweets", json={"tweet_data": "for nobody yet", "visibility": "mentioned"})
    tweet = answer["tweet_id"]
    assert (await bob.get(f"/api/tweets/{tweet}")).status == 404
    await edit(alice, tweet, "for @bob")
    assert (await bob.read(tweet))["content"] == "for @bob"
    private = await bob.get("/api/tweets", params={"timeline": "private"})
    assert [one["id"] for one in private["tweets"]] == [tweet]
    # Anyone it has ever addressed can still see it.
    await edit(alice, tweet, "for nobody any more")
    assert (await bob.read(tweet))["visibility"] == "mentioned"


async def test_whoever_is_mentioned_by_an_edit_may_see_a_tweet_for_followers(
    alice: Caller, bob: Caller
) -> None:
    body = {"tweet_data": "for followers", "visibility": "followers"}
    tweet = (await alice.post("/api/tweets", json=body))["tweet_id"]
    assert (await bob.get(f"/api/tweets/{tweet}")).status == 404
    await edit(alice, tweet, "for followers, and @bob")
    assert (await bob.read(tweet))["visibility"] == "followers"


@pytest.mark.usefixtures("worker")
async def test_pictures_are_added_reordered_described_and_removed(alice: Caller, bob: Caller) -> None:
    one, two, three = [
        (await alice.upload(pictures.jpeg(), alt=f"picture {n}"))["media_id"] for n in range(3)
    ]
    tweet = await alice.tweet("with pictures", [one, two])
    media = [{"id": three}, {"id": one, "alt": "described anew"}]
    answer = await edit(alice, tweet, "with pictures", media=media)
    assert answer.status == 200, answer.body
    shown = (await bob.read(tweet))["media"]
    assert [(pic["id"], pic["alt"]) for pic in shown] == [(three, "picture 2"), (one, "described anew")]
    (before,) = await history(bob, tweet)
    assert [(pic["id"], pic["alt"]) for pic in before["media"]] == [(one, "picture 0"), (two, "picture 1")]
    # It stays as long as a version shows it, and comes back with an edit.
    assert (await edit(alice, tweet, "again", media=[{"id": two}])).status == 200
    assert [pic["id"] for pic in (await bob.read(tweet))["media"]] == [two]
    await edit(alice, tweet, "none left")
    assert (await bob.read(tweet))["media"] == []
    with_pictures = await bob.get(f"/api/users/{alice.id}/media")
    assert with_pictures["tweets"] == []
    for version in await history(alice, tweet):
        assert (await alice.delete(f"/api/tweets/{tweet}/versions/{version['id']}")).status == 200
    states = await rows("SELECT DISTINCT state FROM media_attachments")
    assert states in ([{"state": "removed"}], [])


async def test_a_picture_of_another_tweet_or_person_is_refused(alice: Caller, bob: Caller) -> None:
    mine = (await alice.upload(pictures.jpeg()))["media_id"]
    theirs = (await bob.upload(pictures.jpeg()))["media_id"]
    elsewhere = (await alice.upload(pictures.jpeg()))["media_id"]
    await alice.tweet("elsewhere", [elsewhere])
    tweet = await alice.tweet("here", [mine])
    for media_id, error in (
        (theirs, (404, "media_not_found")),
        (elsewhere, (409, "media_in_use")),
        (2**70, (404, "media_not_found")),
    ):
        assert (await edit(alice, tweet, "changed", media=[{"id": media_id}])).error == error
    assert (await alice.read(tweet))["content"] == "here"
    assert await history(alice, tweet) == []
    for body in ({}, {"text": " "}, {"text": "x", "media": [{"id": mine}, {"id": mine}]}):
        assert (await alice.call("PUT", f"/api/tweets/{tweet}", json=body)).error == (422, "invalid_body")


async def test_a_warning_is_added_and_removed(alice: Caller) -> None:
    tweet = await alice.tweet("the butler did it")
    await edit(alice, tweet, "the butler did it", warning="spoiler")
    shown = await alice.read(tweet)
    assert (shown["content"], shown["warning"]) == ("spoiler\n\nthe butler did it", "spoiler")
    await edit(alice, tweet, "the butler did it")
    assert "warning" not in await alice.read(tweet)
    assert [(one["warning"], one["sensitive"]) for one in await history(alice, tweet)] == [
        ("spoiler", True),
        (None, False),
    ]


async def test_a_tweet_keeps_a_limited_number_of_versions(
    alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tweet = await alice.tweet("0")
    monkeypatch.setattr(versions, "KEEP", versions.KEEP.replace(f"< {versions.MOST}", "< 3"))
    answers = [await edit(alice, tweet, str(number)) for number in range(1, 5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 422]
    assert answers[-1].error == (422, "too_many_versions")
    assert (await alice.read(tweet))["content"] == "3"


async def test_parallel_edits_each_leave_a_version(alice: Caller) -> None:
    tweet = await alice.tweet("0")
    answers = await asyncio.gather(*[edit(alice, tweet, f"text {number}") for number in range(8)])
    assert {answer.status for answer in answers} == {200}
    said = {one["text"] for one in await history(alice, tweet)} | {(await alice.read(tweet))["content"]}
    assert said == {"0", *[f"text {number}" for number in range(8)]}


async def test_an_edit_reaches_the_streams_of_those_who_may_see_the_tweet(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("before")
    await carol.post(f"/api/users/{alice.id}/block")
    async with listening(address, bob) as stream, listening(address, carol) as apart:
        await edit(alice, tweet, "after")
        told = await stream.wait_for("tweet_edited")
        assert (told["tweet"]["content"], told["tweet"]["liked"]) == ("after", False)
        await alice.tweet("the end")
        await stream.wait_for("tweet")
        assert apart.of("tweet_edited") == []


async def test_whoever_reposted_it_is_told_at_most_once_an_hour(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("before")
    await repost(bob, tweet)
    await repost(carol, tweet)
    await carol.post(f"/api/users/{alice.id}/mute")
    for text in ("after", "later"):
        await edit(alice, tweet, text)
        await notified()
    assert (await kinds(bob), await kinds(carol)) == (["edit"], [])
    (first,) = await rows("SELECT id FROM notifications WHERE kind = 'edit'")
    await rows("UPDATE notifications SET created_at = created_at - interval '2 hours' WHERE kind = 'edit'")
    await edit(alice, tweet, "much later")
    await notified()
    (second,) = await rows("SELECT id FROM notifications WHERE kind = 'edit'")
    assert second["id"] > first["id"]
    assert await kinds(bob) == ["edit"]


async def test_reposters_are_notified_in_batches(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(to_many, "BATCH", 1)
    tweet = await alice.tweet("before")
    for who in (alice, bob, carol):
        await repost(who, tweet)
    await edit(alice, tweet, "after")
    await notified()
    assert [await kinds(who) for who in (bob, carol)] == [["edit"], ["edit"]]
    assert "edit" not in await kinds(alice)
    assert await rows("SELECT 1 FROM notices") == []


async def test_deleting_a_tweet_removes_its_notifications_and_versions(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("before")
    await repost(bob, tweet)
    await edit(alice, tweet, "after")
    await notified()
    assert await kinds(bob) == ["edit"]
    await alice.delete(f"/api/tweets/{tweet}")
    await notified()
    assert await rows("SELECT 1 FROM notifications WHERE kind = 'edit'") == []
    assert await rows("SELECT 1 FROM tweet_versions") == []


async def test_the_archive_has_the_versions(alice: Caller) -> None:
    tweet = await alice.tweet("before")
    await edit(alice, tweet, "after")
    (found,) = await rows(personal.EXPORT, alice.id, 0, 10)
    assert (found["tweet_id"], found["text"]) == (tweet, "before")


async def test_a_repost_stands_for_its_tweet(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("before")
    await repost(bob, tweet)
    (entry,) = await rows("SELECT id FROM reposts")
    assert (await edit(alice, entry["id"], "after"))["tweet"]["id"] == tweet
    assert [one["text"] for one in await history(bob, entry["id"])] == ["before"]


async def test_an_edit_without_reposts_leaves_workers_nothing_to_do(alice: Caller) -> None:
    tweet = await alice.tweet("before")
    await edit(alice, tweet, "after")
    assert await rows("SELECT 1 FROM notices") == []
