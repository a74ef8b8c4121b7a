"""Receiving a multipart upload: streamed to a temporary file, under a cap, refused as early as possible."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

import multipart
from sanic import Request

from server.core.errors import InvalidBody, TooLarge, UnsupportedMediaType
from server.core.text import ALT_MAX_LENGTH
from server.features.media.media import Upload
from server.features.media.recognition import HEAD, recognise

# Beside the file there are part headers, boundaries and the alternative text. Bytes.
FORM_OVERHEAD = 64 * 1024

FIELDS = frozenset({"file", "alt"})

# One more than there are gets its own sentence.
MAX_FIELDS = len(FIELDS) + 1

# So much is written to the disk at once: each write is a turn of a thread. Bytes.
WRITTEN_AT_ONCE = 64 * 1024

# A client that sends nothing for so long is gone. Seconds.
STALL_TIMEOUT = 30


class Form:
    """The fields of one upload, filled piece by piece."""

    def __init__(self, spool: IO[bytes], max_bytes: int) -> None:
        self.size = 0
        self.content_type: str | None = None
        self._spool, self._max_bytes = spool, max_bytes
        self._field: str | None = None
        self._seen: set[str] = set()
        self._head = b""
        self._unwritten = bytearray()
        self._alt = bytearray()

    @property
    def alt(self) -> str:
        """The alternative text."""
        try:
            return self._alt.decode()
        except UnicodeDecodeError:
            raise InvalidBody("alt must be UTF-8 text.") from None

    def begin(self, segment: multipart.MultipartSegment) -> None:
        """A part begins. Raises InvalidBody for a field that we do not know, or have seen already."""
        self._field = segment.name
        if segment.name not in FIELDS:
            raise InvalidBody("The form has an unknown field. The fields are file and alt.")
        if segment.name in self._seen:
            rule = " Send one picture per request." if segment.name == "file" else ""
            raise InvalidBody(f"The form has the field {segment.name} twice.{rule}")
        self._seen.add(segment.name)

    async def take(self, data: bytes) -> None:
        """Bytes of the part that began last."""
        if self._field == "alt":
            self._alt += data
            if len(self._alt) > ALT_MAX_LENGTH * 16:
                raise InvalidBody(f"alt is too long: at most {ALT_MAX_LENGTH} characters are allowed.")
            return
        self.size += len(data)
        if self.size > self._max_bytes:
            raise too_large(self._max_bytes)
        if self.content_type is None:
            self._head += data[: HEAD - len(self._head)]
            if len(self._head) == HEAD:
                self._recognise()
        self._unwritten += data
        if len(self._unwritten) >= WRITTEN_AT_ONCE:
            await self._write()

    async def end(self) -> None:
        """All parts are there. Raises what is wrong with them."""
        if "file" not in self._seen:
            raise InvalidBody("The form has no file field.")
        if not self.size:
            raise InvalidBody("The file is empty.")
        if self.content_type is None:
            self._recognise()
        await self._write()

    async def _write(self) -> None:
        data, self._unwritten = self._unwritten, bytearray()
        await asyncio.to_thread(self._spool.write, data)

    def _recognise(self) -> None:
        self.content_type = recognise(self._head)
        if self.content_type is None:
            raise UnsupportedMediaType


@asynccontextmanager
async def received(request: Request, *, max_bytes: int, folder: Path) -> AsyncIterator[Upload]:
    """The upload of this request, spooled below `folder` as long as the block lasts.

    Raises:
        TooLarge: more than `max_bytes` in the file, said before the rest is read.
        UnsupportedMediaType: not a picture that we take, by its first bytes.
        InvalidBody: not a form with one field `file`.
    """
    with tempfile.NamedTemporaryFile(dir=folder, prefix="upload-") as spool:
        form = Form(spool, max_bytes)
        try:
            with parser(request) as pieces:
                async for chunk in incoming(request, at_most=max_bytes + FORM_OVERHEAD):
                    for piece in pieces.parse(chunk):
                        if isinstance(piece, multipart.MultipartSegment):
                            form.begin(piece)
                        elif piece:
                            await form.take(bytes(piece))
        except multipart.MultipartError:
            raise InvalidBody("The body isn't a complete multipart form.") from None
        await form.end()
        spool.flush()
        yield Upload(Path(spool.name), str(form.content_type), form.alt, form.size)


def at_most(request: Request, *, max_bytes: int) -> int:
    """How large the file of this request can be, as it is declared. Raises TooLarge."""
    declared = request.headers.get("content-length", "")
    if not (declared.isascii() and declared.isdigit()):
        return max_bytes
    if int(declared) > max_bytes + FORM_OVERHEAD:
        raise too_large(max_bytes)
    return min(int(declared), max_bytes)


def parser(request: Request) -> multipart.PushMultipartParser:
    """A parser for the boundary in the request's headers."""
    kind, options = multipart.parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise InvalidBody("This request needs a multipart form with a file field.")
    # The name of the file is whatever its system wrote; nobody reads it, and any byte is a letter here.
    return multipart.PushMultipartParser(
        options["boundary"], max_segment_count=MAX_FIELDS, header_charset="latin-1"
    )


async def incoming(request: Request, *, at_most: int) -> AsyncIterator[bytes]:
    """The request's body as it arrives, what lies outside of every part included. Raises TooLarge."""
    body: Any = request.stream  # sanic.http.Http, whose base class has no `read`
    while True:
        async with asyncio.timeout(STALL_TIMEOUT):
            chunk: bytes | None = await body.read()
        if chunk is None:
            return
        at_most -= len(chunk)
        if at_most < 0:
            raise TooLarge("The form is larger than the largest picture that it may hold.")
        yield chunk


def too_large(max_bytes: int) -> TooLarge:
    """The error, with the limit in words."""
    return TooLarge(f"The picture is larger than {max_bytes} bytes, the most that this server accepts.")
