"""Account deletion: visible at once, then everything is erased, even if the removal is killed repeatedly."""

from __future__ import annotations

import asyncio
import random

import pytest

from server.context import Context
from server.core import personal
from server.core.audit import TERMINAL
from server.core.database.connection import rows
from server.core.errors import HandleTaken, LastAdministrator
from server.features.people import accounts
from server.features.privacy import deletion, exports
from storage.base import ObjectStore
from tests import pictures
from tests.api.media import objects, stored
from tests.callers import Caller, register
from tests.domain.test_counters import DISAGREEING
from tests.jobs import LostJobs
from tests.realtime.listening import listening
from tests.thorough import much
from tests.waiting import until, until_gone

FOLDER = "tweets_media"
KILLS = much(usually=25, thoroughly=400)

# Every table and column that may hold something of a user's.
LEFT = """
    SELECT (SELECT count(*) FROM users WHERE id = $1) + (SELECT count(*) FROM api_keys WHERE user_id = $1)
        + (SELECT count(*) FROM tweets WHERE $1 IN (author_id, in_reply_to_user_id))
        + (SELECT count(*) FROM likes WHERE user_id = $1)
        + (SELECT count(*) FROM reposts WHERE user_id = $1)
        + (SELECT count(*) FROM follows WHERE $1 IN (follower_id, followee_id))
        + (SELECT count(*) FROM followed_hashtags WHERE user_id = $1)
        + (SELECT count(*) FROM media_attachments WHERE owner_id = $1)
        + (SELECT count(*) FROM exports WHERE user_id = $1)
        + (SELECT count(*) FROM idempotency_keys WHERE user_id = $1)
        + (SELECT count(*) FROM invitations WHERE user_id = $1 OR created_by_id = $1) AS n
"""


async def left_of(user_id: int) -> int:
    return int((await rows(LEFT, user_id))[0]["n"])


async def leave(who: Caller) -> None:
    """Delete the account without any worker being told."""
    await deletion.delete(who.id, who.handle, TERMINAL, LostJobs())


async def due(who: Caller) -> None:
    """End the days in which the account can be kept."""
    assert await rows("UPDATE users SET erase_after = now() WHERE id = $1 RETURNING 1", who.id)


async def lively(alice: Caller, bob: Caller, carol: Caller) -> tuple[int, int]:
    """Give alice one of everything, including a tweet of her own and one of bob's that she likes."""
    tweets = [await alice.tweet(f"number {number}") for number in range(7)]
    his = [await bob.tweet("x") for _ in range(5)]
    for who in (bob, carol):
        for tweet_id in tweets:
            await who.post(f"/api/tweets/{tweet_id}/likes")
        await who.post(f"/api/users/{alice.id}/follow")
        await alice.post(f"/api/users/{who.id}/follow")
    for tweet_id in his:
        await alice.post(f"/api/tweets/{tweet_id}/likes")
    for who, tweet_id in ((bob, tweets[1]), (alice, his[1])):
        await who.reply(tweet_id)
        await who.post(f"/api/tweets/{tweet_id}/reposts")
    await alice.post("/api/hashtags/perch/follow")
    await alice.post("/api/tweets", json={"tweet_data": "once"}, headers={"idempotency-key": "x"})
    return tweets[0], his[0]


@pytest.mark.usefixtures("worker")
async def test_everything_is_erased_including_pictures_and_archives(
    address: str, alice: Caller, bob: Caller, carol: Caller, empty_store: ObjectStore, perch: Context
) -> None:
    mine, his = await lively(alice, bob, carol)
    media = await alice.upload(pictures.jpeg())
    await alice.tweet("with a picture", [media["media_id"]])
    await alice.upload(pictures.png())
    await alice.post("/api/users/me/export")

    async def is_pending() -> bool:
        return bool((await alice.get("/api/users/me/export"))["export"]["state"] == "pending")

    await until_gone(is_pending)
    assert len(await stored(empty_store)) == 5
    async with listening(address, bob) as to_bob, listening(address, alice) as to_alice:
        answer = await alice.call("DELETE", "/api/users/me", json={"handle": "alice"})
        assert answer.body.keys() == {"result", "deletion"}
        await to_alice.wait_for_end()
        assert to_alice.kinds[-1] == "key_revoked"
        told = await to_bob.wait_for("visibility")
        assert (told["user_id"], told["hidden"], told["author"]) == (alice.id, True, None)

        await due(alice)
        await deletion.resume(perch.jobs, older_than=0)

        async def is_left() -> bool:
            return await left_of(alice.id) > 0

        await until_gone(is_left)

        async def nobody_likes_his() -> bool:
            told = {event["tweet_id"]: event["likes_count"] for event in to_bob.of("likes")}
            return len(told) == 5 and set(told.values()) == {0}

        await until(nobody_likes_his)
        assert "tweet_deleted" not in to_bob.kinds, "that they are gone was told at once"
    assert await objects(empty_store) == []
    assert await rows(DISAGREEING) == []
    assert (await bob.read(his))["likes_count"] == 0
    shown = (await bob.get("/api/users/me"))["user"]
    assert (shown["followers_count"], shown["following_count"]) == (0, 0)
    assert (await bob.get(f"/api/tweets/{mine}")).error == (404, "tweet_not_found")


