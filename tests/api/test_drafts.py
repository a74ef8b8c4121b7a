"""Drafts on the server, and tweets that are published at their time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.features.drafts import drafts, personal, scheduled
from server.features.media import cleanup
from tests import pictures
from tests.callers import Answer, Caller
from tests.realtime.listening import listening


def later(**ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(**(ahead or {"hours": 1}))).isoformat()


async def save(caller: Caller, text: str = "half a thought", **body: Any) -> dict[str, Any]:
    answer = await try_to_save(caller, text, **body)
    assert answer.status == 201, answer.body
    return dict(answer["draft"])


async def try_to_save(caller: Caller, text: str = "half a thought", **body: Any) -> Answer:
    return await caller.post("/api/drafts", json={"tweets": [{"tweet_data": text}], **body})


async def listed(caller: Caller, *, is_scheduled: bool = False) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.get("/api/drafts", params={"scheduled": int(is_scheduled)}))[
        "drafts"
    ]
    return found


async def make_due(draft_id: int) -> None:
    await rows(
        "UPDATE drafts SET publish_at = now() - interval '1 second' WHERE id = $1 RETURNING 1", draft_id
    )


async def publish_due(perch: Context) -> None:
    settings = perch.settings
    await scheduled.publish_due(
        perch.jobs, max_length=settings.tweet_max_length, day_bytes=settings.text_bytes_per_day
    )


async def test_a_draft_is_kept_for_its_writer_only(alice: Caller, bob: Caller) -> None:
    tweet = await bob.tweet("the first")
    chosen: dict[str, Any] = {
        "in_reply_to_id": tweet,
        "quote_of_id": tweet,
        "visibility": "followers",
        "who_may_reply": "nobody",
        "who_may_quote": "followers",
        "warning": "spoiler",
        "sensitive": True,
        "poll": {"options": ["a"], "multiple": True, "hides_results": True, "seconds": 300},
    }
    saved = await save(alice, **chosen)
    assert {name: saved[name] for name in chosen} == chosen
    assert (await alice.get(f"/api/drafts/{saved['id']}"))["draft"] == saved
    assert await listed(alice) == [saved]
    assert await listed(bob) == await listed(alice, is_scheduled=True) == []
    path = f"/api/drafts/{saved['id']}"
    body = {"tweets": [{"tweet_data": "theirs now"}]}
    for refused in (await bob.get(path), await bob.call("PUT", path, json=body), await bob.delete(path)):
        assert refused.error == (404, "draft_not_found")
        assert await listed(alice) == [saved]
    body = {"tweets": [{"tweet_data": "mine now"}]}
    changed = (await alice.call("PUT", path, json=body))["draft"]
    assert (changed["tweets"][0]["tweet_data"], changed["warning"]) == ("mine now", None)
    assert (await alice.delete(path)).status == 200
    assert (await alice.delete(path)).error == (404, "draft_not_found")
    assert await bob.timeline() == [await bob.read(tweet)]


async def test_the_pictures_of_a_draft_stay(perch: Context, alice: Caller, bob: Caller) -> None:
    mine = await alice.upload(pictures.jpeg(), alt="a hill")
    unused = await alice.upload(pictures.jpeg())
    theirs = await bob.upload(pictures.jpeg())
    for wrong in (theirs["media_id"], 10**6, -1, 1 << 70):
        parts = [{"tweet_data": "x", "tweet_media_ids": [mine["media_id"], wrong]}]
        assert (await try_to_save(alice, tweets=parts)).error == (404, "media_not_found")
    assert await listed(alice) == []
    saved = await save(alice, "", tweets=[{"tweet_data": "", "tweet_media_ids": [mine["media_id"]]}])
    assert [(one["id"], one["alt"]) for one in saved["media"]] == [(mine["media_id"], "a hill")]
    await rows("UPDATE media_attachments SET created_at = now() - interval '3 days' RETURNING 1")
    await cleanup.expire_unattached(perch.jobs, now=datetime.now(UTC) + timedelta(days=2))
    left = await rows("SELECT id FROM media_attachments WHERE state <> 'removed'")
    assert [one["id"] for one in left] == [mine["media_id"]]
    (shown,) = (await listed(alice))[0]["media"]
    assert (await alice.send("GET", shown["url"])).status_code in (200, 302)
    await alice.delete(f"/api/drafts/{saved['id']}")
    await cleanup.expire_unattached(perch.jobs, now=datetime.now(UTC) + timedelta(days=2))
    assert (
        await rows(
            "SELECT 1 FROM media_attachments WHERE state <> 'removed' AND id <> $1", unused["media_id"]
        )
        == []
    )


async def test_a_scheduled_tweet_is_published_at_its_time(perch: Context, alice: Caller, bob: Caller) -> None:
    parent = await bob.tweet("the first")
    media = await alice.upload(pictures.jpeg())
    parts = [
        {"tweet_data": "one #tag @bob", "tweet_media_ids": [media["media_id"]]},
        {"tweet_data": "two"},
    ]
    rules = {"visibility": "unlisted", "who_may_reply": "nobody", "who_may_quote": "nobody"}
    saved = await save(
        alice,
        tweets=parts,
        quote_of_id=parent,
        publish_at=later(),
        warning="careful",
        sensitive=True,
        **rules,
    )
    await publish_due(perch)
    assert await listed(alice, is_scheduled=True) == [saved]
    assert await bob.timeline() == [await bob.read(parent)]
    await make_due(saved["id"])
    await publish_due(perch)
    assert await listed(alice, is_scheduled=True) == []
    two, one = (await bob.get(f"/api/users/{alice.id}/tweets"))["tweets"]
    assert (one["text"], two["text"]) == ("one #tag @bob", "two")
    assert (one["quote"], one["visibility"], one["warning"]) == ({"tweet_id": parent}, "unlisted", "careful")
    assert (one["sensitive"], one["who_may_quote"]) == (True, "nobody")
    refused = await bob.post("/api/tweets", json={"tweet_data": "so", "in_reply_to_id": one["id"]})
    assert refused.error == (403, "replies_limited")
    assert (len(one["media"]), two["in_reply_to_id"], one["part"]) == (1, one["id"], {"number": 1, "of": 2})
    assert [n["kind"] for n in (await bob.get("/api/notifications"))["notifications"]] == ["quote"]


async def test_one_that_cannot_be_published_stays_with_the_reason(
    perch: Context, alice: Caller, bob: Caller
) -> None:
    parent = await bob.tweet("the first")
    saved = await save(alice, in_reply_to_id=parent, publish_at=later())
    await bob.delete(f"/api/tweets/{parent}")
    await make_due(saved["id"])
    for _ in range(2):
        await publish_due(perch)
        (found,) = await listed(alice, is_scheduled=True)
        assert found["failure"] == "tweet_not_found"
    (notification,) = (await alice.get("/api/notifications"))["notifications"]
    assert (notification["kind"], notification["people"][0]["id"]) == ("unpublished", alice.id)
    body = {"tweets": [{"tweet_data": "by itself"}], "publish_at": later()}
    changed = await alice.call("PUT", f"/api/drafts/{saved['id']}", json=body)
    assert changed["draft"]["failure"] is None
    await make_due(saved["id"])
    await publish_due(perch)
    assert (await alice.timeline())[0]["content"] == "by itself"


async def test_a_suspended_writer_publishes_nothing(perch: Context, alice: Caller, carol: Caller) -> None:
    saved = await save(alice, publish_at=later())
    await make_due(saved["id"])
    await carol.post(f"/api/users/{alice.id}/suspension", json={})
    await publish_due(perch)
    assert await rows("SELECT 1 FROM tweets") == []
    await carol.delete(f"/api/users/{alice.id}/suspension")
    assert [one["failure"] for one in await listed(alice, is_scheduled=True)] == ["account_suspended"]


async def test_whoever_is_leaving_publishes_nothing_and_holds_nobody_up(
    perch: Context, alice: Caller, bob: Caller
) -> None:
    for caller in (alice, bob):
        await make_due((await save(caller, publish_at=later()))["id"])
    await rows("UPDATE users SET deleted_at = now() WHERE id = $1 RETURNING 1", alice.id)
    async with asyncio.timeout(5):
        await publish_due(perch)
    assert [one["author_id"] for one in await rows("SELECT author_id FROM tweets")] == [bob.id]


async def test_what_is_being_published_is_not_changed(alice: Caller) -> None:
    saved = await save(alice, publish_at=later())
    await rows("UPDATE drafts SET claimed_until = now() + interval '9 seconds' RETURNING 1")
    path = f"/api/drafts/{saved['id']}"
    body = {"tweets": [{"tweet_data": "another"}]}
    assert (await alice.call("PUT", path, json=body)).error == (404, "draft_not_found")
    assert (await alice.delete(path)).error == (404, "draft_not_found")


async def test_a_draft_that_is_sent_again_is_saved_once(alice: Caller, bob: Caller) -> None:
    for caller, text in ((alice, "one"), (alice, "two"), (bob, "three")):
        body = {"tweets": [{"tweet_data": text}]}
        answer = await caller.post("/api/drafts", json=body, headers={"idempotency-key": "same"})
        assert answer.status == 201, answer.body
    assert [one["tweets"][0]["tweet_data"] for one in await listed(alice)] == ["two"]
    assert len(await listed(bob)) == 1


async def test_many_are_published_once_each_by_several_workers_that_are_killed(
    perch: Context, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduled, "BATCH", 20)
    monkeypatch.setattr(scheduled, "CLAIM", timedelta(seconds=2))
    count = 200
    await rows(
        """
        INSERT INTO drafts (user_id, body, publish_at)
        SELECT $1, jsonb_build_object(
            'tweets', jsonb_build_array(jsonb_build_object('content', 'tweet ' || n))
        ), now()
        FROM generate_series(1, $2::int) n RETURNING 1
        """,
        alice.id,
        count,
    )
    for killed_after in (0.02, 0.05, 0.1, 0.15):
        workers = [asyncio.create_task(publish_due(perch)) for _ in range(2)]
        await asyncio.wait(workers, timeout=killed_after)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    await asyncio.gather(publish_due(perch), publish_due(perch))
    texts = [one["content"] for one in await rows("SELECT content FROM tweets ORDER BY id")]
    assert sorted(texts) == sorted(f"tweet {number}" for number in range(1, count + 1))
    assert await rows("SELECT 1 FROM drafts") == []


@pytest.mark.parametrize(
    "body",
    [
        {"tweets": []},
        {"tweets": [{"tweet_data": "  "}]},
        {"tweets": [{"tweet_data": "x" * 1_001}]},
        {"tweets": [{"tweet_data": "x", "tweet_media_ids": [1, 2, 3, 4, 5]}]},
        {"tweets": [{"tweet_data": "x"}] * 26},
        {"tweets": [{"tweet_data": "x"}], "publish_at": "2020-01-01T00:00:00Z"},
        {"tweets": [{"tweet_data": "x"}], "publish_at": "2126-01-01T00:00:00Z"},
        {"tweets": [{"tweet_data": "x"}], "publish_at": "2027-01-01T00:00:00"},
        {"tweets": [{"tweet_data": "x"}], "publish_at": "tomorrow"},
        {"tweets": [{"tweet_data": "a\0b"}]},
        {"tweets": [{"tweet_data": "x"}], "warning": "a\0b"},
        {"tweets": [{"tweet_data": "x"}], "warning": "x" * 201},
        {"tweets": [{"tweet_data": "x"}], "poll": {"options": ["a\0b"]}},
        {"tweets": [{"tweet_data": "x"}], "poll": {"options": [""] * 9}},
    ],
)
async def test_what_is_no_draft_is_refused(alice: Caller, body: dict[str, Any]) -> None:
    answer = await alice.post("/api/drafts", json=body)
    assert answer.error == (422, "invalid_body")
    assert await rows("SELECT 1 FROM drafts") == []


async def test_what_could_not_be_published_now_is_not_scheduled(alice: Caller, bob: Caller) -> None:
    tweet = await bob.tweet("not for quoting")
    await bob.patch(f"/api/tweets/{tweet}", json={"who_may_quote": "nobody"})
    refused = await try_to_save(alice, quote_of_id=tweet, publish_at=later())
    assert refused.error == (403, "quotes_limited")
    refused = await try_to_save(alice, in_reply_to_id=tweet + 100, publish_at=later())
    assert refused.error == (404, "tweet_not_found")
    refused = await try_to_save(alice, poll={"options": ["a"]}, publish_at=later())
    assert refused.error == (422, "invalid_body")
    refused = await try_to_save(alice, in_reply_to_id=tweet, who_may_reply="nobody", publish_at=later())
    assert refused.error == (422, "not_first")
    media = (await alice.upload(pictures.jpeg()))["media_id"]
    parts = [{"tweet_data": "x", "tweet_media_ids": [media]}] * 2
    assert (await try_to_save(alice, tweets=parts, publish_at=later())).error == (422, "invalid_body")
    assert (await try_to_save(alice, quote_of_id=tweet)).status == 201


async def test_there_is_room_for_so_many(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 3)
    monkeypatch.setattr(drafts, "MAX_SCHEDULED", 2)
    answers = await asyncio.gather(*(try_to_save(alice) for _ in range(6)))
    assert sorted(answer.status for answer in answers) == [201, 201, 201, 422, 422, 422]
    answers = [await try_to_save(alice, publish_at=later()) for _ in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 422]
    assert answers[-1].error == (422, "too_many_drafts")
    first = (await listed(alice))[0]["id"]
    body = {"tweets": [{"tweet_data": "changed"}]}
    assert (await alice.call("PUT", f"/api/drafts/{first}", json=body)).status == 200
    refused = await alice.call("PUT", f"/api/drafts/{first}", json={**body, "publish_at": later()})
    assert refused.error == (422, "too_many_drafts")


async def test_pages_of_drafts(alice: Caller) -> None:
    numbers = [(await save(alice, f"draft {number}"))["id"] for number in range(5)]
    page = await alice.get("/api/drafts", params={"limit": 3})
    assert [one["id"] for one in page["drafts"]] == numbers[:1:-1]
    rest = await alice.get("/api/drafts", params={"limit": 3, "before": page["next"]})
    assert ([one["id"] for one in rest["drafts"]], rest["next"]) == (numbers[1::-1], None)


async def test_only_the_writer_hears_of_drafts(alice: Caller, bob: Caller, address: str) -> None:
    async with listening(address, alice) as hers, listening(address, bob) as his:
        saved = await save(alice)
        await alice.delete(f"/api/drafts/{saved['id']}")
        await bob.tweet("the end")
        await asyncio.gather(hers.until("the end"), his.until("the end"))
        assert {one["draft_id"] for one in hers.of("draft")} == {saved["id"]}
        assert his.of("draft") == []


async def test_drafts_are_exported_and_erased(alice: Caller) -> None:
    await save(alice, "my secret thought")
    (found,) = await rows(personal.EXPORT, alice.id, 0, 10)
    assert "my secret thought" in found["body"]
    while await personal.erase(alice.id, None):  # type: ignore[arg-type]  # it has no objects
        pass
    assert await rows("SELECT 1 FROM drafts") == []


async def test_a_time_zone_is_one_that_exists(alice: Caller) -> None:
    assert (await alice.get("/api/preferences"))["time_zone"] is None
    answer = await alice.patch("/api/preferences", json={"time_zone": "Asia/Kolkata"})
    assert answer["time_zone"] == "Asia/Kolkata"
    for wrong in ("Mars/Olympus", "", "Europe/Berlin'; --"):
        refused = await alice.patch("/api/preferences", json={"time_zone": wrong})
        assert refused.error == (422, "invalid_body")
    assert (await alice.get("/api/preferences"))["time_zone"] == "Asia/Kolkata"
