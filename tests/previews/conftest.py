"""Tweets that link to a server of ours, and what workers do about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from server.context import Context
from server.core.database.connection import rows
from server.core.outbound.fetcher import Fetcher
from server.core.viewer import Viewer
from server.features.previews.links import Links
from server.features.tweets import tweets
from server.features.tweets.checks import Part
from storage.local import LocalStore
from tasks.previews import work_off
from tasks.workshop import Workshop
from tests.callers import Caller
from tests.outbound.hostile import Hostile, hostile, page

LINKS = Links("perch.test")


def about(title: str, *, picture: str = "", **others: str) -> bytes:
    metas = {"og:title": title, "og:image": picture, **{f"og:{name}": text for name, text in others.items()}}
    tags = [f'<meta property="{name}" content="{text}">' for name, text in metas.items() if text]
    return page("".join(tags).encode())


@dataclass
class Previewer:
    """Publishes tweets with links to a server, and does what workers do about them."""

    perch: Context
    workshop: Workshop
    server: Hostile
    fetcher: Fetcher

    async def publish(self, who: Caller, text: str, **how: Any) -> int:
        (done,) = await tweets.publish(
            viewer(who),
            [Part(text)],
            jobs=self.perch.jobs,
            max_length=1000,
            day_bytes=1 << 20,
            links=LINKS,
            **how,
        )
        return done.tweet_id

    async def work(self) -> None:
        await work_off(self.workshop, self.fetcher, fetches=True)

    async def link(self, who: Caller, path: str = "/", **how: Any) -> int:
        """Publish a tweet with such a link, and let workers fetch it."""
        number = await self.publish(who, f"look: {self.server.url(path)}", **how)
        await self.work()
        return number


def viewer(who: Caller) -> Viewer:
    return Viewer(who.id, who.handle, who.handle, False, 0, frozenset())


@pytest_asyncio.fixture
async def previewer(perch: Context, database: None) -> AsyncIterator[Previewer]:
    chosen = perch.settings.model_copy(update={"previews": True})
    workshop = Workshop.of(chosen, perch.store, LocalStore(chosen.backup_folder), perch.jobs)
    async with hostile() as server, Fetcher(None, ["page.test"], server.look_up) as fetcher:
        yield Previewer(perch, workshop, server, fetcher)
    await workshop.pictures.close()


async def due() -> None:
    """Let the time pass after which pages are fetched again."""
    await rows("UPDATE previews SET next_at = now() WHERE next_at <> 'infinity'")
