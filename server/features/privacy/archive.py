"""The contents of a user's data archive, streamed while they are read, so that its size does not matter."""

from __future__ import annotations

import logging
import textwrap
import zipfile
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from server.features.media.digests import BytesDiffer, checked
from server.features.media.personal import PICTURES
from server.features.privacy import export
from server.features.registry import EXPORTED
from storage import object_keys
from storage.base import ObjectNotFound, ObjectStore

log = logging.getLogger(__name__)

# Files that are no lists of rows, and those that are, as `server.features.registry` has them.
README = """This is the data that Perch has about you.

{files}

If a picture is missing or damaged, PROBLEMS.txt says so.

Not included: how many pictures and bytes you sent today, which is counted for a few days.
"""
NAME_WIDTH, WIDTH = 18, 90

# Fields of pictures that only serve to find and check their files.
INTERNAL = frozenset({"token", "digests"})

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}


class _Sink:
    """The unseekable file that zipfile writes to; it is drained repeatedly."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def take(self) -> bytes:
        """Take what was written since the last call."""
        taken, self._parts = b"".join(self._parts), []
        return taken


async def write(user_id: int, store: ObjectStore, media_folder: str) -> AsyncGenerator[bytes, None]:
    """Yield the archive (zip) piece by piece; rows that change meanwhile appear in their old or new state."""
    sink: Any = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme())
        archive.writestr("profile.json", _json(await export.profile(user_id)))
        for what in EXPORTED:
            with archive.open(f"{what.name}.json", "w") as entry:
                between = b"["
                async for rows in export.listed(what, user_id):
                    for one in rows:
                        entry.write(between + _json(_shown(one)))
                        between = b",\n"
                    yield sink.take()
                entry.write(b"[]" if between == b"[" else b"]")
        problems: list[str] = []
        async for pictures in export.listed(PICTURES, user_id):
            for picture in pictures:
                name, digests = _file(picture), msgspec.json.decode(picture["digests"] or "{}")
                try:
                    async with store.read(object_keys.variant(media_folder, picture["token"])) as found:
                        # Its bytes are compressed already.
                        with archive.open(zipfile.ZipInfo(name), "w") as entry:
                            async for piece in checked(found.body, digests.get("")):
                                entry.write(piece)
                                yield sink.take()
                except ObjectNotFound:
                    problems.append(f"{name} wasn't found. You may have removed it meanwhile.")
                except BytesDiffer as error:
                    problems.append(f"{name} isn't as Perch stored it: {error}.")
        if problems:
            log.warning("an archive lacks pictures, or has altered ones: %s", "; ".join(problems))
            archive.writestr("PROBLEMS.txt", "".join(f"{problem}\n" for problem in problems))
    yield sink.take()


def readme() -> str:
    """The text that describes each file."""
    files = [("profile", "who you are"), *((one.name, one.what) for one in EXPORTED)]
    told = (
        textwrap.fill(
            what,
            WIDTH,
            initial_indent=f"{name}.json".ljust(NAME_WIDTH),
            subsequent_indent=" " * NAME_WIDTH,
        )
        for name, what in files
    )
    return README.format(files="\n".join(told))


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    if "token" not in one:
        return one
    return {**{name: value for name, value in one.items() if name not in INTERNAL}, "file": _file(one)}


def _file(picture: dict[str, Any]) -> str:
    return f"pictures/{picture['id']}{SUFFIXES.get(picture['content_type'], '')}"


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
