"""What each reader gets of a quoted tweet, and of those that quote it."""

from __future__ import annotations

import pytest

from server.core.cache import marks
from server.core.database.connection import rows
from tests.api.quoting import kinds, quote, quoted, quotes, restricted, try_to_quote
from tests.callers import Caller


async def test_changes_of_the_quoted_tweet_show_at_once(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("teh first")
    number = await quote(bob, tweet)
    assert (await quoted(bob, number))["tweet"]["content"] == "teh first"
    await alice.call("PUT", f"/api/tweets/{tweet}", json={"text": "the first"})
    assert (await quoted(bob, number))["tweet"]["content"] == "the first"
    await alice.delete(f"/api/tweets/{tweet}")
    for _ in range(2):
        assert await quoted(bob, number) == {"tweet_id": tweet, "state": "deleted"}
    assert (await bob.read(number))["quote"] == {"tweet_id": tweet}
    assert (await bob.get(f"/api/tweets/{tweet}/quotes")).error == (404, "tweet_not_found")


@pytest.mark.parametrize("blocks", ["reader", "author"])
async def test_nobody_gets_a_quoted_tweet_across_a_block(
    alice: Caller, bob: Caller, carol: Caller, blocks: str
) -> None:
    number = await quote(bob, await alice.tweet("the first"))
    assert (await quoted(carol, number))["state"] == "shown"
    one, other = (carol, alice) if blocks == "reader" else (alice, carol)
    await one.post(f"/api/users/{other.id}/block")
    found = await quoted(carol, number)
    assert (found["state"], "tweet" in found) == ("unavailable", False)
    await one.delete(f"/api/users/{other.id}/block")
    assert (await quoted(carol, number))["state"] == "shown"


async def test_a_muted_author_is_marked(alice: Caller, bob: Caller, carol: Caller) -> None:
    number = await quote(bob, await alice.tweet("the first"))
    await carol.post(f"/api/users/{alice.id}/mute")
    found = await quoted(carol, number)
    assert (found["state"], found["tweet"]["content"]) == ("muted", "the first")


@pytest.mark.parametrize("kept", [marks.KEPT, 2])
async def test_each_reader_has_their_own_marks_on_what_a_page_quotes(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(marks, "KEPT", kept)
    tweets = [await caller.tweet(text) for caller, text in ((alice, "one"), (alice, "two"), (bob, "three"))]
    numbers = [await quote(carol, tweet) for tweet in [tweets[1], *tweets]]
    await alice.delete(f"/api/tweets/{tweets[1]}")
    liked = {alice: [tweets[2], numbers[1]], bob: [tweets[0], tweets[2], *numbers], carol: []}
    for caller, ids in liked.items():
        for one in ids:
            await caller.post(f"/api/tweets/{one}/likes")
    await alice.post(f"/api/tweets/{tweets[0]}/bookmarks")
    await carol.post(f"/api/users/{bob.id}/mute")
    for _ in range(2):  # the second time from memory
        for caller, ids in liked.items():
            page = await caller.get("/api/tweets", params={"likers": 0, "limit": 4})
            shown = {one["id"]: one for one in page["tweets"]}
            assert list(shown) == numbers[::-1]
            found = {one["tweet_id"]: one for one in page["quoted"]}
            muted = "muted" if caller is carol else "shown"
            assert [found[one]["state"] for one in tweets] == ["shown", "deleted", muted]
            shown |= {one: each["tweet"] for one, each in found.items() if "tweet" in each}
            assert {one for one, each in shown.items() if each["liked"]} == set(ids)
            assert {one for one, each in shown.items() if each["bookmarked"]} == (
                {tweets[0]} if caller is alice else set()
            )
            for one in (tweets[0], tweets[2]):
                alone = await caller.get(f"/api/tweets/{one}", params={"likers": 0})
                assert found[one]["tweet"] == alone["tweet"]


@pytest.mark.parametrize("first", ["who is blocked", "who mutes"])
async def test_a_block_and_a_mute_of_the_same_author_are_told_apart(
    alice: Caller, bob: Caller, carol: Caller, first: str
) -> None:
    number = await quote(bob, await alice.tweet("the first"))
    await alice.post(f"/api/users/{bob.id}/block")
    await carol.post(f"/api/users/{alice.id}/mute")
    expected = {bob: ("unavailable", False), carol: ("muted", True)}
    readers = (bob, carol) if first == "who is blocked" else (carol, bob)
    for reader in readers * 2:  # the second time from memory
        (found,) = (await reader.get(f"/api/tweets/{number}"))["quoted"]
        assert (found["state"], "tweet" in found) == expected[reader]


@pytest.mark.parametrize("first", ["who may see it", "who may not"])
@pytest.mark.parametrize("mute", [False, True])
async def test_whom_only_the_quote_is_for_does_not_get_what_it_quotes(
    alice: Caller, bob: Caller, carol: Caller, first: str, *, mute: bool
) -> None:
    await carol.post(f"/api/users/{alice.id}/follow")
    number = await quote(alice, await restricted(alice, "for followers", "followers"), "look, @bob")
    for reader in (bob, carol) if mute else ():
        await reader.post(f"/api/users/{alice.id}/mute")
    seen = ("muted" if mute else "shown", True)
    expected = {alice: ("shown", True), bob: ("unavailable", False), carol: seen}
    readers = (alice, carol, bob) if first == "who may see it" else (bob, carol, alice)
    for reader in readers * 2:
        (found,) = (await reader.get(f"/api/tweets/{number}"))["quoted"]
        assert (found["state"], "tweet" in found) == expected[reader]


async def test_whoever_stops_following_no_longer_gets_what_was_kept_for_them(
    alice: Caller, bob: Caller
) -> None:
    number = await quote(alice, await restricted(alice, "for followers", "followers"), "look, @bob")
    await bob.post(f"/api/users/{alice.id}/mute")
    for method, expected in (
        ("POST", ("muted", True)),
        ("DELETE", ("unavailable", False)),
        ("POST", ("muted", True)),
    ):
        await bob.call(method, f"/api/users/{alice.id}/follow")
        for _ in range(2):
            (found,) = (await bob.get(f"/api/tweets/{number}"))["quoted"]
            assert (found["state"], "tweet" in found) == expected


async def test_a_suspended_author_is_unavailable_for_a_while(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    number = await quote(bob, await alice.tweet("the first"))
    await carol.post(f"/api/users/{alice.id}/suspension", json={"hide_tweets": True})
    for _ in range(2):
        assert (await quoted(bob, number))["state"] == "unavailable"
    await carol.delete(f"/api/users/{alice.id}/suspension")
    assert (await quoted(bob, number))["state"] == "shown"


async def test_only_its_author_quotes_a_restricted_tweet(alice: Caller, bob: Caller, carol: Caller) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    followers = await restricted(alice, "for followers", "followers")
    mentioned = await restricted(alice, "@bob a word", "mentioned")
    assert (await try_to_quote(bob, followers)).error == (403, "quotes_limited")
    assert (await try_to_quote(carol, followers)).error == (404, "tweet_not_found")
    for caller in (alice, bob):
        assert (await try_to_quote(caller, mentioned)).error == (403, "quotes_limited")
    number = await quote(alice, followers)
    assert (await bob.read(number))["visibility"] == "followers"
    assert (await carol.get(f"/api/tweets/{number}")).error == (404, "tweet_not_found")
    assert (await bob.get(f"/api/tweets/{number}"))["quoted"][0]["state"] == "shown"
    assert "quotes_count" not in await alice.read(followers)


async def test_a_quote_for_followers_is_not_counted_and_listed_for_them_only(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("the first")
    await carol.post(f"/api/users/{bob.id}/follow")
    number = await quote(bob, tweet, visibility="followers")
    assert "quotes_count" not in await alice.read(tweet)
    assert (await quotes(carol, tweet), await quotes(alice, tweet)) == ([number], [])
    assert await kinds(alice) == []


async def test_erasing_an_author_leaves_quotes_without_it(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await alice.tweet("the first")
    number = await quote(bob, tweet)
    await rows("DELETE FROM tweets WHERE id = $1", tweet)
    assert (await rows("SELECT quoted_id FROM quotes WHERE tweet_id = $1", number))[0]["quoted_id"] == tweet
    await rows("DELETE FROM tweets WHERE id = $1", number)
    assert await rows("SELECT 1 FROM quotes") == []
