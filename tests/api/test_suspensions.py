"""Suspension: keys stop working, tweets are hidden or kept, and everything can be restored."""

from __future__ import annotations

import asyncio

import pytest

from server.context import Context
from server.core.audit import TERMINAL
from server.core.database.connection import rows
from server.core.errors import LastAdministrator
from server.features.moderation import hidden_tweets as model
from server.features.moderation import hiding, suspensions
from server.features.people import accounts
from tests.callers import Caller
from tests.domain.test_counters import DISAGREEING
from tests.realtime.listening import listening

REFUSED = (401, "account_suspended")
NOT_FOUND = (404, "tweet_not_found")


async def suspend(by: Caller, whom: Caller, **body: object) -> None:
    assert (await by.post(f"/api/users/{whom.id}/suspension", json=body)).status == 200


async def test_no_key_of_a_suspended_user_works_until_the_suspension_ends(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    made = await bob.post("/api/keys", json={"name": "bot", "scopes": ["read"]})
    both = [bob, Caller(bob.send, made["key"], bob.id)]
    tweet_id = await bob.tweet("kept")
    await suspend(carol, bob, reason="spam")
    for caller in both:
        assert (await caller.get("/api/tweets")).error == REFUSED
    assert (await bob.post("/api/tweets", json={"tweet_data": "x"})).error == REFUSED
    assert (await alice.read(tweet_id))["content"] == "kept"
    shown = (await alice.get(f"/api/users/{bob.id}"))["user"]
    assert shown["suspended"]
    assert "hidden" not in shown
    assert "spam" not in str(shown)
    await carol.delete(f"/api/users/{bob.id}/suspension")
    for caller in both:
        assert (await caller.get("/api/tweets")).status == 200
    assert "suspended" not in (await alice.get(f"/api/users/{bob.id}"))["user"]


async def test_hidden_tweets_are_shown_nowhere_and_come_back(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    mine, his = await alice.tweet("mine"), await bob.tweet("his")
    await alice.post(f"/api/users/{bob.id}/follow")
    await alice.post(f"/api/tweets/{his}/likes")
    await bob.post(f"/api/tweets/{mine}/likes")
    places = [
        ("/api/tweets", {}),
        ("/api/tweets", {"timeline": "following"}),
        (f"/api/users/{bob.id}/tweets", {}),
        (f"/api/users/{alice.id}/likes", {}),
    ]

    async def seen(by: Caller) -> list[bool]:
        pages = [await by.get(path, params=query) for path, query in places]
        return [his in [tweet["id"] for tweet in page["tweets"]] for page in pages]

    before = (await alice.get(f"/api/users/{bob.id}"))["user"]
    assert await seen(alice) == [True] * 4
    await suspend(carol, bob, hide_tweets=True)
    for who in (alice, carol):
        assert not any(await seen(who))
        assert (await who.get(f"/api/tweets/{his}")).error == NOT_FOUND
    assert (await carol.post(f"/api/tweets/{his}/likes")).error == NOT_FOUND
    assert (await alice.delete(f"/api/tweets/{his}")).error == NOT_FOUND
    assert (await alice.get(f"/api/tweets/{his}/likes")).error == NOT_FOUND
    hidden = (await alice.get(f"/api/users/{bob.id}"))["user"]
    assert (hidden["tweets_count"], hidden["hidden"]) == (0, True)
    assert hidden["version"] > before["version"]
    assert (await alice.read(mine))["likes_count"] == 1, "what he did elsewhere stays"
    await suspend(carol, bob, hide_tweets=False)
    assert await seen(alice) == [True] * 4
    await suspend(carol, bob, hide_tweets=True)
    await carol.delete(f"/api/users/{bob.id}/suspension")
    assert await seen(alice) == [True] * 4
    assert (await alice.get(f"/api/users/{bob.id}"))["user"]["tweets_count"] == 1
    assert await rows(DISAGREEING) == []


async def test_a_second_suspension_keeps_the_options_that_it_does_not_name(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet_id = await bob.tweet("unwanted")
    await suspend(carol, bob, hide_tweets=True, reason="spam")
    await suspend(carol, bob)
    assert (await alice.get(f"/api/tweets/{tweet_id}")).error == NOT_FOUND
    await suspend(carol, bob, reason="spam, twice")
    assert (await alice.get(f"/api/tweets/{tweet_id}")).error == NOT_FOUND
    acts = [act["details"] for act in (await carol.get("/api/audit", params={"limit": 2}))["acts"]]
    assert acts == [
        {"hide_tweets": True, "reason": "spam, twice"},
        {"hide_tweets": True, "reason": "spam"},
    ]
    await suspend(carol, bob, hide_tweets=False)
    assert (await alice.read(tweet_id))["content"] == "unwanted"
    [stored] = await rows("SELECT suspension_reason AS reason FROM users WHERE id = $1", bob.id)
    assert stored["reason"] == "spam, twice"


async def test_pages_are_full_again_once_many_hidden_tweets_are_marked(
    perch: Context, alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "BATCH", 3)
    older = [await alice.tweet("x") for _ in range(3)]
    for _ in range(8):
        await bob.tweet("y")
    await suspend(carol, bob, hide_tweets=True)
    assert {tweet["author"]["handle"] for tweet in await alice.timeline(limit=20)} == {"alice"}
    await hiding.settle(bob.id)
    assert [tweet["id"] for tweet in await alice.timeline(limit=3)] == older[::-1]
    await carol.delete(f"/api/users/{bob.id}/suspension")
    await hiding.settle(bob.id)
    assert len(await alice.timeline(limit=20)) == 11
    assert await hiding.resume(perch.jobs) == 0


async def test_a_tweet_published_while_its_author_is_being_hidden_is_never_shown(
    perch: Context, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await suspend(carol, bob, hide_tweets=True)
    await rows("INSERT INTO tweets (author_id, content) VALUES ($1, 'late') RETURNING id", bob.id)
    assert await alice.timeline() == []
    assert await hiding.resume(perch.jobs) == 1
    await hiding.settle(bob.id)
    assert await rows("SELECT 1 FROM tweets WHERE NOT hidden") == []


async def test_streams_end_and_other_users_are_told_what_disappears(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await bob.tweet()
    async with listening(address, alice) as to_alice, listening(address, bob) as to_bob:
        await suspend(carol, bob, hide_tweets=True)
        await to_bob.wait_for_end(within=2)
        assert to_bob.kinds[-1] == "key_revoked"
        told = await to_alice.wait_for("visibility")
        assert (told["user_id"], told["hidden"], told["author"]["tweets_count"]) == (bob.id, True, 0)
        await carol.delete(f"/api/users/{bob.id}/suspension")
        told = await to_alice.wait_for("visibility", 2)
        assert (told["hidden"], told["author"]["tweets_count"]) == (False, 1)
    async with listening(address, bob) as again:
        await bob.tweet()
        await again.wait_for("tweet")


async def test_links_of_a_suspended_user_end(bob: Caller, carol: Caller) -> None:
    made = await carol.post("/api/invitations", json={"user_id": bob.id})
    await suspend(carol, bob)
    assert (await bob.post(f"/api/join/{made['token']}")).error == (404, "invitation_not_found")


async def test_who_may_suspend_whom(alice: Caller, bob: Caller, carol: Caller) -> None:
    path = f"/api/users/{bob.id}/suspension"
    assert (await alice.post(path)).error == (403, "out_of_scope")
    assert (await alice.delete(path)).error == (403, "out_of_scope")
    assert (await carol.post(f"/api/users/{carol.id}/suspension")).error == (403, "administrator")
    assert (await carol.post("/api/users/999/suspension")).error == (404, "user_not_found")
    assert (await carol.post(path, json={"reason": "two\nlines"})).error == (422, "invalid_body")
    weak = await carol.post("/api/keys", json={"name": "x", "scopes": ["read", "write"]})
    assert (await Caller(carol.send, weak["key"]).post(path)).error == (403, "out_of_scope")
    assert (await bob.get("/api/users/me")).status == 200


async def test_a_link_that_an_administrator_makes_while_being_suspended_ends_too(
    carol: Caller, perch: Context
) -> None:
    await accounts.create("dora", admin=True)
    for _ in range(5):
        making = [
            asyncio.create_task(carol.post("/api/invitations", json={"admin": True})) for _ in range(30)
        ]
        await asyncio.wait(making, return_when=asyncio.FIRST_COMPLETED)
        await suspensions.suspend(carol.id, TERMINAL, perch.jobs, hide_tweets=False)
        statuses = {answer.status for answer in await asyncio.gather(*making)}
        assert statuses <= {201, 401}
        assert await rows("SELECT id FROM invitations WHERE revoked_at IS NULL") == []
        await suspensions.unsuspend(carol.id, TERMINAL, perch.jobs)


async def test_the_cli_does_not_suspend_the_last_administrator(carol: Caller, perch: Context) -> None:
    with pytest.raises(LastAdministrator):
        await suspensions.suspend(carol.id, TERMINAL, perch.jobs, hide_tweets=False)
    await accounts.create("dora", admin=True)
    await suspensions.suspend(carol.id, TERMINAL, perch.jobs, hide_tweets=False)
    assert (await carol.get("/api/users/me")).status == 401
