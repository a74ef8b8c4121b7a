"""What a viewer gets of another person on every surface, as `tests/texts/relations.md` says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from server.core.database.connection import rows
from server.features.moderation import hiding
from tests.api.relation_surfaces import acting, reading  # noqa: F401  # they register their surfaces
from tests.api.relation_surfaces.scene import BEFORE, SURFACES, Scene
from tests.callers import Caller, register

TABLE = Path(__file__).parent.parent / "texts" / "relations.md"


async def block(scene: Scene) -> None:
    assert (await scene.viewer.post(f"/api/users/{scene.person.id}/block")).status == 200


async def be_blocked(scene: Scene) -> None:
    assert (await scene.person.post(f"/api/users/{scene.viewer.id}/block")).status == 200


async def mute(scene: Scene, *, notifications: bool) -> None:
    path = f"/api/users/{scene.person.id}/mute"
    assert (await scene.viewer.post(path, json={"notifications": notifications})).status == 200


async def suspend(scene: Scene) -> None:
    path = f"/api/users/{scene.person.id}/suspension"
    assert (await scene.admin.post(path, json={"hide_tweets": True})).status == 200
    await hiding.settle(scene.person.id)


async def mute_conversations(scene: Scene) -> None:
    for tweet in (scene.tweet, scene.others, scene.mine):
        assert (await scene.viewer.post(f"/api/tweets/{tweet}/mute")).status == 200


RELATIONS: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "blocks": block,
    "blocked by": be_blocked,
    "mutes": partial(mute, notifications=False),
    "mutes notifications": partial(mute, notifications=True),
    "suspended": suspend,
    "conversation muted": mute_conversations,
}


def cells() -> list[tuple[str, str, bool]]:
    """Surface, relation, and whether it is shown."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    head, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert head[1:] == list(RELATIONS)
    assert {row[0] for row in body} == set(SURFACES)
    found = []
    for name, *values in body:
        assert set(values) <= {"yes", "no", "-"}, name
        found += [
            (name, relation, value == "yes")
            for relation, value in zip(head[1:], values, strict=True)
            if value != "-"
        ]
    return found


@pytest.fixture
async def scene(alice: Caller, bob: Caller, carol: Caller, address: str) -> Scene:
    admin = await register(alice.send, "staff", admin=True)
    tweet = await bob.tweet("about #perch")
    await rows(
        "INSERT INTO media_attachments (token, owner_id, tweet_id, position, state, width, height,"
        " content_type) VALUES ('aaaa', $1, $2, 1, 'ready', 1, 1, 'image/jpeg')",
        bob.id,
        tweet,
    )
    others = await carol.tweet("a tweet")
    reply = await bob.reply(others)
    await bob.post(f"/api/tweets/{others}/likes")
    await bob.post(f"/api/users/{carol.id}/follow")
    for person in (bob, carol):
        await alice.post(f"/api/users/{person.id}/follow")
    mine = await alice.tweet("mine")
    answer = await carol.reply(tweet, "an answer")
    return Scene(alice, bob, carol, admin, tweet, reply, others, mine, answer, address)


@pytest.mark.parametrize(("name", "relation", "shown"), cells())
async def test_what_a_viewer_gets_of_a_person(scene: Scene, name: str, relation: str, shown: bool) -> None:
    if name in BEFORE:
        await BEFORE[name](scene)
    await scene.viewer.timeline()  # so that pages, cards and marks are in memory
    await RELATIONS[relation](scene)
    assert await SURFACES[name](scene) is shown
