"""The edges of visibility: replies, counters, cursors, blocks, and what outsiders could find out."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from server.core.database.connection import rows
from server.features.moderation import hiding
from server.features.tweets import earlier_texts
from server.features.visibility.events import Audience, audiences
from tests.api.visibility_surfaces.scene import LEVELS, ids, said
from tests.callers import Caller
from tests.realtime.listening import listening


async def test_a_reply_gets_the_narrower_level(alice: Caller, bob: Caller) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    parent = await said(alice, {"tweet_data": "for followers", "visibility": "followers"})
    for asked, gets in (("public", "followers"), ("mentioned", "mentioned"), (None, "followers")):
        body = {"tweet_data": "a reply", "in_reply_to_id": parent, "visibility": asked}
        answer = await bob.post("/api/tweets", json=body)
        assert answer["tweet"]["visibility"] == gets
        # Its author gets it although she doesn't follow bob.
        assert (await alice.get(f"/api/tweets/{answer['tweet_id']}")).status == 200


async def test_what_a_tweet_does_not_say_the_preferences_do(alice: Caller) -> None:
    async def visibility(body: dict[str, Any]) -> str:
        return str((await alice.post("/api/tweets", json={"tweet_data": "x", **body}))["tweet"]["visibility"])

    assert (await alice.get("/api/preferences"))["default_visibility"] == "public"
    assert await visibility({}) == "public"
    changed = await alice.patch("/api/preferences", json={"default_visibility": "followers"})
    assert changed["default_visibility"] == "followers"
    assert (await alice.get("/api/preferences"))["default_visibility"] == "followers"
    assert await visibility({}) == "followers"
    assert await visibility({"visibility": "public"}) == "public"
    assert (await alice.patch("/api/preferences", json={"default_visibility": "friends"})).error == (
        422,
        "invalid_body",
    )


async def test_it_ends_and_begins_with_following(alice: Caller, bob: Caller) -> None:
    tweet = await said(alice, {"tweet_data": "for followers", "visibility": "followers"})
    profile = f"/api/users/{alice.id}/tweets"
    for follows, act in ((False, None), (True, "POST"), (False, "DELETE"), (True, "POST")):
        if act:
            await bob.call(act, f"/api/users/{alice.id}/follow")
        assert (tweet in await ids(bob, profile)) is follows
        assert ((await bob.get(f"/api/tweets/{tweet}")).status == 200) is follows
    await alice.delete(f"/api/users/{bob.id}/follower")
    assert tweet not in await ids(bob, profile)


async def test_a_like_from_before_can_be_taken_back(alice: Caller, bob: Caller) -> None:
    tweet = await said(alice, {"tweet_data": "for followers", "visibility": "followers"})
    await bob.post(f"/api/users/{alice.id}/follow")
    for what in ("likes", "bookmarks"):
        assert (await bob.post(f"/api/tweets/{tweet}/{what}")).status == 200
    await bob.delete(f"/api/users/{alice.id}/follow")
    for what in ("likes", "bookmarks"):
        assert (await bob.delete(f"/api/tweets/{tweet}/{what}")).status == 200
        assert (await bob.delete(f"/api/tweets/{tweet}/{what}")).error == (404, "tweet_not_found")


async def test_counters_say_nothing_of_what_is_not_for_everyone(alice: Caller, bob: Caller) -> None:
    root = await alice.tweet("root")
    for visibility in LEVELS:
        await said(bob, {"tweet_data": "x", "in_reply_to_id": root, "visibility": visibility})
    assert (await alice.get(f"/api/tweets/{root}"))["tweet"]["replies_count"] == 2
    assert (await alice.get(f"/api/users/{bob.id}"))["user"]["tweets_count"] == 3
    for tweet in await ids(bob, "/api/tweets", timeline="private"):
        await bob.delete(f"/api/tweets/{tweet}")
    for tweet in await ids(bob, f"/api/users/{bob.id}/tweets"):
        await bob.delete(f"/api/tweets/{tweet}")
    assert (await alice.get(f"/api/tweets/{root}"))["tweet"]["replies_count"] == 0
    assert (await alice.get(f"/api/users/{bob.id}"))["user"]["tweets_count"] == 0
    assert await rows("SELECT 1 FROM addressees") == []


async def test_one_key_stands_for_one_visibility(alice: Caller) -> None:
    async def publish(**body: str) -> Any:
        headers = {"Idempotency-Key": "once"}
        return await alice.post("/api/tweets", json={"tweet_data": "x", **body}, headers=headers)

    first = await publish(visibility="followers")
    assert (await publish(visibility="followers"))["tweet_id"] == first["tweet_id"]
    assert (await publish(visibility="public")).error == (422, "idempotency_key_reused")
    assert (await publish()).error == (422, "idempotency_key_reused")


async def test_private_tweets_survive_a_suspension(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await said(alice, {"tweet_data": f"@{bob.handle}", "visibility": "mentioned"})
    for hidden in (True, False):
        method = "POST" if hidden else "DELETE"
        body = {"json": {"hide_tweets": True}} if hidden else {}
        await carol.call(method, f"/api/users/{alice.id}/suspension", **body)
        while await hiding.settle_some(alice.id):
            pass
        assert await ids(bob, "/api/tweets", timeline="private") == ([] if hidden else [tweet])
        assert ((await bob.get(f"/api/tweets/{tweet}")).status == 200) is not hidden
        assert tweet not in await ids(bob, f"/api/users/{alice.id}/tweets")


async def test_the_author_alone_hears_that_nobody_was_addressed(
    alice: Caller, bob: Caller, address: str
) -> None:
    tweet = await said(alice, {"tweet_data": "a note to myself", "visibility": "mentioned"})
    assert await ids(alice, "/api/tweets", timeline="private") == [tweet]
    async with listening(address, alice) as hers, listening(address, bob) as his:
        await alice.delete(f"/api/tweets/{tweet}")
        await bob.tweet("the end")
        await asyncio.gather(hers.until("the end"), his.until("the end"))
        assert [one["tweet_id"] for one in hers.of("tweet_deleted")] == [tweet]
        assert his.of("tweet_deleted") == []
    assert await ids(alice, "/api/tweets", timeline="private") == []


async def test_strangers_learn_nothing_by_deleting_or_limiting(alice: Caller, bob: Caller) -> None:
    tweet = await said(alice, {"tweet_data": "mine", "visibility": "followers"})
    assert (await bob.delete(f"/api/tweets/{tweet}")).error == (404, "tweet_not_found")
    limited = await bob.patch(f"/api/tweets/{tweet}", json={"who_may_reply": "nobody"})
    assert limited.error == (404, "tweet_not_found")
    await bob.post(f"/api/users/{alice.id}/follow")
    assert (await bob.delete(f"/api/tweets/{tweet}")).error == (403, "not_author")


async def test_catching_up_says_nothing_of_what_was_restricted_or_is_gone(
    alice: Caller, bob: Caller, address: str
) -> None:
    async with listening(address, bob) as his:
        await bob.tweet("before")
        await his.until("before")
        last = his.last_id
    (picture,) = await rows(
        "INSERT INTO media_attachments (token, owner_id, state, content_type, width, height) "
        "VALUES ($1, $2, 'pending', 'image/jpeg', 1, 1) RETURNING id",
        secrets.token_hex(16),
        alice.id,
    )
    await rows("UPDATE media_attachments SET state = 'ready' WHERE id = $1 RETURNING 1", picture["id"])
    body = {"tweet_data": "mine", "visibility": "followers", "tweet_media_ids": [picture["id"]]}
    await said(alice, body)
    gone = await said(alice, {"tweet_data": "a mistake", "visibility": "followers"})
    await alice.patch(f"/api/tweets/{gone}", json={"who_may_reply": "nobody"})
    await alice.post(f"/api/tweets/{gone}/likes")
    await alice.delete(f"/api/tweets/{gone}")
    await bob.tweet("the end")
    async with listening(address, bob, last=last) as his:
        await his.until("the end")
        assert set(his.kinds) == {"tweet"}
        assert [one["tweet"]["content"] for one in his.of("tweet")] == ["the end"]


async def test_nobody_is_in_the_audience_of_a_tweet_that_is_gone(alice: Caller, bob: Caller) -> None:
    public, restricted = (
        await alice.tweet("x"),
        await said(alice, {"tweet_data": "y", "visibility": "followers"}),
    )
    found = await audiences([public, restricted, 10**9], [alice.id, bob.id])
    assert found == {
        public: Audience(None),
        restricted: Audience(frozenset({alice.id})),
        10**9: Audience(frozenset()),
    }


async def test_likes_on_a_profile_are_filled_up(alice: Caller, bob: Caller, carol: Caller) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    open_ones = []
    for number in range(3):
        open_ones.append(await alice.tweet(f"open {number}"))
        for tweet in (
            open_ones[-1],
            await said(alice, {"tweet_data": "not for carol", "visibility": "followers"}),
        ):
            await bob.post(f"/api/tweets/{tweet}/likes")
    path = f"/api/users/{bob.id}/likes"
    first = await carol.get(path, params={"limit": 2})
    assert [tweet["id"] for tweet in first["tweets"]] == open_ones[:0:-1]
    second = await carol.get(path, params={"limit": 2, "before": first["next"]})
    assert ([tweet["id"] for tweet in second["tweets"]], second["next"]) == (open_ones[:1], None)
    assert len(await ids(bob, path)) == 6


async def test_a_private_tweet_leaves_its_authors_row_as_it_is(alice: Caller, bob: Caller) -> None:
    before = (await bob.get(f"/api/users/{alice.id}"))["user"]
    tweet = await said(alice, {"tweet_data": "a note to myself", "visibility": "mentioned"})
    await alice.delete(f"/api/tweets/{tweet}")
    assert (await bob.get(f"/api/users/{alice.id}"))["user"] == before


async def test_earlier_texts_put_only_public_tweets_on_hashtag_pages(alice: Caller) -> None:
    for visibility in LEVELS:
        await said(alice, {"tweet_data": "#early", "visibility": visibility})
    await rows("DELETE FROM hashtags_in_tweets RETURNING 1")
    await rows("INSERT INTO unread_texts (up_to) SELECT max(id) FROM tweets RETURNING 1")
    await earlier_texts.read_some()
    assert len(await rows("SELECT 1 FROM hashtags_in_tweets")) == 1


async def test_conversations_are_unmuted_after_they_became_invisible(alice: Caller, bob: Caller) -> None:
    tweet = await said(alice, {"tweet_data": "for followers", "visibility": "followers"})
    assert (await bob.delete(f"/api/tweets/{tweet}/mute")).error == (404, "tweet_not_found")
    await bob.post(f"/api/users/{alice.id}/follow")
    await bob.post(f"/api/tweets/{tweet}/mute")
    await bob.delete(f"/api/users/{alice.id}/follow")
    assert (await bob.delete(f"/api/tweets/{tweet}/mute")).status == 200
    assert (await bob.delete(f"/api/tweets/{tweet}/mute")).error == (404, "tweet_not_found")


async def test_cursors_of_likes_tell_nothing_of_what_is_not_shown(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    for number in range(3):
        tweet = await said(alice, {"tweet_data": str(number), "visibility": "followers"})
        await bob.post(f"/api/tweets/{tweet}/likes")
    path = f"/api/users/{bob.id}/likes"
    for params in ({"limit": 1}, {"limit": 1, "after": 0}, {"limit": 10}, {"limit": 1, "offset": 2}):
        page = await carol.get(path, params=params)
        assert (page["tweets"], page["next"], page["previous"]) == ([], None, None)


async def test_unmuting_does_not_tell_where_a_private_reply_belongs(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    root = await alice.tweet("root")
    private = await said(bob, {"tweet_data": "x", "in_reply_to_id": root, "visibility": "mentioned"})
    await carol.post(f"/api/tweets/{root}/mute")
    assert (await carol.delete(f"/api/tweets/{private}/mute")).error == (404, "tweet_not_found")
    assert (await carol.delete(f"/api/tweets/{root}/mute")).status == 200


async def test_many_replies_that_a_reader_may_not_see_hide_no_others(
    anybody: Caller, alice: Caller, bob: Caller, carol: Caller
) -> None:
    root = await alice.tweet("root")
    await carol.post(f"/api/users/{bob.id}/follow")
    await rows(
        "INSERT INTO tweets (author_id, content, visibility, in_reply_to_id, thread_root_id, thread_path) "
        "SELECT $1, 'x', 2, $2::bigint, $2, ARRAY[$2, n] FROM generate_series(1000, 3500) AS n RETURNING 1",
        alice.id,
        root,
    )
    reply = await said(bob, {"tweet_data": "seen", "in_reply_to_id": root, "visibility": "followers"})
    found = await carol.get(f"/api/tweets/{root}/thread", params={"limit": 10})
    assert [entry["tweet"]["id"] for entry in found["replies"] if entry["type"] == "tweet"] == [reply]


async def test_a_block_between_the_two_is_stronger_than_being_addressed(
    alice: Caller, bob: Caller, address: str
) -> None:
    await alice.post(f"/api/users/{bob.id}/block")
    tweet = await said(alice, {"tweet_data": f"@{bob.handle}", "visibility": "mentioned"})
    for what in ("likes", "bookmarks"):
        assert (await bob.delete(f"/api/tweets/{tweet}/{what}")).error == (404, "tweet_not_found")
    async with listening(address, bob) as his:
        await alice.delete(f"/api/tweets/{tweet}")
        await bob.tweet("the end")
        await his.until("the end")
        assert his.of("tweet_deleted") == []


async def test_a_hidden_private_reply_is_told_only_to_whom_it_is_for(
    alice: Caller, bob: Caller, carol: Caller, address: str
) -> None:
    root = await alice.tweet("root")
    private = await said(bob, {"tweet_data": "x", "in_reply_to_id": root, "visibility": "mentioned"})
    async with listening(address, bob) as his, listening(address, carol) as others:
        assert (await alice.post(f"/api/tweets/{private}/hidden")).status == 200
        await carol.tweet("the end")
        await asyncio.gather(his.until("the end"), others.until("the end"))
        assert [one["root_id"] for one in his.of("thread")] == [root]
        assert others.of("thread") == []


async def test_who_lost_access_hears_no_numbers_of_what_they_liked(
    alice: Caller, bob: Caller, address: str
) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    tweet = await said(alice, {"tweet_data": "for followers", "visibility": "followers"})
    async with listening(address, bob) as his:
        await bob.tweet("before")
        await his.until("before")
        last = his.last_id
    await bob.post(f"/api/tweets/{tweet}/likes")
    await alice.delete(f"/api/users/{bob.id}/follower")
    await bob.tweet("the end")
    async with listening(address, bob, last=last) as his:
        await his.until("the end")
        assert his.of("liked") == []
