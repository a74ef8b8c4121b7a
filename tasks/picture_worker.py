"""Running picture children: one process per picture, with limits.

Decoders are an attacker's likeliest way in. The child gets nothing of our environment. Before it looks at
anything, it opens its three files, limits its own memory, time and file sizes, and puts up walls (`walls`)
round itself (`picture_child`). Its output is read here as mere data.

Children are forked from a process that has loaded the decoders, and has seen no picture (`picture_forks`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from server.features.media.media_attachment import Purpose
from storage import object_keys
from storage.base import StorageUnavailable
from tasks.picture_attempts import Variants

# Isolated (-I), so that neither the environment nor the current folder decides what they import.
CHILD = (sys.executable, "-I", "-m", "tasks.picture_child")
FORKS = (sys.executable, "-I", "-m", "tasks.picture_forks")

# Nothing of our environment. It only asks for huge memory pages for pixels, if the kernel has them: with
# small pages, a large picture spends a sixth of its time on page faults.
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}

# The suffixes of the variants that the child makes, in the order of `picture_variants.VARIANTS`.
SUFFIXES: dict[Purpose, tuple[str, ...]] = {
    Purpose.TWEET: ("", object_keys.SMALL),
    Purpose.AVATAR: ("", object_keys.MEDIUM, object_keys.SMALL),
    Purpose.HEADER: ("", object_keys.SMALL),
}

Lane = Literal["quick", "slow"]

# The child limits its own processor time; after these seconds, a child that waits or sleeps is ended too.
WALL_SECONDS: dict[Lane, int] = {"quick": 15, "slow": 90}

# The fork server, which takes 14 MB, ends after this many seconds without a picture.
IDLE_SECONDS = 60

# How many seconds a killed child may take to end.
KILLED_WITHIN = 5

# More bytes than any verdict has.
MAX_VERDICT = 16 * 1024

TOO_MUCH = "This picture takes more time or memory to decode than the server allows."


class PictureRefused(Exception):
    """The picture cannot be used; the text is the public sentence that says why."""


class SlowPicture(Exception):
    """The picture takes longer than the quick lane allows."""


class ChildDied(Exception):
    """The child ended without a verdict, because of this picture or for a reason of the machine's."""


@dataclass(frozen=True, slots=True)
class Made:
    """The variants' files by the suffixes of their names, and what we know about them."""

    files: Mapping[str, Path]
    variants: Variants


class Verdict(msgspec.Struct):
    """The child's verdict: a refusal, a failure, that it needs the slow lane, or what it made."""

    refused: str | None = None
    failed: str | None = None
    slow: bool = False
    content_type: Literal["image/jpeg", "image/webp"] = "image/jpeg"
    width: Annotated[int, msgspec.Meta(ge=0, le=1920)] = 0
    height: Annotated[int, msgspec.Meta(ge=0, le=1080)] = 0
    thumbhash: Annotated[str, msgspec.Meta(max_length=64)] = ""


