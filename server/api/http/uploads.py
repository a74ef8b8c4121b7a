"""Receives multipart uploads: streams them to a temporary file, and refuses bad ones as early as possible."""

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
from server.features.media.media_attachment import Purpose
from server.features.media.recognition import HEAD, recognise

# How many bytes a form may have besides the file: part headers, boundaries and the alternative text.
FORM_OVERHEAD = 64 * 1024

FIELDS = frozenset({"file", "alt", "purpose"})

# One more than there are, so that a surplus field gets our own error message.
MAX_FIELDS = len(FIELDS) + 1

# How many bytes to write to disk at a time, as each write needs a thread.
WRITTEN_AT_ONCE = 64 * 1024

# A client that sends nothing for this many seconds is considered gone.
STALL_TIMEOUT = 30


class Form:
    """The fields of one upload, received piece by piece."""

    def __init__(self, spool: IO[bytes], max_bytes: int) -> None:
        self.size = 0
        self.content_type: str | None = None
        self._spool, self._max_bytes = spool, max_bytes
        self._field: str | None = None
        self._seen: set[str] = set()
        self._head = b""
        self._unwritten = bytearray()
        self._texts = {"alt": bytearray(), "purpose": bytearray()}

    @property
    def alt(self) -> str:
        """The alternative text."""
        try:
            return self._texts["alt"].decode()
        except UnicodeDecodeError:
            raise InvalidBody("alt must be UTF-8 text.") from None

    @property
    def purpose(self) -> Purpose:
        """What the picture is for."""
        try:
            return Purpose(self._texts["purpose"].decode() or Purpose.TWEET)
        except ValueError:
            raise InvalidBody(f"purpose must be one of {', '.join(Purpose)}.") from None

    def begin(self, segment: multipart.MultipartSegment) -> None:
        """Begin a part. Raises InvalidBody for an unknown field, or one that we have already seen."""
        self._field = segment.name
        if segment.name not in FIELDS:
            raise InvalidBody("The form has an unknown field. The fields are file, alt and purpose.")
        if segment.name in self._seen:
            rule = " Send one picture per request." if segment.name == "file" else ""
            raise InvalidBody(f"The form has the field {segment.name} twice.{rule}")
        self._seen.add(segment.name)

    async def take(self, data: bytes) -> None:
        """Take bytes of the current part."""
        if self._field in self._texts:
            text = self._texts[self._field]
            text += data
            if len(text) > ALT_MAX_LENGTH * 16:
                raise InvalidBody(f"{self._field} is too long.")
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
        """Check the form after its last part. Raises an error if anything is wrong with it."""
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
    """Receive the upload of this request, kept in a file below `folder` while the block lasts.

    Raises:
        TooLarge: the file has more than `max_bytes`; this is raised before the rest is read.
        UnsupportedMediaType: judging by its first bytes, it isn't a picture that we accept.
        InvalidBody: it isn't a form with one field `file`.
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
        yield Upload(Path(spool.name), str(form.content_type), form.alt, form.size, form.purpose)


def at_most(request: Request, *, max_bytes: int) -> int:
    """The most bytes that this request's file can have, by its Content-Length. Raises TooLarge."""
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
    # A file's name may be in any encoding. Nobody reads it, and in latin-1 any byte is valid.
    return multipart.PushMultipartParser(
        options["boundary"], max_segment_count=MAX_FIELDS, header_charset="latin-1"
    )


async def incoming(request: Request, *, at_most: int) -> AsyncIterator[bytes]:
    """The request's body as it arrives, including bytes outside of any part. Raises TooLarge."""
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
