"""Quotes: publishing them, who may, withdrawing them, and who hears of them."""

from __future__ import annotations

import asyncio

from server.core.database.connection import rows
from tests.api.notifying import notified
from tests.api.quoting import kinds, quote, quoted, quotes, try_to_quote
from tests.api.reposting import repost
from tests.callers import Caller
from tests.domain.test_counters import DISAGREEING
from tests.realtime.listening import listening


async def test_a_quote_comes_with_the_tweet_that_it_quotes(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await alice.tweet("the first")
    await bob.post(f"/api/tweets/{tweet}/likes")
    number = await quote(bob, tweet)
    shown = await carol.read(number)
    assert (shown["text"], shown["content"]) == ("look", f"look\n\n/tweets/{tweet}")
    assert shown["quote"] == {"tweet_id": tweet}
    original = await carol.read(tweet)
    assert original["quotes_count"] == 1
    assert await quoted(carol, number) == {
        "tweet_id": tweet,
        "state": "shown",
        "tweet": {**original, "likes": []},
    }
    assert (await quoted(bob, number))["tweet"]["liked"]
    assert await quotes(carol, tweet) == [number]
    page = await carol.get("/api/tweets", params={"limit": 1})
    assert [one["tweet_id"] for one in page["quoted"]] == [tweet]
    assert "quoted" not in (await carol.get("/api/tweets", params={"limit": 1, "before": number})).body
    assert "quotes_count" not in shown
    assert await rows(DISAGREEING) == []


async def test_deleting_a_quote_uncounts_it(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("the first")
    first, second = await quote(bob, tweet), await quote(bob, tweet)
    assert (await alice.read(tweet))["quotes_count"] == 2
    assert await quotes(alice, tweet) == [second, first]
    await bob.delete(f"/api/tweets/{first}")
    assert (await alice.read(tweet))["quotes_count"] == 1
    assert await quotes(alice, tweet) == [second]
    await bob.delete(f"/api/tweets/{second}")
    assert "quotes_count" not in await alice.read(tweet)


async def test_the_author_says_who_may_quote(alice: Caller, bob: Caller, carol: Caller) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    answer = await alice.post("/api/tweets", json={"tweet_data": "for you", "who_may_quote": "followers"})
    tweet = answer["tweet_id"]
    assert answer["tweet"]["who_may_quote"] == "followers"
    assert await alice.read(tweet) == answer["tweet"]
    assert (await try_to_quote(carol, tweet)).error == (403, "quotes_limited")
    kept = await quote(bob, tweet)
    assert (await alice.patch(f"/api/tweets/{tweet}", json={"who_may_quote": "nobody"})).status == 200
    assert (await bob.read(tweet))["who_may_quote"] == "nobody"
    assert (await try_to_quote(bob, tweet)).error == (403, "quotes_limited")
    await quote(alice, tweet)
    assert (await quoted(carol, kept))["state"] == "shown"
    assert (await alice.patch(f"/api/tweets/{tweet}", json={"who_may_quote": "everyone"})).status == 200
    assert "who_may_quote" not in await bob.read(tweet)
    await quote(carol, tweet)
    for other in (bob, carol):  # carol is an administrator
        refused = await other.patch(f"/api/tweets/{tweet}", json={"who_may_quote": "nobody"})
        assert refused.error == (403, "not_author")


async def test_the_author_withdraws_a_tweet_from_a_quote_for_good(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("the first")
    number = await quote(bob, tweet)
    for other in (bob, carol):
        assert (await other.delete(f"/api/tweets/{number}/quote")).error == (403, "not_author")
    before = await bob.read(number)
    for _ in range(2):
        assert (await alice.delete(f"/api/tweets/{number}/quote")).status == 200
    after = await carol.read(number)
    assert (after["content"], after["quote"]) == ("look", {"tweet_id": None})
    assert after["version"] > before["version"]
    assert "quoted" not in (await carol.get(f"/api/tweets/{number}")).body
    assert await quotes(carol, tweet) == []
    assert "quotes_count" not in await carol.read(tweet)
    assert await rows(DISAGREEING) == []
    await bob.delete(f"/api/tweets/{number}")
    assert await rows(DISAGREEING) == []
    assert (await alice.delete(f"/api/tweets/{tweet}/quote")).error == (404, "tweet_not_found")


async def test_an_author_withdraws_across_a_block(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await alice.tweet("the first")
    number = await quote(bob, tweet)
    await bob.post(f"/api/users/{alice.id}/block")
    assert (await alice.get(f"/api/tweets/{number}")).error == (404, "tweet_not_found")
    assert (await try_to_quote(bob, tweet)).error == (404, "tweet_not_found")
    assert (await alice.delete(f"/api/tweets/{number}/quote")).status == 200
    assert (await carol.read(number))["quote"] == {"tweet_id": None}


async def test_a_quote_notifies_its_author_once(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("the first")
    number = await quote(bob, tweet, "@alice look")
    assert await kinds(alice) == ["quote"]
    found = (await alice.get("/api/notifications", params={"tab": "mentions"})).body
    (notification,) = found["notifications"]
    assert (notification["tweet"]["id"], found["quoted"][0]["tweet_id"]) == (number, tweet)
    await bob.delete(f"/api/tweets/{number}")
    assert await kinds(alice) == []
    await quote(bob, tweet, in_reply_to_id=tweet)
    assert await kinds(alice) == ["reply"]
    await quote(alice, tweet)
    assert await kinds(alice) == ["reply"]


async def test_a_muted_person_does_not_notify_by_quoting(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("the first")
    await alice.post(f"/api/users/{bob.id}/mute", json={"notifications": True})
    await quote(bob, tweet)
    assert await kinds(alice) == []


async def test_a_quoted_author_with_the_bell_on_is_notified_once(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("the first")
    await alice.post(f"/api/users/{bob.id}/follow")
    await alice.post(f"/api/users/{bob.id}/notify")
    await quote(bob, tweet)
    await notified()
    assert await kinds(alice) == ["quote"]


async def test_a_muted_conversation_notifies_of_no_quote(alice: Caller, bob: Caller) -> None:
    tweet, other = await alice.tweet("the first"), await alice.tweet("a conversation")
    await alice.post(f"/api/tweets/{other}/mute")
    reply = await bob.reply(other)
    await quote(bob, tweet, in_reply_to_id=reply)
    await alice.post(f"/api/tweets/{tweet}/mute")
    await quote(bob, tweet)
    assert await kinds(alice) == []


async def test_those_who_quoted_hear_of_edits(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await alice.tweet("the first")
    await quote(bob, tweet)
    await quote(bob, tweet)
    await repost(bob, tweet)
    withdrawn = await quote(carol, tweet)
    await alice.delete(f"/api/tweets/{withdrawn}/quote")
    await quote(alice, tweet)
    edited = await alice.call("PUT", f"/api/tweets/{tweet}", json={"text": "the first, edited"})
    assert edited.status == 200, edited.body
    await notified()
    assert (await kinds(bob), await kinds(carol)) == (["edit"], [])
    assert "edit" not in await kinds(alice)


async def test_a_repost_stands_for_its_tweet(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("the first")
    number = await quote(bob, await repost(bob, tweet))
    assert (await bob.read(number))["quote"] == {"tweet_id": tweet}


async def test_a_quote_needs_words_and_something_to_quote(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("the first")
    assert (await try_to_quote(bob, tweet, "")).error == (422, "invalid_body")
    for missing in (tweet + 100, 0, -1, 1 << 60):
        assert (await try_to_quote(bob, missing)).error == (404, "tweet_not_found")
    answer = await bob.post("/api/tweets", json={"tweet_data": "x", "who_may_quote": "friends"})
    assert answer.error == (422, "invalid_body")


async def test_a_key_stands_for_one_quote(alice: Caller, bob: Caller) -> None:
    tweet, other = await alice.tweet("the first"), await alice.tweet("the second")
    headers = {"idempotency-key": "one"}
    body = {"tweet_data": "look", "quote_of_id": tweet}
    first = await bob.post("/api/tweets", json=body, headers=headers)
    again = await bob.post("/api/tweets", json=body, headers=headers)
    assert (first.status, again["tweet_id"]) == (201, first["tweet_id"])
    changed = await bob.post("/api/tweets", json={**body, "quote_of_id": other}, headers=headers)
    assert changed.error == (422, "idempotency_key_reused")


async def test_a_thread_quotes_in_its_first_tweet(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("the first")
    body = {"tweets": [{"tweet_data": "one"}, {"tweet_data": "two"}], "quote_of_id": tweet}
    answer = await bob.post("/api/tweets/thread", json=body)
    assert answer.status == 201, answer.body
    assert ["quote" in one for one in answer["tweets"]] == [True, False]
    thread = await alice.get(f"/api/tweets/{answer['tweets'][1]['id']}/thread")
    assert [one["tweet_id"] for one in thread["quoted"]] == [tweet]


async def test_streams_hear_of_quotes(alice: Caller, bob: Caller, carol: Caller, address: str) -> None:
    tweet = await alice.tweet("the first")
    async with listening(address, carol) as stream:
        number = await quote(bob, tweet)
        await alice.delete(f"/api/tweets/{number}/quote")
        await alice.patch(f"/api/tweets/{tweet}", json={"who_may_quote": "nobody"})
        await bob.tweet("the end")
        await stream.until("the end")
        assert number in [one["tweet"]["id"] for one in stream.of("tweet")]
        assert [one["quotes_count"] for one in stream.of("quotes")][-1] == 0
        edited = {one["tweet"]["id"]: one["tweet"] for one in stream.of("tweet_edited")}
        assert edited[number]["quote"] == {"tweet_id": None}
        assert edited[tweet]["who_may_quote"] == "nobody"


async def test_quoting_and_replying_crosswise_never_deadlocks(alice: Caller, bob: Caller) -> None:
    one, two = await alice.tweet("one"), await alice.tweet("two")
    acts = [
        try_to_quote(caller, quoting, in_reply_to_id=replying, text=f"{number} #tag")
        for number in range(20)
        for caller, quoting, replying in ((alice, one, two), (bob, two, one))
    ]
    answers = await asyncio.gather(*acts)
    assert {answer.status for answer in answers} == {201}
    numbers = [answer["tweet_id"] for answer in answers]
    removed = [alice.delete(f"/api/tweets/{number}") for number in numbers[::4]]
    withdrawn = [alice.delete(f"/api/tweets/{number}/quote") for number in numbers[1::4]]
    assert {answer.status for answer in await asyncio.gather(*removed, *withdrawn)} == {200}
    assert (await alice.read(one))["quotes_count"] == 10
    assert (await alice.read(two))["quotes_count"] == 10
    assert await rows(DISAGREEING) == []
