"""Cleaning up pictures that nobody is waiting for any more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from server.context import Context
from server.core.database.connection import rows
from server.core.jobs import Job
from server.features.media import cleanup as media_cleanup
from server.features.media.jobs import PROCESS
from server.features.media.media_attachment import MediaAttachment, MediaState
from storage import object_keys
from storage.base import ObjectStore, StorageUnavailable
from storage.local import LocalStore
from tasks import media as tasks_media
from tasks import picture_attempts
from tasks.leases import renewed
from tasks.workshop import Workshop
from tests import pictures
from tests.api.media import objects, stored
from tests.callers import Caller
from tests.jobs import NoJobs
from tests.waiting import until, until_gone

LEASE = "UPDATE media_attachments SET working_until = now() + $2 * interval '1 s' WHERE id = $1 RETURNING id"

pytestmark = pytest.mark.usefixtures("worker")


async def pending(token: str) -> bool:
    """Whether this picture is still being worked on."""
    return await MediaAttachment.filter(token=token, state=MediaState.PENDING).exists()


async def test_an_unattached_picture_is_removed_after_a_day(
    alice: Caller, empty_store: ObjectStore, perch: Context
) -> None:
    kept = (await alice.upload(pictures.jpeg()))["media_id"]
    attached = (await alice.upload(pictures.jpeg()))["media_id"]
    await alice.tweet("", [attached])
    old = (await alice.upload(pictures.jpeg()))["media_id"]
    await rows(
        "UPDATE media_attachments SET changed_at = now() - interval '25 h' WHERE id <> $1 RETURNING id", kept
    )
    assert await media_cleanup.expire_unattached(perch.jobs) == 1

    async def left() -> bool:
        found = await MediaAttachment.all().values_list("id", flat=True)
        return set(found) != {kept, attached}

    await until_gone(left)
    assert len(await stored(empty_store)) == 4
    assert (await alice.patch(f"/api/medias/{old}", json={"alt": "x"})).error == (404, "media_not_found")


@pytest.mark.fault("reconcile")
async def test_a_picture_whose_processing_crashed_is_processed_again(
    alice: Caller, empty_store: ObjectStore, perch: Context
) -> None:
    token = "cd" * 16

    async def body() -> Any:
        yield pictures.jpeg()

    await empty_store.put(object_keys.incoming(token), body(), content_type="image/jpeg")
    lost = await MediaAttachment.create(token=token, owner_id=alice.id)
    await rows("UPDATE media_attachments SET changed_at = now() - interval '3 min' RETURNING id")
    assert await media_cleanup.resume(perch.jobs) == 1

    await until_gone(lambda: pending(token))
    await lost.refresh_from_db()
    assert lost.state == "ready"
    assert await stored(empty_store) == [f"tweets_media/{token}", f"tweets_media/{token}-small"]


async def test_two_messages_about_one_picture_make_one_attempt(alice: Caller) -> None:
    made = await MediaAttachment.create(token="dd" * 16, owner_id=alice.id)
    assert await picture_attempts.begin(made.id, turns=2) == made.token
    assert await picture_attempts.begin(made.id, turns=2) is None
    await picture_attempts.give_back(made.id)
    await made.refresh_from_db()
    assert made.attempts == 0
    assert await picture_attempts.begin(made.id, turns=2) == made.token


async def test_an_attempt_of_a_lost_worker_ends_with_its_lease_and_is_counted(alice: Caller) -> None:
    made = await MediaAttachment.create(token="dd" * 16, owner_id=alice.id)
    for _ in range(picture_attempts.MAX_ATTEMPTS):
        assert await picture_attempts.begin(made.id, turns=2) == made.token
        await rows(LEASE, made.id, -1)
    with pytest.raises(picture_attempts.TriesUsedUp):
        await picture_attempts.begin(made.id, turns=2)
    await made.refresh_from_db()
    assert (made.state, made.failure is None) == ("broken", False)


@pytest.mark.parametrize(("slow", "turns"), [(True, 1), (False, 2)])
async def test_each_user_has_a_limited_number_of_pictures_in_progress_in_each_lane(
    slow: bool, turns: int, alice: Caller, bob: Caller
) -> None:
    async def made(token: str, owner: Caller, *, slow: bool = slow) -> MediaAttachment:
        return await MediaAttachment.create(token=token * 32, owner_id=owner.id, slow=slow)

    async def begin(one: MediaAttachment) -> str | None:
        return await picture_attempts.begin(one.id, slow=slow, turns=turns)

    hers = [await made(f"{n}", alice) for n in range(6)]
    begun = [one for one, token in zip(hers, await asyncio.gather(*map(begin, hers)), strict=True) if token]
    assert len(begun) == turns
    his = await made("e", bob)
    assert await begin(his) == his.token
    waiting = [one for one in hers if one not in begun]
    for one in begun:
        await picture_attempts.settle_broken(one.id, "too large")
    assert await picture_attempts.next_in_turn(begun[0].id, slow=slow, turns=turns) == [
        one.id for one in waiting[:turns]
    ]
    for one in waiting[:turns]:
        assert await begin(one) == one.token
    assert await begin(waiting[turns]) is None
    assert await picture_attempts.next_in_turn(begun[0].id, slow=slow, turns=turns) == []
    await picture_attempts.give_back(waiting[0].id)
    assert waiting[turns].id in await picture_attempts.next_in_turn(waiting[0].id, slow=slow, turns=turns)
    assert await picture_attempts.next_in_turn(his.id, slow=slow, turns=turns) == []
    elsewhere = await made("f", alice, slow=not slow)
    assert await begin(elsewhere) is None
    assert await picture_attempts.begin(elsewhere.id, slow=not slow, turns=1) == elsewhere.token


async def test_while_other_users_wait_each_has_one_picture_in_progress(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    async def made(number: int, owner: Caller) -> MediaAttachment:
        return await MediaAttachment.create(token=f"{number:032}", owner_id=owner.id)

    async def begin(one: MediaAttachment) -> bool:
        return await picture_attempts.begin(one.id, turns=2) is not None

    hers, his = [await made(n, alice) for n in range(3)], [await made(n, bob) for n in range(3, 6)]
    assert [await begin(one) for one in hers] == [True, False, False]
    assert [await begin(one) for one in his] == [True, False, False]
    assert await begin(await made(6, carol)), "the third place is free"
    for one in his:
        await picture_attempts.settle_broken(one.id, "too large")
    assert [await begin(one) for one in hers[1:]] == [True, False]


async def test_a_store_that_is_down_is_not_retried_continuously(
    alice: Caller, perch: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are the many pictures of one user tried one after the other."""
    both = [await MediaAttachment.create(token=f"{n}" * 32, owner_id=alice.id) for n in range(2)]
    sent: list[Job] = []

    class Sent(NoJobs):
        async def send(self, job: Job, *arguments: Any) -> bool:
            sent.append(job)
            return True

        async def wake(self, token: str) -> None:
            pass

    async def away(*_: object, **__: object) -> None:
        raise StorageUnavailable("away")

    monkeypatch.setattr(perch.store, "fetch", away)
    settings = perch.settings.model_copy(update={"data_dir": tmp_path})
    settings.scratch_folder.mkdir()
    with pytest.raises(StorageUnavailable):
        await tasks_media.process_picture(
            both[0].id, Workshop.of(settings, perch.store, LocalStore(tmp_path), Sent())
        )
    assert sent == []
    await both[0].refresh_from_db()
    assert (both[0].attempts, both[0].working_until) == (0, None)


