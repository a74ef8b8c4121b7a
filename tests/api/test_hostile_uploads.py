"""Hostile uploads: each gets a clear answer, the worker survives, and nothing is left behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import pytest

from config.settings import Settings
from server.features.media.media_attachment import MediaAttachment, MediaState
from storage.base import ObjectStore
from tests import hostile, mutations
from tests.api.media import fetch, objects
from tests.callers import Answer, Caller
from tests.thorough import much
from tests.waiting import until_gone

pytestmark = pytest.mark.usefixtures("worker")

ANSWERS = {(201, "ready"), (415, "unsupported_media_type"), (422, "broken_picture")}


async def answers(callers: Sequence[Caller], files: Iterable[bytes]) -> Counter[tuple[int, str]]:
    """The answer to each upload; it may still be pending if the request couldn't wait any longer."""
    found: Counter[tuple[int, str]] = Counter()
    left = iter(files)

    async def some(caller: Caller) -> None:
        for data in left:
            found[await settled(await caller.upload(data, name="picture.png"))] += 1

    async with asyncio.TaskGroup() as group:
        for caller in callers:
            group.create_task(some(caller))
    return found


async def settled(answer: Answer) -> tuple[int, str]:
    if answer.status != 201:
        return answer.error
    await until_gone(
        MediaAttachment.filter(id=answer["media_id"], state=MediaState.PENDING).exists, within=90
    )
    is_ready = await MediaAttachment.filter(id=answer["media_id"], state=MediaState.READY).exists()
    return (201, "ready") if is_ready else (422, "broken_picture")


@pytest.mark.fault("pictures")
async def test_mutated_uploads_are_answered_clearly(
    alice: Caller,
    bob: Caller,
    carol: Caller,
    empty_store: ObjectStore,
    settings: Settings,
    measured: Callable[[str], None],
) -> None:
    count = much(usually=30, thoroughly=1000)  # three users share the uploads, because each has a quota
    files = (mutations.mutated(seed) for seed in range(20_000, 20_000 + count))
    found = await answers([alice, bob, carol], files)
    words = ", ".join(f"{number:,} x {status} {word}" for (status, word), number in sorted(found.items()))
    measured(f"{count:,} mutated, uploaded: {words}")
    assert found.total() == count
    assert found.keys() <= ANSWERS

    async def something_else_is_left() -> bool:
        stored = len(await objects(empty_store)) != 2 * found[201, "ready"]
        return stored or any(settings.scratch_folder.iterdir())

    await until_gone(something_else_is_left)  # originals are removed after the answer


@pytest.mark.fault("poison")
async def test_bombs_and_other_file_types_are_refused_on_upload(alice: Caller) -> None:
    names = much(
        usually=["png-60000-square", "gif-frames", "ico-huge-bitmap"], thoroughly=list(hostile.BOMBS)
    )
    found = await answers([alice] * 3, (hostile.BOMBS[name]() for name in names))
    assert found.keys() <= ANSWERS
    assert found[422, "broken_picture"] >= len(names) * 0.75
    strangers = await answers([alice], hostile.STRANGERS.values())
    assert strangers.keys() == {(415, "unsupported_media_type"), (422, "invalid_body")}


@pytest.mark.fault("poison")
async def test_a_polyglot_file_is_served_only_as_a_picture(alice: Caller) -> None:
    data, evil = hostile.polyglots()["html-in-jpeg"]
    shown = (await alice.upload(data, name="page.html"))["media"]
    for url in (shown["url"], shown["small_url"]):
        response = await fetch(alice, url)
        assert response.headers["content-type"] == "image/jpeg"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert evil not in response.content
