"""Lists of people: making and changing them, who is on one, and what is on its timeline and on Following."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.lists import lists, personal
from tests.api.reposting import repost
from tests.api.test_deletion import leave
from tests.callers import Answer, Caller, register
from tests.realtime.listening import listening

FOLLOWING = {"timeline": "following", "entries": "1"}


async def made(caller: Caller, *members: Caller, title: str = "Birds", **choices: Any) -> int:
    answer = await caller.post("/api/lists", json={"title": title, **choices})
    assert answer.status == 201, answer.body
    for one in members:
        assert (await add(caller, answer["list"]["id"], one)).status == 200
    return int(answer["list"]["id"])


async def add(caller: Caller, number: int, person: Caller) -> Answer:
    return await caller.post(f"/api/lists/{number}/members/{person.id}")


async def titles(caller: Caller) -> list[str]:
    return [one["title"] for one in (await caller.get("/api/lists"))["lists"]]


async def members(caller: Caller, number: int) -> list[int]:
    return [one["id"] for one in (await caller.get(f"/api/lists/{number}/members"))["users"]]


async def on_list(caller: Caller, number: int, **query: Any) -> list[int]:
    answer = await caller.get(f"/api/lists/{number}/tweets", params=query)
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer["tweets"]]


async def entries(caller: Caller, path: str, **query: Any) -> list[tuple[str, int]]:
    answer = await caller.get(path, params={"entries": "1", **query})
    assert answer.status == 200, answer.body
    return [(one["type"], one["tweet"]["id"]) for one in answer["entries"]]


async def reply(caller: Caller, to: int) -> int:
    body = {"tweet_data": "I see", "in_reply_to_id": to}
    return int((await caller.post("/api/tweets", json=body))["tweet_id"])


async def test_a_list_is_made_changed_and_deleted(alice: Caller, bob: Caller) -> None:
    number = await made(alice, bob, title=" Birds ")
    assert (await alice.get(f"/api/lists/{number}"))["list"] == {
        "id": number,
        "title": "Birds",
        "replies": "members",
        "exclusive": False,
        "members_count": 1,
        "member_ids": [bob.id],
    }
    await made(alice, title="apples")
    assert await titles(alice) == ["apples", "Birds"]
    changed = await alice.call("PATCH", f"/api/lists/{number}", json={"title": "Owls", "replies": "none"})
    assert changed["list"]["title"] == "Owls"
    changed = await alice.call("PATCH", f"/api/lists/{number}", json={"exclusive": True})
    assert changed["list"] == {
        "id": number,
        "title": "Owls",
        "replies": "none",
        "exclusive": True,
        "members_count": 1,
    }
    assert (await alice.call("PATCH", f"/api/lists/{number}", json={})).error == (422, "invalid_body")
    assert (await alice.delete(f"/api/lists/{number}")).status == 200
    assert (await alice.delete(f"/api/lists/{number}")).error == (404, "list_not_found")
    assert await titles(alice) == ["apples"]


@pytest.mark.parametrize("title", ["", " ", "x" * 61, "a\nb"])
async def test_a_title_is_one_line(alice: Caller, title: str) -> None:
    assert (await alice.post("/api/lists", json={"title": title})).error == (422, "invalid_body")
    number = await made(alice)
    answer = await alice.call("PATCH", f"/api/lists/{number}", json={"title": title})
    assert answer.error == (422, "invalid_body")
    assert await titles(alice) == ["Birds"]


async def test_nobody_else_knows_of_a_list(alice: Caller, bob: Caller, carol: Caller) -> None:
    number = await made(alice, bob)
    assert await titles(bob) == []
    for who in (bob, carol):
        for method, path in (
            ("GET", ""),
            ("DELETE", ""),
            ("GET", "/tweets"),
            ("GET", "/members"),
            ("POST", f"/members/{carol.id}"),
            ("DELETE", f"/members/{bob.id}"),
        ):
            answer = await who.call(method, f"/api/lists/{number}{path}")
            assert answer.error == (404, "list_not_found"), path
        answer = await who.call("PATCH", f"/api/lists/{number}", json={"title": "mine"})
        assert answer.error == (404, "list_not_found")
    assert await members(alice, number) == [bob.id]
    assert (await bob.get("/api/notifications"))["notifications"] == []


async def test_people_join_and_leave_a_list_once(alice: Caller, bob: Caller, carol: Caller) -> None:
    number = await made(alice, bob, carol, bob, alice)
    assert await members(alice, number) == [alice.id, carol.id, bob.id]
    page = await alice.get(f"/api/lists/{number}/members", params={"limit": 2})
    assert [one["handle"] for one in page["users"]] == ["alice", "carol"]
    page = await alice.get(f"/api/lists/{number}/members", params={"limit": 2, "before": page["next"]})
    assert ([one["handle"] for one in page["users"]], page["next"]) == (["bob"], None)
    other = await made(alice, title="Others")
    asked = (await alice.get("/api/lists", params={"user_id": bob.id}))["lists"]
    assert {one["id"]: one["has_user"] for one in asked} == {number: True, other: False}
    for _ in range(2):
        assert (await alice.delete(f"/api/lists/{number}/members/{bob.id}")).status == 200
    assert await members(alice, number) == [alice.id, carol.id]
    assert (await alice.post(f"/api/lists/{number}/members/999")).error == (404, "user_not_found")


async def test_lists_and_members_are_limited_under_parallel_requests(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    dave = await register(alice.send, "dave")
    monkeypatch.setattr(lists, "CREATE", lists.CREATE.replace(str(lists.MOST_LISTS), "2"))
    answers = await asyncio.gather(*[alice.post("/api/lists", json={"title": "x"}) for _ in range(5)])
    assert sorted(answer.status for answer in answers) == [201, 201, 422, 422, 422]
    assert {answer.error for answer in answers if answer.status == 422} == {(422, "too_many_lists")}
    monkeypatch.setattr(lists, "MOST_MEMBERS", 2)
    number = next(answer["list"]["id"] for answer in answers if answer.status == 201)
    answers = await asyncio.gather(*[add(alice, number, one) for one in (alice, bob, carol, dave)])
    assert sorted(answer.status for answer in answers) == [200, 200, 422, 422]
    assert {answer.error for answer in answers if answer.status == 422} == {(422, "list_full")}
    for one in await members(alice, number):  # those who are on it already
        assert (await alice.post(f"/api/lists/{number}/members/{one}")).status == 200


async def test_a_list_has_what_its_members_tweet_and_repost(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    number = await made(alice, bob)
    path = f"/api/lists/{number}/tweets"
    assert await on_list(alice, number) == []
    first, others = await bob.tweet("an owl"), await carol.tweet("a wren")
    assert await on_list(alice, number) == [first]
    await repost(bob, others)
    second = await bob.tweet("a crow")
    assert await on_list(alice, number) == [second, first]
    assert await entries(alice, path) == [("tweet", second), ("repost", others), ("tweet", first)]
    assert await on_list(alice, number, limit=1) == [second]
    page = await alice.get(path, params={"limit": 1})
    assert await on_list(alice, number, limit=1, before=page["next"]) == [first]
    assert await on_list(alice, number, limit=1, after=first) == [second]
    await add(alice, number, carol)
    assert await on_list(alice, number) == [second, others, first]
    await alice.delete(f"/api/lists/{number}/members/{bob.id}")
    assert await on_list(alice, number) == [others]


async def test_a_list_shows_only_what_its_owner_may_see(alice: Caller, bob: Caller) -> None:
    number = await made(alice, bob, exclusive=True)

    async def published(visibility: str, text: str = "an owl") -> int:
        body = {"tweet_data": text, "visibility": visibility}
        return int((await bob.post("/api/tweets", json=body))["tweet_id"])

    for_followers, unlisted = await published("followers"), await published("unlisted")
    await published("mentioned", "@alice an owl")
    assert await on_list(alice, number) == [unlisted]
    await alice.post(f"/api/users/{bob.id}/follow")
    assert await on_list(alice, number) == [unlisted, for_followers]
    await alice.delete(f"/api/users/{bob.id}/follow")
    assert await on_list(alice, number) == [unlisted]


async def test_the_owner_chooses_which_replies_a_list_has(alice: Caller, bob: Caller, carol: Caller) -> None:
    dave = await register(alice.send, "dave")
    number = await made(alice, bob, carol)
    await alice.post(f"/api/users/{dave.id}/follow")
    tweets = {one: await one.tweet(f"by {one.handle}") for one in (alice, bob, carol, dave)}
    to = {one: await reply(bob, tweet) for one, tweet in tweets.items()}
    always = {tweets[bob], tweets[carol], to[alice], to[bob]}
    for replies, more in (("members", carol), ("followed", dave), ("none", None)):
        await alice.call("PATCH", f"/api/lists/{number}", json={"replies": replies})
        assert set(await on_list(alice, number)) == always | ({to[more]} if more else set()), replies
    await alice.call("PATCH", f"/api/lists/{number}", json={"replies": "followed"})
    await alice.delete(f"/api/users/{dave.id}/follow")
    assert set(await on_list(alice, number)) == always


async def test_members_of_an_exclusive_list_are_not_on_following(
    alice: Caller, bob: Caller, carol: Caller, address: str
) -> None:
    for one in (bob, carol):
        await alice.post(f"/api/users/{one.id}/follow")
    await alice.post("/api/hashtags/owls/follow")
    number = await made(alice, bob)
    dave = await register(alice.send, "dave")
    theirs, hers = await dave.tweet("a finch"), await carol.tweet("a wren")
    his = await bob.tweet("an owl #owls")
    await repost(bob, theirs)
    both = [("repost", theirs), ("tweet", his)]
    assert await entries(alice, "/api/tweets", timeline="following") == [*both, ("tweet", hers)]
    await alice.call("PATCH", f"/api/lists/{number}", json={"exclusive": True})
    assert await entries(alice, "/api/tweets", timeline="following") == [("tweet", hers)]
    assert [one["id"] for one in await alice.timeline(timeline="following")] == [hers]
    assert await entries(alice, f"/api/lists/{number}/tweets") == both
    async with listening(address, alice) as stream:
        await bob.tweet("a crow")
        await stream.until("a crow")
        assert stream.of("tweet")[-1]["followed"] is False
        await alice.delete(f"/api/lists/{number}/members/{bob.id}")
        assert (await stream.wait_for("lists"))["list_id"] == number
        tweet = await bob.tweet("a jay")
        await stream.until("a jay")
        assert stream.of("tweet")[-1]["followed"] is True
    assert ("tweet", tweet) in await entries(alice, "/api/tweets", timeline="following")


async def test_a_block_takes_both_off_the_others_lists(alice: Caller, bob: Caller) -> None:
    hers, his = await made(alice, bob), await made(bob, alice)
    await alice.post(f"/api/users/{bob.id}/block")
    for who, number in ((alice, hers), (bob, his)):
        assert await members(who, number) == []
        assert (await add(who, number, bob if who is alice else alice)).error == (403, "blocked")
    await alice.delete(f"/api/users/{bob.id}/block")
    assert await members(alice, hers) == []


async def test_a_mute_hides_a_member_and_no_other_list_of_the_same_number(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    number = await made(alice, bob, carol)
    his, hers = await bob.tweet("an owl"), await carol.tweet("a wren")
    await alice.post(f"/api/users/{bob.id}/mute")
    assert await on_list(alice, number) == [hers]
    assert await entries(alice, f"/api/lists/{number}/tweets") == [("tweet", hers)]
    await alice.delete(f"/api/users/{bob.id}/mute")
    while number < carol.id:  # the id of a list may be that of a muted person
        number = await made(alice, carol)
    assert number == carol.id
    await alice.post(f"/api/users/{carol.id}/mute")
    assert await entries(alice, f"/api/lists/{number}/tweets") == []
    assert his not in await on_list(alice, number)


async def test_a_member_who_deleted_their_account_is_not_counted(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    number = await made(alice, bob, carol)
    await leave(bob)
    found = (await alice.get(f"/api/lists/{number}"))["list"]
    assert (found["members_count"], found["member_ids"]) == (1, [carol.id])
    assert await members(alice, number) == [carol.id]


async def test_erasing_a_member_takes_them_off_lists(alice: Caller, bob: Caller) -> None:
    number = await made(alice, bob)
    await bob.call("DELETE", "/api/users/me", json={"handle": "bob"})
    assert await members(alice, number) == []
    assert await on_list(alice, number) == []


async def test_lists_are_exported_to_their_owner_alone(alice: Caller, bob: Caller) -> None:
    number = (await alice.post("/api/lists", json={"title": "Birds"}))["list"]["id"]
    await alice.post(f"/api/lists/{number}/members/{bob.id}")
    found = [await rows(sql, alice.id, 0, 10) for sql in (personal.EXPORT, personal.EXPORT_MEMBERS)]
    assert [(one["title"], one["replies"]) for one in found[0]] == [("Birds", "members")]
    assert [(one["list_id"], one["user_id"], one["handle"]) for one in found[1]] == [(number, bob.id, "bob")]
    for sql in (personal.EXPORT, personal.EXPORT_MEMBERS):
        assert await rows(sql, bob.id, 0, 10) == []