async def test_one_user_with_many_pictures_does_not_block_the_workers(
    alice: Caller, bob: Caller, empty_store: ObjectStore, perch: Context, settings: Settings
) -> None:
    under_way = [
        await MediaAttachment.create(token=f"{n}" * 32, owner_id=alice.id)
        for n in range(settings.worker_concurrency)
    ]
    for one in under_way:
        await picture_attempts.begin(one.id, turns=len(under_way))
    queued = await MediaAttachment.create(token="a" * 32, owner_id=alice.id)

    async def body() -> Any:
        yield pictures.jpeg()

    await empty_store.put(object_keys.incoming(queued.token), body(), content_type="image/jpeg")
    assert await perch.jobs.send(PROCESS, queued.id)
    assert (await bob.upload(pictures.jpeg()))["media"]["state"] == "ready"
    await queued.refresh_from_db()
    assert (queued.state, queued.attempts) == ("pending", 0)

    await picture_attempts.settle_broken(under_way[0].id, "too large")
    assert (await alice.upload(pictures.jpeg()))["media"]["state"] == "ready"
    await until_gone(lambda: pending(queued.token))
    await queued.refresh_from_db()
    assert queued.state == "ready"


async def test_a_busy_worker_keeps_its_attempt(alice: Caller) -> None:
    made = await MediaAttachment.create(token="dd" * 16, owner_id=alice.id)
    await picture_attempts.begin(made.id, turns=2)
    await rows(LEASE, made.id, 1)

    async def is_renewed() -> bool:
        await made.refresh_from_db()
        assert made.working_until is not None
        return made.working_until > datetime.now(UTC) + timedelta(seconds=picture_attempts.ATTEMPT_LEASE - 5)

    async with renewed(lambda: picture_attempts.renew(made.id), every=0.05):
        await until(is_renewed)
    await picture_attempts.end(made.id)
    await picture_attempts.renew(made.id)
    await made.refresh_from_db()
    assert made.working_until is None


async def test_late_variants_of_a_removed_picture_are_found(
    alice: Caller, empty_store: ObjectStore, perch: Context
) -> None:
    """A worker was killed after storing them and before it saw that the picture had been removed."""
    token = "ee" * 16

    async def body() -> Any:
        yield b"x"

    made = await MediaAttachment.create(token=token, owner_id=alice.id, state="removed")
    await rows(LEASE, made.id, 20)
    folder = perch.settings.s3_tweets_media_folder
    await media_cleanup.remove([made.id], empty_store, folder)
    await empty_store.put(object_keys.variant(folder, token), body(), content_type="image/jpeg")
    await rows(LEASE, made.id, -1)
    await media_cleanup.remove([made.id], empty_store, folder)
    assert await objects(empty_store) == []
    assert not await MediaAttachment.exists(id=made.id)


@pytest.mark.fault("reconcile")
async def test_abandoned_originals_are_removed(alice: Caller, empty_store: ObjectStore) -> None:
    async def body() -> Any:
        yield b"x"

    for token in ("aa" * 16, "bb" * 16):
        await empty_store.put(object_keys.incoming(token), body(), content_type="image/jpeg")
    await MediaAttachment.create(token="bb" * 16, owner_id=alice.id)
    assert await media_cleanup.sweep_incoming(empty_store) == 0
    assert await media_cleanup.sweep_incoming(empty_store, now=datetime.now(UTC) + timedelta(days=2)) == 1
    assert await objects(empty_store) == [object_keys.incoming("bb" * 16)]
