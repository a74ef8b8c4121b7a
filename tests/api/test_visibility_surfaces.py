"""Who gets a tweet on every surface, as `tests/texts/visibility.md` says."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server.core.database.connection import rows
from tests.api.visibility_surfaces import hearing, reading  # noqa: F401  # they register their surfaces
from tests.api.visibility_surfaces.scene import LEVELS, LIVE, SURFACES, Scene, said
from tests.callers import Caller, register
from tests.realtime.listening import listening
from tests.waiting import until

TABLE = Path(__file__).parent.parent / "texts" / "visibility.md"
ROLES = ("author", "follower", "addressed", "other")


def cells() -> list[tuple[str, str, frozenset[str]]]:
    """The surface, the visibility, and who gets it, of each cell."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    head, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert tuple(head[1:]) == LEVELS
    named = {"all": frozenset(ROLES), "nobody": frozenset[str]()}
    return [
        (name, level, named.get(cell) or frozenset(cell.split(", ")) - {"nobody"})
        for name, *found in body
        for level, cell in zip(LEVELS, found, strict=True)
    ]


async def set_up(anybody: Caller, admin: Caller, visibility: str, address: str) -> Scene:
    people = {role: await register(anybody.send, role) for role in ROLES}
    author = people["author"]
    assert (await people["follower"].post(f"/api/users/{author.id}/follow")).status == 200
    (picture,) = await rows(
        "INSERT INTO media_attachments (token, owner_id, state, content_type, width, height) "
        "VALUES ($1, $2, 'ready', 'image/jpeg', 1, 1) RETURNING id",
        secrets.token_hex(16),
        author.id,
    )
    body = {
        "tweet_data": f"for @{people['addressed'].handle} #rare",
        "visibility": visibility,
        "tweet_media_ids": [picture["id"]],
    }
    return Scene(people, admin, visibility, await said(author, body), picture["id"], address)


def test_the_table_names_every_surface() -> None:
    assert {name for name, _, _ in cells()} == SURFACES.keys() | LIVE.keys()
    assert all(found <= set(ROLES) for _, _, found in cells())


@pytest.mark.parametrize(
    ("name", "visibility", "expected"), [pytest.param(*cell, id=f"{cell[0]}-{cell[1]}") for cell in cells()]
)
async def test_each_cell_of_the_table(
    anybody: Caller, carol: Caller, address: str, name: str, visibility: str, expected: frozenset[str]
) -> None:
    scene = await set_up(anybody, carol, visibility, address)
    if name in LIVE:
        assert await heard(scene, name) == expected
    else:
        look = SURFACES[name]
        assert {role for role, who in scene.people.items() if await look(scene, who)} == expected


async def heard(scene: Scene, name: str) -> set[str]:
    """Who heard of it on their streams."""
    happen, hears = LIVE[name]
    async with AsyncExitStack() as stack:
        streams = {
            role: await stack.enter_async_context(listening(scene.address, who))
            for role, who in scene.people.items()
        }
        await happen(scene)
        if name == "live: its number of likes":  # which are held back for up to a second
            await until(lambda: hears(scene, streams["author"]))
        await scene.admin.tweet("the end")
        await asyncio.gather(*(stream.until("the end") for stream in streams.values()))
        return {role for role, stream in streams.items() if hears(scene, stream)}
