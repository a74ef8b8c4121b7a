"""Polls: publishing, voting, what everyone knows, and how they end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.features.polls import personal, polls
from server.features.tweets import personal as tweets_data
from tests import pictures
from tests.api.notifying import notified
from tests.callers import Answer, Caller, register
from tests.realtime.listening import listening

FRUIT = ["apples", "pears", "plums"]


async def ask(caller: Caller, text: str = "which?", *, visibility: str = "public", **poll: Any) -> int:
    body = {"tweet_data": text, "visibility": visibility, "poll": {"options": FRUIT, **poll}}
    answer = await caller.post("/api/tweets", json=body)
    assert answer.status == 201, answer.body
    assert await caller.read(answer["tweet_id"]) == answer["tweet"]
    return int(answer["tweet_id"])


async def vote(caller: Caller, tweet: int, *choices: int) -> Answer:
    return await caller.post(f"/api/tweets/{tweet}/votes", json={"choices": choices})


async def mine(caller: Caller, *tweets: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.get(f"/api/polls?ids={','.join(map(str, tweets))}"))["polls"]
    return found


def votes(poll: dict[str, Any]) -> list[int | None]:
    return [option["votes"] for option in poll["options"]]


async def test_a_vote_counts_once_and_for_good(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await ask(alice)
    before = await bob.read(tweet)
    assert (before["text"], before["content"]) == ("which?", "which?\n\n• apples\n• pears\n• plums")
    assert (votes(before["poll"]), before["poll"]["voters_count"]) == ([0, 0, 0], 0)
    answer = await vote(bob, tweet, 1)
    assert answer.status == 200, answer.body
    assert (votes(answer["poll"]["poll"]), answer["poll"]["chosen"]) == ([0, 1, 0], [1])
    assert (await vote(bob, tweet, 2)).error == (422, "voted_already")
    await vote(alice, tweet, 1)
    shown = (await carol.timeline())[0]["poll"]
    assert (votes(shown), shown["voters_count"]) == ([0, 2, 0], 2)
    assert [one["chosen"] for one in await mine(bob, tweet)] == [[1]]
    assert [one["chosen"] for one in await mine(carol, tweet)] == [[]]


async def test_several_options_where_the_poll_allows_them(alice: Caller, bob: Caller) -> None:
    one, several = await ask(alice), await ask(alice, multiple=True)
    for choices in ([], [3], [-1], [0, 1], [0, 99]):
        assert (await vote(bob, one, *choices)).error == (422, "invalid_body"), choices
    answer = await vote(bob, several, 2, 0, 2)
    assert (votes(answer["poll"]["poll"]), answer["poll"]["chosen"]) == ([1, 0, 1], [0, 2])
    assert answer["poll"]["poll"]["voters_count"] == 1


async def test_hidden_results_are_shown_to_the_author_and_to_voters(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await ask(alice, hides_results=True)
    await vote(bob, tweet, 0)
    for viewer in (alice, bob, carol):
        assert votes((await viewer.read(tweet))["poll"]) == [None] * 3
    assert [votes(one["poll"]) for one in await mine(alice, tweet)] == [[1, 0, 0]]
    assert [votes(one["poll"]) for one in await mine(bob, tweet)] == [[1, 0, 0]]
    assert [votes(one["poll"]) for one in await mine(carol, tweet)] == [[None] * 3]
    await rows("UPDATE polls SET ends_at = now() - interval '1 second'")
    assert [votes(one["poll"]) for one in await mine(carol, tweet)] == [[1, 0, 0]]


async def test_the_author_and_voters_are_notified_of_the_end(
    perch: Context, alice: Caller, bob: Caller, carol: Caller
) -> None:
    async def kinds(caller: Caller) -> list[str]:
        return [one["kind"] for one in (await caller.get("/api/notifications"))["notifications"]]

    tweet, lasting = await ask(alice, hides_results=True), await ask(alice)
    await vote(bob, tweet, 0)
    await vote(carol, lasting, 0)
    await rows("UPDATE polls SET ends_at = now() - interval '1 second' WHERE tweet_id = $1", tweet)
    assert (await vote(carol, tweet, 0)).error == (422, "poll_ended")
    for _ in range(2):
        while await polls.end_some(perch.jobs):
            pass
        await notified()
        assert [await kinds(who) for who in (alice, bob, carol)] == [["poll"], ["poll"], []]
    assert votes((await carol.read(tweet))["poll"]) == [1, 0, 0]
    await alice.delete(f"/api/tweets/{tweet}")
    await notified()
    assert await rows("SELECT 1 FROM notifications WHERE kind = 'poll'") == []


async def test_200_parallel_votes_are_counted_exactly(anybody: Caller, alice: Caller) -> None:
    tweet = await ask(alice, multiple=True)
    people = [await register(anybody.send, f"voter_{number}") for number in range(50)]
    # Each four times, of which one counts.
    calls = [vote(who, tweet, number % 3) for number, who in enumerate(people) for _ in range(4)]
    answers = await asyncio.gather(*calls)
    refused = [answer.error for answer in answers if answer.status != 200]
    assert refused == [(422, "voted_already")] * 150
    poll = (await alice.read(tweet))["poll"]
    assert (votes(poll), poll["voters_count"]) == ([17, 17, 16], 50)
    counted = await rows("SELECT count(*) AS n FROM poll_votes WHERE tweet_id = $1", tweet)
    assert counted == [{"n": 50}]


async def test_whoever_may_not_see_the_tweet_may_not_vote(alice: Caller, bob: Caller) -> None:
    tweet, plain = await ask(alice, visibility="followers"), await alice.tweet("no poll")
    for who, number, error in (
        (bob, tweet, (404, "tweet_not_found")),
        (bob, 2**53, (404, "tweet_not_found")),
        (bob, plain, (422, "invalid_body")),
    ):
        assert (await vote(who, number, 0)).error == error
    assert await mine(bob, tweet, plain) == []
    await bob.post(f"/api/users/{alice.id}/follow")
    assert (await vote(bob, tweet, 0)).status == 200
    await alice.post(f"/api/users/{bob.id}/block")
    assert await mine(bob, tweet) == []


@pytest.mark.parametrize(
    "poll",
    [
        {"options": ["one"]},
        {"options": [str(number) for number in range(9)]},
        {"options": ["same", " same "]},
        {"options": ["fine", "\u200b"]},
        {"options": ["fine", "x" * 81]},
        {"options": FRUIT, "seconds": 299},
        {"options": FRUIT, "seconds": 2_592_001},
        {"options": FRUIT, "colour": "red"},
    ],
)
async def test_bad_polls_are_refused(alice: Caller, poll: dict[str, Any]) -> None:
    answer = await alice.post("/api/tweets", json={"tweet_data": "x", "poll": poll})
    assert answer.error == (422, "invalid_body")
    assert "poll" in answer["error_message"]
    assert await alice.timeline() == []


async def test_a_tweet_has_pictures_or_a_poll(alice: Caller) -> None:
    media = (await alice.upload(pictures.jpeg()))["media_id"]
    body = {"tweet_data": "x", "tweet_media_ids": [media], "poll": {"options": FRUIT}}
    assert (await alice.post("/api/tweets", json=body)).error == (422, "invalid_body")
    tweet = await ask(alice)
    edit = {"text": "x", "media": [{"id": media}]}
    assert (await alice.call("PUT", f"/api/tweets/{tweet}", json=edit)).error == (422, "invalid_body")
    await vote(alice, tweet, 0)
    answer = await alice.call("PUT", f"/api/tweets/{tweet}", json={"text": "which one?"})
    assert (answer["tweet"]["text"], votes(answer["tweet"]["poll"])) == ("which one?", [1, 0, 0])


async def test_the_same_key_with_another_poll_is_refused(alice: Caller) -> None:
    async def send(*options: str) -> int:
        body = {"tweet_data": "x", "poll": {"options": options}}
        return (await alice.post("/api/tweets", json=body, headers={"idempotency-key": "k"})).status

    assert [await send("a", "b"), await send("a", "b"), await send("a", "c")] == [201, 201, 422]


async def test_streams_hear_of_votes_but_not_of_hidden_results(
    address: str, alice: Caller, bob: Caller
) -> None:
    tweet, hidden = await ask(alice), await ask(alice, hides_results=True)
    async with listening(address, bob) as stream:
        await vote(alice, hidden, 1)
        assert votes((await stream.wait_for("poll"))["poll"]) == [None] * 3
        await vote(alice, tweet, 1)
        told = await stream.wait_for("poll", 2)
        assert (told["tweet_id"], votes(told["poll"]), told["poll"]["voters_count"]) == (tweet, [0, 1, 0], 1)


async def test_an_erased_account_takes_its_votes_along(alice: Caller, bob: Caller) -> None:
    tweet = await ask(alice)
    await vote(bob, tweet, 1)
    (hers,) = await rows(tweets_data.EXPORT, alice.id, 0, 10)
    assert '"options": ["apples", "pears", "plums"]' in hers["poll"]
    (exported,) = await rows(personal.EXPORT, bob.id, 0, 10)
    assert (exported["tweet_id"], exported["choices"]) == (tweet, "[1]")
    assert await personal.erase(bob.id, None)  # type: ignore[arg-type]
    assert not await personal.erase(bob.id, None)  # type: ignore[arg-type]
    shown = (await alice.read(tweet))["poll"]
    assert (votes(shown), shown["voters_count"]) == ([0, 0, 0], 0)


async def test_polls_are_read_by_id_and_bad_ids_are_refused(alice: Caller) -> None:
    tweet = await ask(alice)
    assert [one["tweet_id"] for one in await mine(alice, tweet, tweet + 1)] == [tweet]
    assert await mine(alice) == []
    for ids in ("x", "1,,2", ",".join(["1"] * 101), "-1"):
        assert (await alice.get(f"/api/polls?ids={ids}")).error == (422, "invalid_parameter")


async def test_polls_of_a_suspended_author_are_not_read(alice: Caller, bob: Caller, carol: Caller) -> None:
    number = await ask(alice)
    await carol.post(f"/api/users/{alice.id}/suspension", json={"hide_tweets": True})
    assert (await bob.get("/api/polls", params={"ids": str(number)}))["polls"] == []
    await carol.delete(f"/api/users/{alice.id}/suspension")
    assert len((await bob.get("/api/polls", params={"ids": str(number)}))["polls"]) == 1
