"""Reconciliation finds and repairs inconsistencies while people write; on a sound server it finds nothing."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.settings import Settings
from server.context import Context
from server.core.cache import changes, topics
from server.core.database.connection import row, rows
from server.operations import condition, counters, runs
from server.operations.scheduled_run import RunKind
from server.operations.slots import Timetable
from storage import object_keys
from storage.base import ObjectStore
from storage.local import LocalStore
from tasks.reconcile import Findings, reconcile
from tasks.runs import carry_out
from tasks.workshop import Workshop, ownership_of_pictures
from tests import pictures
from tests.api.media import objects, token_of
from tests.callers import Caller
from tests.thorough import much
from tests.waiting import until

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.fault("reconcile")]


@pytest.fixture
async def workshop(settings: Settings, perch: Context, database: None) -> Workshop:
    for key in await objects(perch.store):
        await perch.store.delete(key)
    await ownership_of_pictures(perch.store, settings).take_over()
    return Workshop.of(settings, perch.store, LocalStore(settings.backup_folder), perch.jobs)


async def falsify(*statements: str) -> None:
    """Falsify counters as a manual change in the database would; every process sees it."""
    for statement in statements:
        await rows(statement + " RETURNING id")
    await changes.tell([topics.EVERYTHING])


async def put(store: ObjectStore, key: str) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x"

    await store.put(key, body(), content_type="image/jpeg")


async def counted(caller: Caller) -> tuple[int, int, int, list[int]]:
    """The counters that the API shows for the user, and the like counts of all tweets."""
    me = (await caller.get("/api/users/me"))["user"]
    tweets = (await caller.get("/api/tweets"))["tweets"]
    likes = [tweet["likes_count"] for tweet in tweets]
    return me["tweets_count"], me["followers_count"], me["following_count"], likes


async def pictures_are_settled() -> bool:
    """Wait until no worker has anything to do."""
    return not await rows("SELECT token FROM media_attachments WHERE state IN ('pending', 'removed')")


async def test_nothing_is_found_on_a_consistent_server(
    workshop: Workshop, alice: Caller, bob: Caller
) -> None:
    media_id = (await alice.upload(pictures.jpeg()))["media_id"]
    await until(pictures_are_settled, within=20)
    tweet_id = await alice.tweet("with a picture", media=[media_id])
    await bob.post(f"/api/tweets/{tweet_id}/likes")
    await bob.post(f"/api/users/{alice.id}/follow")
    found = await reconcile(workshop)
    assert found.found == {}
    assert found.tweets == 1
    assert found.users >= 2
    assert found.pictures == 1


async def test_wrong_counters_are_corrected_and_everybody_sees_it(
    workshop: Workshop, alice: Caller, bob: Caller
) -> None:
    first, second = await alice.tweet("one"), await alice.tweet("two")
    await bob.post(f"/api/tweets/{first}/likes")
    await bob.post(f"/api/users/{alice.id}/follow")
    right = await counted(alice)
    await falsify(
        f"UPDATE tweets SET likes_count = 7 WHERE id = {second}",
        f"UPDATE users SET tweets_count = 9, following_count = 3 WHERE id = {alice.id}",
        f"UPDATE users SET followers_count = 5 WHERE id = {bob.id}",
    )
    assert await counted(alice) == (9, 1, 3, [7, 1])
    looked = await reconcile(workshop, repair=False)
    assert looked.found == {"miscounted_tweets": [second], "miscounted_users": [alice.id, bob.id]}
    assert await counted(alice) == (9, 1, 3, [7, 1])
    assert (await reconcile(workshop)).found == looked.found
    assert await counted(alice) == right == (2, 1, 0, [0, 1])
    assert (await reconcile(workshop)).found == {}


async def test_counters_are_right_afterwards_although_people_write_meanwhile(
    workshop: Workshop, alice: Caller, bob: Caller, carol: Caller, measured: Callable[[str], None]
) -> None:
    tweet_id = await alice.tweet("hot")
    busy, writes = True, 0

    async def writing(caller: Caller) -> None:
        nonlocal writes
        while busy:
            writes += 4
            await caller.post(f"/api/tweets/{tweet_id}/likes")
            await caller.post(f"/api/users/{alice.id}/follow")
            await caller.delete(f"/api/tweets/{tweet_id}/likes")
            await caller.delete(f"/api/users/{alice.id}/follow")

    writers = [asyncio.create_task(writing(caller)) for caller in (bob, carol)]
    rounds = much(usually=5, thoroughly=100)
    for _ in range(rounds):
        await falsify(
            f"UPDATE tweets SET likes_count = likes_count + 3 WHERE id = {tweet_id}",
            f"UPDATE users SET followers_count = followers_count + 2 WHERE id = {alice.id}",
        )
        assert (await reconcile(workshop)).found == {
            "miscounted_tweets": [tweet_id],
            "miscounted_users": [alice.id],
        }
        assert (await reconcile(workshop)).found == {}
    busy = False
    await asyncio.gather(*writers)
    assert (await reconcile(workshop, repair=False)).found == {}
    measured(
        f"counters made wrong {rounds} times among {writes:,} likes and follows: corrected each time; "
        "pictures stuck and half removed, objects without rows, missing and damaged: found, and repaired "
        "where possible"
    )


async def test_every_row_is_looked_at_in_batches(
    workshop: Workshop, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, at_once in (("TWEETS", 2), ("USERS", 1)):
        monkeypatch.setattr(counters, name, replace(getattr(counters, name), at_once=at_once))
    ids = [await alice.tweet(str(number)) for number in range(5)]
    await falsify("UPDATE tweets SET likes_count = 1")
    found = await reconcile(workshop, repair=False)
    assert found.miscounted_tweets == ids


async def test_ids_that_lie_far_apart_take_no_longer(workshop: Workshop, alice: Caller) -> None:
    """As imported ones may: in steps through all ids, this would take days."""
    far = 2**53 - 1
    await alice.tweet("near")
    await rows(
        "INSERT INTO users (id, handle, name, followers_count) VALUES ($1, 'far', 'far', 7) RETURNING id", far
    )
    await rows(
        "INSERT INTO tweets (id, author_id, content) VALUES ($1, $2, 'far') RETURNING id", far, alice.id
    )
    found = await asyncio.wait_for(reconcile(workshop), 20)
    assert found.found == {"miscounted_users": [far]}


async def test_stuck_pictures_are_processed_and_orphaned_objects_removed(
    workshop: Workshop, alice: Caller
) -> None:
    url: str = (await alice.upload(pictures.jpeg()))["media"]["url"]
    await until(pictures_are_settled, within=20)
    small = object_keys.variant(workshop.media_folder, token_of(url) + object_keys.SMALL)
    orphan = object_keys.variant(workshop.media_folder, secrets.token_hex(16))
    await put(workshop.store, orphan)
    await workshop.store.delete(small)
    stuck, removed = secrets.token_hex(16), secrets.token_hex(16)
    made = "INSERT INTO media_attachments (owner_id, token, state, created_at, changed_at) VALUES"
    ago = "now() - interval '2 h'"
    await falsify(
        f"{made} ({alice.id}, '{stuck}', 'pending', {ago}, {ago})",
        f"{made} ({alice.id}, '{removed}', 'removed', {ago}, {ago})",
    )
    found: Findings = await reconcile(workshop, now=datetime.now(UTC) + timedelta(hours=25))
    assert found.found == {
        "stuck_pictures": [stuck],
        "unfinished_removals": [removed],
        "orphaned_objects": [orphan],
        "missing_objects": [small],
    }
    assert orphan in await objects(workshop.store), "for the days of grace"

    # The worker processes both; the one without an original is broken.
    await until(pictures_are_settled, within=20)


async def test_findings_of_the_daily_run_are_reported_until_a_run_finds_nothing(
    workshop: Workshop, alice: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    tweet_id = await alice.tweet("one")
    await falsify(f"UPDATE tweets SET likes_count = 7 WHERE id = {tweet_id}")
    timetable = Timetable.of(workshop.settings)
    for expected in (1, 0):
        claim = await runs.start_manually(RunKind.RECONCILE)
        assert claim is not None
        await carry_out(claim, workshop)
        run = await row("SELECT state, result::text AS result FROM scheduled_runs WHERE id = $1", claim.id)
        assert run is not None
        assert run["state"] == "done"
        assert f'"found": {expected}' in run["result"]
        told = [trouble.told for trouble in await condition.troubles(timetable, workshop.jobs)]
        assert told == (
            ["the last reconciliation found something wrong: miscounted_tweets 1"] if expected else []
        )
    assert f"reconciliation found 1 miscounted_tweets: [{tweet_id}]" in caplog.text
