"""Pages of timelines: by number and by cursor, up and down, and what is refused."""

from __future__ import annotations

import pytest

from server.core.database.connection import rows
from tests.callers import Caller


async def test_offset_is_the_number_of_a_page(alice: Caller) -> None:
    ids = [await alice.tweet(str(number)) for number in range(7)][::-1]
    pages = {
        offset: [tweet["id"] for tweet in await alice.timeline(limit=3, offset=offset)] for offset in range(6)
    }
    assert pages == {0: ids[:3], 1: ids[:3], 2: ids[3:6], 3: ids[6:], 4: [], 5: []}
    assert [tweet["id"] for tweet in await alice.timeline(limit=3)] == ids[:3]


async def test_cursors_stay_right_while_others_tweet(alice: Caller, bob: Caller) -> None:
    ids = [await alice.tweet(str(number)) for number in range(5)][::-1]
    first = await alice.get("/api/tweets", params={"limit": 2})
    await bob.tweet("meanwhile")
    second = await alice.get("/api/tweets", params={"limit": 2, "before": first["next"]})
    third = await alice.get("/api/tweets", params={"limit": 2, "before": second["next"]})
    assert [tweet["id"] for page in (first, second, third) for tweet in page["tweets"]] == ids
    assert third["next"] is None


async def test_an_exactly_full_last_page_has_no_next_cursor(alice: Caller) -> None:
    for number in range(4):
        await alice.tweet(str(number))
    assert (await alice.get("/api/tweets", params={"limit": 4}))["next"] is None
    assert (await alice.get("/api/tweets", params={"limit": 3}))["next"] is not None


async def test_cursors_work_upwards_as_well_as_downwards(alice: Caller, bob: Caller) -> None:
    """Going up page by page, every kind of list returns each tweet once, newest first."""
    ids = [await alice.tweet(str(number)) for number in range(7)]
    await bob.post(f"/api/users/{alice.id}/follow")
    for tweet_id in [*ids[::2], *ids[1::2]]:
        await bob.post(f"/api/tweets/{tweet_id}/likes")
        await bob.post(f"/api/tweets/{tweet_id}/bookmarks")
    lists = {
        "/api/tweets?timeline=all": ids,
        "/api/tweets?timeline=following": ids,
        f"/api/users/{alice.id}/tweets?": ids,
        f"/api/users/{bob.id}/likes?": [*ids[::2], *ids[1::2]],
        "/api/bookmarks?": [*ids[::2], *ids[1::2]],
    }
    for path, oldest_first in lists.items():
        page = await bob.get(f"{path}&limit=100")
        assert [tweet["id"] for tweet in page["tweets"]] == oldest_first[::-1], path
        found: list[int] = []
        page = await bob.get(f"{path}&limit=3&after=0")
        while page["tweets"]:
            found += [tweet["id"] for tweet in page["tweets"]][::-1]
            page = await bob.get(f"{path}&limit=3&after={page['previous']}")
        assert found == oldest_first, path
        assert (page["next"], page["previous"]) == (None, None)


async def test_the_page_above_a_cursor_adjoins_the_page_below_it(alice: Caller) -> None:
    ids = [await alice.tweet(str(number)) for number in range(6)]
    below = await alice.get("/api/tweets", params={"limit": 2, "before": ids[2]})
    above = await alice.get("/api/tweets", params={"limit": 2, "after": below["previous"]})
    assert [tweet["id"] for tweet in above["tweets"]] == [ids[3], ids[2]]
    again = await alice.get("/api/tweets", params={"limit": 2, "before": above["next"]})
    assert again["tweets"] == below["tweets"]
    newer = await alice.tweet("newer")
    top = await alice.get("/api/tweets", params={"after": ids[5]})
    assert [tweet["id"] for tweet in top["tweets"]] == [newer]


async def test_before_and_after_cursors_cannot_be_combined(alice: Caller) -> None:
    answer = await alice.get("/api/tweets", params={"after": 1, "before": 5})
    assert answer.error == (422, "invalid_parameter")
    assert "not both" in answer["error_message"]


@pytest.mark.parametrize(
    ("query", "length"),
    [
        ("", 50),
        ("limit=100", 100),
        ("limit=500", 100),
        ("limit=0", 0),
        ("limit=" + "9" * 40, 100),
        ("limit=", 50),
    ],
)
async def test_page_sizes_are_limited(alice: Caller, query: str, length: int) -> None:
    await rows(
        "INSERT INTO tweets (author_id, content) SELECT $1, 'x' FROM generate_series(1, 120) RETURNING id",
        alice.id,
    )
    assert len((await alice.get(f"/api/tweets?{query}"))["tweets"]) == length


@pytest.mark.parametrize("name", ["limit", "offset", "before", "likers"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", "+1", "1_0", "%00", "１", "null", "0x10", "-0", " 1"])
async def test_a_non_numeric_parameter_is_refused_by_name(alice: Caller, name: str, value: str) -> None:
    answer = await alice.get(f"/api/tweets?{name}={value}")
    assert answer.error == (422, "invalid_parameter")
    assert name in answer["error_message"]


@pytest.mark.parametrize("query", ["offset=101&limit=100", "offset=101&limit=900", f"offset={'9' * 30}"])
async def test_a_page_too_far_back_is_refused_with_advice(alice: Caller, query: str) -> None:
    answer = await alice.get(f"/api/tweets?{query}")
    assert answer.error == (422, "invalid_parameter")
    assert "before" in answer["error_message"]
    assert (await alice.get("/api/tweets?offset=100&limit=100")).status == 200
    assert (await alice.get(f"/api/users/{alice.id}/tweets?{query}")).status == 422


@pytest.mark.parametrize("query", [f"before={'9' * 30}", "before=0"])
async def test_numbers_beyond_every_id_give_ordinary_pages(alice: Caller, query: str) -> None:
    await alice.tweet()
    assert (await alice.get(f"/api/tweets?{query}")).status == 200
