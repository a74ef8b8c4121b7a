"""Running the picture child: one process per picture, with limits.

Decoders are the likeliest way in for an attacker. The child gets an empty environment, one folder, and
limits on memory, time and file sizes that it sets upon itself before it decodes anything (`picture_child`);
what it leaves behind is read here as data. It is limited, not walled in: it runs as the same user.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from server.domain.media import Variants
from storage import keys

# Isolated: neither the environment nor the current folder decides what it imports.
CHILD = (sys.executable, "-I", "-m", "tasks.picture_child")

# The child limits its own processor time; this ends one that waits or sleeps. Seconds.
WALL_SECONDS = 90

# More than a verdict ever is. Bytes.
MAX_VERDICT = 16 * 1024

TOO_MUCH = "This picture takes more time or memory to decode than the server allows."


class PictureRefused(Exception):
    """The picture cannot be used; the text is the public sentence that says why."""


class ChildDied(Exception):
    """The child ended without a verdict, over this picture or for a reason of the machine's."""


@dataclass(frozen=True, slots=True)
class Made:
    """The variants' files, and what is known of them."""

    large: Path
    small: Path
    variants: Variants


class Verdict(msgspec.Struct):
    """What the child prints: a refusal, or what it made."""

    refused: str | None = None
    content_type: Literal["image/jpeg", "image/webp"] = "image/jpeg"
    width: Annotated[int, msgspec.Meta(ge=0, le=1920)] = 0
    height: Annotated[int, msgspec.Meta(ge=0, le=1080)] = 0
    thumbhash: Annotated[str, msgspec.Meta(max_length=64)] = ""


async def make_variants(original: Path, folder: Path) -> Made:
    """Decode the original in a child and write both variants into the folder.

    Raises:
        PictureRefused: not decodable, or over a limit, of time too.
        ChildDied: no verdict; another try may bring one.
    """
    large, small = folder / "large", folder / "small"
    verdict = await _run(str(original), str(large), str(small))
    if verdict.refused is not None:
        raise PictureRefused(verdict.refused)
    return Made(
        large,
        small,
        Variants(
            verdict.content_type,
            verdict.width,
            verdict.height,
            verdict.thumbhash,
            {"": digest(large), keys.SMALL: digest(small)},
        ),
    )


def digest(file: Path) -> tuple[int, str]:
    """A variant's size and SHA-256; at most a few hundred kB, but for an animation."""
    data = file.read_bytes()
    return len(data), hashlib.sha256(data).hexdigest()


def decoder() -> str:
    """Which library the child decodes with. Raises subprocess.SubprocessError."""
    asked = [*CHILD, "--version"]
    return subprocess.run(asked, env={}, capture_output=True, text=True, check=True, timeout=30).stdout


async def _run(*arguments: str) -> Verdict:
    process = await asyncio.create_subprocess_exec(
        *(*CHILD, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(WALL_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        raise PictureRefused(TOO_MUCH) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == -signal.SIGXCPU:
        raise PictureRefused(TOO_MUCH)
    if process.returncode != 0:
        raise ChildDied(f"the picture child ended with {process.returncode}")
    try:
        return msgspec.json.decode(output[:MAX_VERDICT], type=Verdict)
    except msgspec.DecodeError as error:  # ValidationError among them
        raise ChildDied(f"the picture child gave no verdict: {error}") from None
