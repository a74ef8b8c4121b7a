"""The community that a new server is demonstrated with."""

from __future__ import annotations

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.core.entities import entities
from server.features.hashtags.hashtags import hashtags
from server.features.media import cleanup as media_cleanup
from server.features.mentions.mentions import handles
from server.generate import demo, scenes
from server.generate.community import KNOWN, PEOPLE, in_order
from server.generate.loading import NotEmpty
from tests.callers import Caller, register
from tests.domain.test_counters import DISAGREEING
from tests.waiting import until_gone

# The number of replies, reposts, mentions and hashtags, and whether no reply is older than its parent.
CONVERSATIONS = """
    SELECT count(parent.id)::int AS replies, (SELECT count(*)::int FROM reposts) AS reposts,
        (SELECT count(*)::int FROM mentions) AS mentions,
        (SELECT count(*)::int FROM hashtags_in_tweets) AS hashtags,
        bool_and(parent.id IS NULL OR t.created_at > parent.created_at) AS in_order
    FROM tweets t LEFT JOIN tweets parent ON parent.id = t.in_reply_to_id
"""


def test_the_demo_script_is_consistent() -> None:
    posts = list(in_order())
    assert {post.handle for post, _ in posts} == PEOPLE.keys() > set(KNOWN)
    for post, parent in posts:
        assert 0 < len(post.text) <= 280
        assert len(post.scenes) <= 4
        assert all(name in scenes.SCENES and alt for name, alt in post.scenes)
        assert set(post.reposted_by) <= PEOPLE.keys() - {post.handle}
        mentioned = handles(entities(post.text))
        assert set(mentioned) <= PEOPLE.keys()
        assert parent is None or parent.handle in {post.handle, *mentioned}


def test_a_scene_is_the_same_for_the_same_seed() -> None:
    assert scenes.picture("snow", 3) == scenes.picture("snow", 3) != scenes.picture("snow", 4)


@pytest.mark.usefixtures("worker", "database")
async def test_a_new_server_gets_active_demo_users_and_finished_pictures(perch: Context) -> None:
    found = await demo.settle(perch.store, perch.jobs)
    posts = list(in_order())
    assert (found.users, found.tweets) == (len(PEOPLE), len(posts))
    assert [tuple(row.values()) for row in await rows(CONVERSATIONS)] == [
        (
            sum(parent is not None for _, parent in posts),
            sum(len(post.reposted_by) for post, _ in posts),
            sum(len(handles(entities(post.text))) for post, _ in posts),
            sum(len(hashtags(entities(post.text))) for post, _ in posts),
            True,
        )
    ]

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
