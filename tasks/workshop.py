"""What tasks work with: opened once per worker, and injected by taskiq."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from taskiq import Context, TaskiqDepends

import storage
from config.logging import current_work
from config.settings import Settings
from server.core.cache import changes
from server.core.database.connection import database
from server.core.jobs import Jobs
from server.operations.dumps.errors import DumpFailed
from server.operations.ownership import KNOWS_DUMPS, Ownership
from server.operations.slots import Timetable
from storage.base import ObjectStore
from storage.owned import OwnedStore, Standing
from tasks.picture_worker import PictureChildren


@dataclass(frozen=True, slots=True)
class Workshop:
    """What tasks work with.

    Attributes:
        copies: where the second copies of pictures go if BACKUP_MEDIA is set.
        at_run: held during a scheduled run.
        at_previews: held while previews are fetched.
        at_links: held while links on profiles are looked at.
        on_progress: gets the bytes of a scheduled run so far.
    """

    settings: Settings
    store: OwnedStore
    backups: OwnedStore
    jobs: Jobs
    copies: ObjectStore | None = None
    pictures: PictureChildren = field(default_factory=PictureChildren)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    at_run: asyncio.Lock = field(default_factory=asyncio.Lock)
    at_previews: asyncio.Lock = field(default_factory=asyncio.Lock)
    at_links: asyncio.Lock = field(default_factory=asyncio.Lock)
    on_progress: Callable[[int], None] = lambda _: None

    @classmethod
    def of(
        cls, settings: Settings, store: ObjectStore, backups: ObjectStore, jobs: Jobs, **others: Any
    ) -> Workshop:
        """Make one whose stores remove nothing while they belong to another Perch."""
        pictures, dumps = owned_pictures(store, settings), owned_backups(backups, settings)
        return cls(settings, pictures, dumps, jobs, **others)

    @property
    def timetable(self) -> Timetable:
        """The timetable of scheduled runs."""
        return Timetable.of(self.settings)

    @property
    def media_folder(self) -> str:
        """The part of the object keys before a variant's name."""
        return self.settings.s3_tweets_media_folder

    @property
    def scratch(self) -> Path:
        """The folder for temporary files."""
        return self.settings.scratch_folder


def owned_pictures(store: ObjectStore, settings: Settings) -> OwnedStore:
    """The store of pictures, from which nothing is removed while it belongs to another Perch."""
    of = ownership_of_pictures(store, settings)
    return OwnedStore(store, of.standing)


def owned_backups(store: ObjectStore, settings: Settings) -> OwnedStore:
    """The store of dumps and logs, likewise."""
    of = ownership_of_backups(store, settings)
    return OwnedStore(store, of.standing)


def ownership_of_pictures(store: ObjectStore, settings: Settings) -> Ownership:
    """Whose the store of pictures is."""
    return Ownership(store, settings.s3_tweets_media_folder, settings.instance_name)


def ownership_of_backups(store: ObjectStore, settings: Settings) -> Ownership:
    """Whose the store of dumps and logs is."""
    return Ownership(store, settings.s3_dump_folder, settings.instance_name, KNOWS_DUMPS)


async def require_ours(store: OwnedStore) -> None:
    """Raises DumpFailed if dumps of this database would get mixed with another Perch's."""
    match await store.standing():
        case Standing.REHEARSAL:
            raise DumpFailed("this Perch is a rehearsal, so it changes nothing in the stores")
        case Standing.GUEST:
            raise DumpFailed(
                "the store of backups belongs to another Perch (`perch owner show` says which). If it is "
                "gone for good, take the store over with `perch owner take-over`"
            )


@asynccontextmanager
async def opened(
    settings: Settings, jobs: Jobs, *, stop: asyncio.Event | None = None
) -> AsyncIterator[Workshop]:
    """A workshop for the duration of the block. Setting `stop` ends scheduled runs early."""
    async with AsyncExitStack() as stack:
        store = storage.for_pictures(settings)
        one = settings.object_storage == settings.backup_kind == "s3"  # the same bucket: one client
        backups = store if one else storage.for_backups(settings)
        copies = None
        if settings.backup_media:
            own = settings.backup_media_bucket is not None
            copies = storage.for_copies(settings) if own else backups
        for opening in {store, backups, copies or backups}:
            await opening.open()
            stack.push_async_callback(opening.close)
        await stack.enter_async_context(database(settings, name="perch worker"))
        await stack.enter_async_context(changes.told(settings.database))
        workshop = Workshop.of(settings, store, backups, jobs, copies=copies, stop=stop or asyncio.Event())
        stack.push_async_callback(workshop.pictures.close)
        yield workshop


def current(context: Annotated[Context, TaskiqDepends()]) -> Workshop:
    """The workshop of the worker that runs the task; log lines carry the task's id from here on."""
    current_work.set(context.message.task_id)
    workshop: Workshop = context.state.workshop
    return workshop


Means = Annotated[Workshop, TaskiqDepends(current)]