async def test_nothing_is_shown_once_deletion_is_answered(alice: Caller, bob: Caller, carol: Caller) -> None:
    """No worker has been told, so nothing has been removed yet."""
    mine, his = await lively(alice, bob, carol)
    await leave(alice)
    assert (await alice.get("/api/tweets")).error == (401, "invalid_key")
    assert await left_of(alice.id) >= 20
    assert (await bob.get(f"/api/tweets/{mine}")).error == (404, "tweet_not_found")
    for path in ("", "/tweets", "/followers", "/following", "/likes"):
        assert (await bob.get(f"/api/users/{alice.id}{path}")).error == (404, "user_not_found"), path
    assert (await bob.post(f"/api/users/{alice.id}/follow")).error == (404, "user_not_found")
    pages = [
        await bob.get("/api/tweets", params={"limit": 100}),
        await bob.get("/api/tweets", params={"timeline": "following"}),
        await bob.get(f"/api/tweets/{his}"),
        await bob.get(f"/api/tweets/{his}/likes"),
        await bob.get("/api/users/me"),
        await bob.get(f"/api/users/{bob.id}/followers"),
        await bob.get(f"/api/users/{bob.id}/following"),
        await bob.get(f"/api/users/{bob.id}/likes"),
    ]
    assert "alice" not in str([page.body for page in pages])


