"""Reading a fetched page in a child process with limits (`tasks.page_child`)."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Annotated

import msgspec
from msgspec import Meta

from server.core.outbound.fetcher import Fetched, NotFetched

# Of a page, only so much is read: what it says about itself is near its beginning.
PAGE_TYPES, PAGE_BYTES = ("text/html", "application/xhtml+xml"), 1 << 20

CHILD = (sys.executable, "-I", "-m", "tasks.page_child")
CHILD_SECONDS, CHILD_BYTES = 10, 64 << 10

# PostgreSQL takes no zeros in texts.
Text = Annotated[str, Meta(max_length=2_000, pattern=r"^[^\x00]*$")]


class Said(msgspec.Struct, frozen=True):
    """What a page says about itself. `me`: the addresses that it links to with `rel="me"`."""

    title: Text
    description: Text
    site: Text
    picture: Text
    alt: Text
    me: Annotated[tuple[Text, ...], Meta(max_length=20)] = ()


SAID = msgspec.json.Decoder(Said)


async def read_page(page: Fetched) -> Said:
    """What a page says about itself, read by a child with limits. Raises NotFetched."""
    child = await asyncio.create_subprocess_exec(
        *CHILD,
        *([page.charset] if page.charset else []),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(CHILD_SECONDS):
            output = await _output(child, page.body)
            code = await child.wait()
        if code != 0:
            # Whatever else ended it may have been the fault of this machine.
            raise NotFetched(f"the page can't be read (exit code {code})", is_final=code == -signal.SIGXCPU)
        return SAID.decode(output)
    except TimeoutError:
        raise NotFetched("the page takes too long to read") from None
    except msgspec.DecodeError:
        raise NotFetched("the page can't be read", is_final=True) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _output(child: asyncio.subprocess.Process, page: bytes) -> bytes:
    """What the child says about a page; at most a little more than CHILD_BYTES, whatever has become of it."""
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the child has no pipes")
    with suppress(ConnectionError):  # it has ended
        child.stdin.write(page)
        await child.stdin.drain()
    child.stdin.close()
    said = b""
    while len(said) <= CHILD_BYTES and (more := await child.stdout.read(CHILD_BYTES)):
        said += more
    if len(said) > CHILD_BYTES:
        child.kill()
    return said
