"""The community that a new server is demonstrated with."""

from __future__ import annotations

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.features.media import cleanup as media_cleanup
from server.generate import demo, scenes
from server.generate.community import KNOWN, PEOPLE, POSTS
from server.generate.loading import NotEmpty
from tests.callers import Caller, register
from tests.domain.test_counters import DISAGREEING
from tests.waiting import until_gone


def test_the_demo_script_is_consistent() -> None:
    assert {post.handle for post in POSTS} == PEOPLE.keys() > set(KNOWN)
    for post in POSTS:
        assert 0 < len(post.text) <= 280
        assert len(post.scenes) <= 4
        assert all(name in scenes.SCENES and alt for name, alt in post.scenes)


def test_a_scene_is_the_same_for_the_same_seed() -> None:
    assert scenes.picture("snow", 3) == scenes.picture("snow", 3) != scenes.picture("snow", 4)


@pytest.mark.usefixtures("worker", "database")
async def test_a_new_server_gets_active_demo_users_and_finished_pictures(perch: Context) -> None:
    found = await demo.settle(perch.store, perch.jobs)
    assert (found.users, found.tweets) == (len(PEOPLE), len(POSTS))

    async def pending() -> bool:
        return bool(await rows("SELECT 1 FROM media_attachments WHERE state = 'pending'"))

    await until_gone(pending, within=60)
    states = await rows("SELECT state, count(*)::int AS n FROM media_attachments GROUP BY state")
    assert [(one["state"], one["n"]) for one in states] == [("ready", found.pictures)]
    assert await rows(DISAGREEING) == []
    (times,) = await rows("SELECT bool_and(created_at <= now()) AS past, count(*) AS n FROM tweets")
    assert times["past"]
    with pytest.raises(NotEmpty, match="needs a new server"):
        await demo.settle(perch.store, perch.jobs)
    assert await media_cleanup.resume(perch.jobs) == 0


@pytest.mark.usefixtures("database")
async def test_a_server_with_users_is_left_unchanged(perch: Context, alice: Caller) -> None:
    await register(alice.send, "zoe")
    with pytest.raises(NotEmpty):
        await demo.settle(perch.store, perch.jobs)
    assert await rows("SELECT 1 FROM tweets") == []