@pytest.mark.fault("worker-killed")
async def test_a_removal_that_is_killed_again_and_again_is_finished(
    alice: Caller,
    bob: Caller,
    carol: Caller,
    empty_store: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(personal, "BATCH", 2)
    await lively(alice, bob, carol)
    await leave(alice)
    chosen = random.Random(3)
    killed = 0
    for _ in range(KILLS):
        removal = asyncio.create_task(deletion.erase(alice.id, empty_store, FOLDER))
        done, _ = await asyncio.wait([removal], timeout=chosen.random() * 0.02)
        killed += not done
        removal.cancel()
        await asyncio.gather(removal, return_exceptions=True)
        assert await rows(DISAGREEING) == []
    assert killed > 2
    assert await deletion.resume(LostJobs(), older_than=0) == (await left_of(alice.id) > 0)
    both = [deletion.erase(alice.id, empty_store, FOLDER) for _ in range(2)]
    await asyncio.gather(*both)
    assert await left_of(alice.id) == 0
    assert await rows(DISAGREEING) == []
    assert await deletion.resume(LostJobs(), older_than=0) == 0


async def test_a_removal_message_about_an_undeleted_user_removes_nothing(
    alice: Caller, bob: Caller, empty_store: ObjectStore
) -> None:
    """Such a message may have been sent before a restore and read after it."""
    tweet_id = await alice.tweet("still here")
    await bob.post(f"/api/tweets/{tweet_id}/likes")
    await bob.post(f"/api/users/{alice.id}/follow")
    assert not await deletion.erase(alice.id, empty_store, FOLDER)
    assert (await bob.read(tweet_id))["likes_count"] == 1
    assert (await bob.get(f"/api/users/{alice.id}"))["user"]["followers_count"] == 1


async def test_a_removal_stops_if_the_user_is_no_longer_deleted(
    alice: Caller, empty_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dump from before the deletion may be restored while it is under way."""
    monkeypatch.setattr(personal, "BATCH", 2)
    for _ in range(6):
        await alice.tweet("x")
    await rows("UPDATE users SET deleted_at = now() WHERE id = $1 RETURNING 1", alice.id)
    assert await deletion.erase_some(alice.id, empty_store, FOLDER)
    await rows("UPDATE users SET deleted_at = NULL WHERE id = $1 RETURNING 1", alice.id)
    left = await left_of(alice.id)
    assert not await deletion.erase_some(alice.id, empty_store, FOLDER)
    assert await left_of(alice.id) == left > 0


async def test_other_users_can_write_during_a_removal(
    alice: Caller, bob: Caller, carol: Caller, empty_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal, "BATCH", 3)
    people = [await register(bob.send, f"u{number}") for number in range(6)]
    his = [await bob.tweet("x") for _ in range(6)]
    mine = [await alice.tweet("y") for _ in range(6)]
    for tweet_id in his:
        await alice.post(f"/api/tweets/{tweet_id}/likes")
    chosen = random.Random(5)
    begun = 0

    async def write(who: Caller) -> None:
        nonlocal begun
        for _ in range(25):
            what = chosen.choice(
                [f"/api/tweets/{chosen.choice(his + mine)}/likes"] * 2
                + [f"/api/users/{chosen.choice([alice.id, bob.id])}/follow"]
            )
            answer = await who.call(chosen.choice(["POST", "DELETE"]), what)
            assert answer.status in (200, 404), answer.body
            begun += 1

    async def remove() -> None:
        await until(lambda: begun > len(people))
        await leave(alice)
        while not await deletion.erase(alice.id, empty_store, FOLDER):
            pass

    await asyncio.gather(remove(), *(write(who) for who in people))
    assert await left_of(alice.id) == 0
    assert await rows(DISAGREEING) == []


async def test_the_handle_of_a_deleted_user_cannot_be_reused(
    alice: Caller, bob: Caller, empty_store: ObjectStore
) -> None:
    await leave(alice)
    for _ in range(2):
        with pytest.raises(HandleTaken):
            await accounts.create("alice")
        await deletion.erase(alice.id, empty_store, FOLDER)
    assert await left_of(alice.id) == 0
    assert "alice" not in str(await rows("SELECT * FROM retired_handles"))
    await accounts.create("alice2")


async def test_an_account_is_not_deleted_if_confirmed_with_the_wrong_handle(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    for body in ({"handle": "bob"}, {"handle": "Alice"}, {"handle": ""}, {}, {"handle": "alice", "x": 1}):
        answer = await alice.call("DELETE", "/api/users/me", json=body)
        assert answer.error == (422, "invalid_body")
        answer = await carol.call("DELETE", f"/api/users/{alice.id}", json=body)
        assert answer.error == (422, "invalid_body")
    assert (await alice.call("DELETE", "/api/users/me")).error == (422, "invalid_body")
    assert (await alice.get("/api/users/me")).status == 200


async def test_who_may_delete_whom(alice: Caller, bob: Caller, carol: Caller) -> None:
    async def delete(by: Caller, whom: Caller) -> tuple[int, str]:
        path = f"/api/users/{whom.id}"
        answer = await by.call("DELETE", path, json={"handle": whom.handle})
        return answer.error if answer.status != 200 else (200, "")

    assert await delete(bob, alice) == (403, "out_of_scope")
    assert await delete(carol, carol) == (403, "administrator")
    last = await carol.call("DELETE", "/api/users/me", json={"handle": "carol"})
    assert last.error == (409, "last_administrator")
    reader = (await alice.post("/api/keys", json={"name": "x", "scopes": ["read"]}))["key"]
    answer = await Caller(alice.send, reader).call("DELETE", "/api/users/me", json={"handle": "alice"})
    assert answer.error == (403, "out_of_scope")
    assert await delete(carol, alice) == (200, "")
    assert await delete(carol, alice) == (404, "user_not_found")
    act = (await carol.get("/api/audit", params={"limit": 1}))["acts"][0]
    assert (act["act"], act["user_id"], act["user"]) == ("user.delete", alice.id, None)
    dave = await register(carol.send, "dave", admin=True)
    assert await delete(carol, dave) == (403, "administrator")
    await deletion.delete(dave.id, "dave", TERMINAL, LostJobs())
    assert (await dave.get("/api/users/me")).error == (401, "invalid_key")
    with pytest.raises(LastAdministrator):
        await deletion.delete(carol.id or 0, "carol", TERMINAL, LostJobs())


async def test_when_the_last_two_administrators_leave_at_once_one_stays(carol: Caller) -> None:
    dave = await register(carol.send, "dave", admin=True)
    both = [who.call("DELETE", "/api/users/me", json={"handle": who.handle}) for who in (carol, dave)]
    assert sorted(answer.status for answer in await asyncio.gather(*both)) == [200, 409]


async def test_demo_users_cannot_be_deleted(anybody: Caller) -> None:
    await accounts.create_demo_users()
    answer = await Caller(anybody.send, "test").call("DELETE", "/api/users/me", json={"handle": "test"})
    assert answer.error == (403, "public_key")


async def test_removal_waits_for_a_picture_that_a_worker_is_processing(
    alice: Caller, bob: Caller, empty_store: ObjectStore
) -> None:
    """Otherwise the variants that it stores would be left over."""
    await rows(
        "INSERT INTO media_attachments (token, owner_id, working_until) "
        "VALUES ($1, $2, now() + interval '1 min') RETURNING 1",
        "ab" * 16,
        alice.id,
    )
    await leave(alice)
    assert not await deletion.erase(alice.id, empty_store, FOLDER)
    assert await deletion.resume(LostJobs(), older_than=0) == 1
    await rows("UPDATE media_attachments SET working_until = NULL RETURNING 1")
    assert await deletion.erase(alice.id, empty_store, FOLDER)
    assert await exports.read(alice.id) is None