class PictureChildren:
    """Makes the variants of pictures in children of one fork server, which runs while there are any.

    Args:
        unsafe: why no picture may be processed here; None if that is allowed.
    """

    def __init__(self, unsafe: str | None = None) -> None:
        self.unsafe = unsafe
        self._forks: asyncio.subprocess.Process | None = None
        self._requests: socket.socket | None = None
        self._starting = asyncio.Lock()
        self._under_way = 0
        self._idle: asyncio.TimerHandle | None = None

    async def make_variants(
        self, original: Path, folder: Path, *, purpose: Purpose = Purpose.TWEET, lane: Lane = "slow"
    ) -> Made:
        """Decode the original in a child and write the variants into the folder.

        Raises:
            PictureRefused: it is not decodable, or exceeds a limit, such as the slow lane's time.
            SlowPicture: it takes too long for the quick lane.
            ChildDied: there was no verdict; another try may bring one.
            StorageUnavailable: there was no verdict, as no picture may be processed here, or the disk is
            full, or cannot be read or written.
        """
        if self.unsafe is not None:
            raise StorageUnavailable(self.unsafe)
        files = {suffix: folder / f"variant{suffix}" for suffix in SUFFIXES[purpose]}
        with self._at_work():
            verdict = await self._verdict(str(original), list(map(str, files.values())), purpose, lane=lane)
        if verdict.slow:
            raise SlowPicture
        if verdict.failed is not None:
            raise StorageUnavailable(f"the picture child failed: {verdict.failed}")
        if verdict.refused is not None:
            raise PictureRefused(verdict.refused)
        return Made(
            files,
            Variants(
                verdict.content_type,
                verdict.width,
                verdict.height,
                verdict.thumbhash,
                {suffix: digest(file) for suffix, file in files.items()},
            ),
        )

    async def _start(self) -> socket.socket:
        """The fork server's socket, starting it if needed. Raises OSError if there is no room for it."""
        async with self._starting:
            if self._requests and self._forks and self._forks.returncode is None:
                return self._requests
            self._hang_up()
            ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
            ours.setblocking(False)
            with theirs:
                self._forks = await asyncio.create_subprocess_exec(
                    *FORKS,
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                    env=ENVIRONMENT,
                    start_new_session=True,
                )
            self._requests = ours
            return ours

    async def close(self) -> None:
        """End the fork server, and with it all children."""
        self._hang_up()
        if self._idle is not None:
            self._idle.cancel()
        if self._forks is not None:
            await self._forks.wait()

    def _hang_up(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Keep the fork server alive during the block; it ends after being idle for IDLE_SECONDS."""
        self._under_way += 1
        if self._idle is not None:
            self._idle.cancel()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._hang_up)

    async def _verdict(self, original: str, files: Sequence[str], purpose: str, *, lane: Lane) -> Verdict:
        try:
            async with asyncio.timeout(WALL_SECONDS[lane]):
                said, code = await self._asked(original, files, purpose, lane)
        except TimeoutError:
            code = -signal.SIGXCPU
        if code == -signal.SIGXCPU:
            if lane == "quick":
                raise SlowPicture
            raise PictureRefused(TOO_MUCH)
        if code != 0:
            raise ChildDied(f"the picture child exited with {code}")
        try:
            return msgspec.json.decode(said, type=Verdict)
        except msgspec.DecodeError as error:  # ValidationError among them
            raise ChildDied(f"the picture child gave no valid result: {error}") from None

    async def _asked(self, *arguments: str | Sequence[str]) -> tuple[bytes, int | None]:
        """A child's output for these arguments, and its exit code; None if the fork server died."""
        requests = await self._start()
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with ours:
            with theirs:
                request_child(requests, arguments, theirs)
            try:
                return await heard(ours)
            except asyncio.CancelledError:
                # This kills the child, which must be gone before anyone removes its folder.
                ours.shutdown(socket.SHUT_WR)
                async with asyncio.timeout(KILLED_WITHIN):
                    await heard(ours)
                raise


def request_child(
    requests: socket.socket, arguments: Sequence[str | Sequence[str]], reply: socket.socket
) -> None:
    """Request a child that will answer on `reply`. Raises ChildDied."""
    try:
        socket.send_fds(requests, [json.dumps(arguments).encode()], [reply.fileno()])
    except OSError as error:  # the fork server died a moment ago, or is overloaded
        raise ChildDied(f"the fork server of picture children doesn't respond: {error}") from None


async def heard(reply: socket.socket) -> tuple[bytes, int | None]:
    """The verdict, if there is one, and the exit code, if it is known."""
    loop, said = asyncio.get_running_loop(), b""
    while message := await loop.sock_recv(reply, MAX_VERDICT):
        if message.lstrip(b"-").isdigit():
            return said, int(message)
        said = message
    return said, None


def digest(file: Path) -> tuple[int, str]:
    """A variant's size and SHA-256. Except for animations, variants have at most a few hundred kB."""
    data = file.read_bytes()
    return len(data), hashlib.sha256(data).hexdigest()


def decoder() -> str:
    """The library that the child decodes with. Raises subprocess.SubprocessError."""
    return told_by_child("--version")


def walls() -> dict[str, str | None]:
    """The child's walls here, as `walls.put_up` returns them. Raises subprocess.SubprocessError."""
    return msgspec.json.decode(told_by_child("--walls"), type=dict[str, str | None])


def missing_walls(standing: Mapping[str, str | None], *, needed: bool) -> tuple[list[str], str | None]:
    """The walls that this kernel lacks, and the reason if therefore no picture may be processed here."""
    missing = [name for name in ("landlock", "seccomp") if not standing.get(name)]
    if needed and len(missing) == 2:
        return missing, (
            "pictures aren't processed, because this kernel has neither landlock nor seccomp; "
            "PICTURE_SANDBOX=optional processes them without a sandbox"
        )
    return missing, None


def told_by_child(about: str) -> str:
    asked = [*CHILD, about]
    return subprocess.run(asked, env={}, capture_output=True, text=True, check=True, timeout=30).stdout
