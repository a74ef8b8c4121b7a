"""Objects in an S3 bucket, through aiobotocore."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage import multipart
from storage.base import CHUNK, InvalidRange, ObjectInfo, ObjectNotFound, OpenObject, StorageUnavailable
from storage.budget import within_budget
from storage.files import chunks_of
from storage.lifecycle import LifecycleUnsupported, Rule
from storage.object_keys import checked, is_key

log = logging.getLogger(__name__)

# Timeouts in seconds, and the number of tries: a failed request is tried three times in all, after random,
# growing pauses.
CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS = 2, 8, 3

# How many connections there are to the bucket, and how many of them may be reading: an upload never waits for
# those who look at pictures.
CONNECTIONS, FOR_READERS = 20, 15

# The maximum size of an object in bytes.
LARGEST = 1 << 48

# S3 servers' error codes for an object that doesn't exist.
GONE = frozenset({"NoSuchKey", "404", "NotFound"})

# What they call it when there is something already, or when they know no conditional writes.
TAKEN = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
UNKNOWN_CONDITION = frozenset({"NotImplemented", "501", "InvalidArgument"})

# Their error codes for a range that begins after the object's end.
NO_RANGE = frozenset({"InvalidRange", "416"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, and our credentials for it."""

    url: str
    name: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"

    def __repr__(self) -> str:
        return f"<Bucket {self.name} at {self.url}>"


class S3Store:
    """An `ObjectStore` in one bucket. One client per process, made in `open`.

    Args:
        in_pieces: whether an object is read with one request per CHUNK. Then a client that reads slowly, or
            not at all, only holds the chunk's memory and none of the few connections.
    """

    def __init__(self, bucket: Bucket, *, in_pieces: bool = True) -> None:
        self._bucket = bucket
        self._in_pieces = in_pieces
        self._names_told = False  # whether we have logged that names are skipped
        self._reading = asyncio.Semaphore(FOR_READERS)
        self._stack = AsyncExitStack()
        self._client: Any = None

    async def open(self) -> None:
        """See `ObjectStore.open`. botocore is imported only here, because it costs 20 MB."""
        from aiobotocore.config import AioConfig
        from aiobotocore.session import get_session

        config = AioConfig(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # Not all servers other than Amazon's know the newer checksum headers.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        client = get_session().create_client(
            "s3",
            endpoint_url=self._bucket.url,
            region_name=self._bucket.region,
            aws_access_key_id=self._bucket.access_key,
            aws_secret_access_key=self._bucket.secret_key,
            config=config,
        )
        self._client = await self._stack.enter_async_context(client)

    async def close(self) -> None:
        """See `ObjectStore.close`."""
        await self._stack.aclose()
        self._client = None

    async def check(self) -> None:
        """See `ObjectStore.check`."""
        with self._translated(""):
            try:
                await within_budget(self._client.head_bucket(Bucket=self._bucket.name))
            except self._client.exceptions.ClientError as error:
                if _code(error) in GONE | {"NoSuchBucket"}:
                    raise StorageUnavailable(f"the bucket {self._bucket.name} doesn't exist") from error
                raise

    async def put(self, key: str, body: AsyncIterable[bytes], *, content_type: str) -> ObjectInfo:
        """See `ObjectStore.put`. A body that fits one part takes one request, others a multipart upload."""
        where = {"Bucket": self._bucket.name, "Key": checked(key)}
        parts = multipart.parts(body)
        ahead = [await anext(parts, b"")]
        second = await anext(parts, None)
        with self._translated(key):
            if second is None:
                size = len(ahead[0])
                putting = self._client.put_object(**where, Body=ahead[0], ContentType=content_type)
                await within_budget(putting, size)
            else:
                ahead.append(second)
                del second
                size = await multipart.upload(
                    self._client, where, multipart.chain(ahead, parts), content_type
                )
        return ObjectInfo(key, size, content_type, datetime.now(UTC))

    async def put_file(self, key: str, file: Path, *, content_type: str) -> ObjectInfo:
        """See `ObjectStore.put_file`."""
        return await self.put(key, chunks_of(file), content_type=content_type)

    async def create(self, key: str, body: bytes, *, content_type: str) -> bool:
        """See `ObjectStore.create`.

        Some servers refuse `If-None-Match` and some ignore it. So the key is looked up before it is written;
        on such a server, only simultaneous writers may both believe that they created the object.
        """
        with suppress(ObjectNotFound):
            await self.info(key)
            return False
        where = {"Bucket": self._bucket.name, "Key": key, "Body": body, "ContentType": content_type}
        with self._translated(key):
            try:
                await within_budget(self._client.put_object(**where, IfNoneMatch="*"), len(body))
            except self._client.exceptions.ClientError as error:
                if _code(error) in TAKEN:
                    return False
                if _code(error) not in UNKNOWN_CONDITION:
                    raise
                await within_budget(self._client.put_object(**where), len(body))
        return True

    async def fetch(self, key: str, file: Path) -> None:
        """See `ObjectStore.fetch`."""
        with self._translated(checked(key)):
            answer = await within_budget(self._client.get_object(Bucket=self._bucket.name, Key=key))
            async with answer["Body"] as stream:
                with file.open("xb") as out:
                    async for chunk in stream.iter_chunks(CHUNK):
                        await asyncio.to_thread(out.write, chunk)

    async def info(self, key: str) -> ObjectInfo:
        """See `ObjectStore.info`."""
        async with self._reading:
            with self._translated(checked(key)):
                head = await within_budget(self._client.head_object(Bucket=self._bucket.name, Key=key))
        return ObjectInfo(key, head["ContentLength"], head.get("ContentType", ""), head["LastModified"])

    @asynccontextmanager
    async def read(self, key: str, *, start: int = 0, stop: int | None = None) -> AsyncIterator[OpenObject]:
        """See `ObjectStore.read`."""
        request = {"Bucket": self._bucket.name, "Key": checked(key)}
        if self._in_pieces:
            request["Range"] = f"bytes={start}-{min(start + CHUNK, stop or LARGEST) - 1}"
        elif start or stop is not None:
            request["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
        first = b""
        async with self._reading if self._in_pieces else nullcontext():
            with self._translated(key):
                try:
                    answer = await within_budget(self._client.get_object(**request))
                except self._client.exceptions.ClientError as error:
                    if start or _code(error) not in NO_RANGE:
                        raise
                    del request["Range"]  # the object is empty
                    answer = await within_budget(self._client.get_object(**request))
            if self._in_pieces:
                first = await self._whole(key, answer)
        size, begin = answer["ContentLength"], 0
        if ranged := re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.get("ContentRange", "")):
            begin, size = int(ranged[1]), int(ranged[2])
        info = ObjectInfo(key, size, answer.get("ContentType", ""), answer["LastModified"])
        end = size if stop is None else min(stop, size)
        if self._in_pieces:
            yield OpenObject(info, begin, end, self._pieces(key, first, begin, end, answer["ETag"]))
            return
        async with answer["Body"] as stream:
            yield OpenObject(info, begin, end, self._chunks(key, stream))

    async def delete(self, key: str) -> None:
        """See `ObjectStore.delete`."""
        with self._translated(checked(key)):
            await within_budget(self._client.delete_object(Bucket=self._bucket.name, Key=key))

    async def remove_unfinished(self, prefix: str, *, before: datetime) -> int:
        """See `ObjectStore.remove_unfinished`."""
        count = 0
        with self._translated(""):
            async for page in self._pages("list_multipart_uploads", prefix):
                for upload in page.get("Uploads", []):
                    if upload["Initiated"] < before:
                        where = {"Bucket": self._bucket.name, "Key": upload["Key"]}
                        await multipart.abort(self._client, {**where, "UploadId": upload["UploadId"]})
                        count += 1
        return count

    async def lifecycle(self) -> list[Rule]:
        """The bucket's lifecycle rules. Raises LifecycleUnsupported."""
        with self._translated(""):
            try:
                asking = self._client.get_bucket_lifecycle_configuration(Bucket=self._bucket.name)
                answer = await within_budget(asking)
            except self._client.exceptions.ClientError as error:
                if _code(error) == "NoSuchLifecycleConfiguration":
                    return []
                raise unsupported(error) from error
        return list(answer.get("Rules", []))

    async def set_lifecycle(self, rules: Sequence[Rule]) -> None:
        """Replace all of the bucket's lifecycle rules. Raises LifecycleUnsupported."""
        with self._translated(""):
            try:
                writing = self._client.put_bucket_lifecycle_configuration(
                    Bucket=self._bucket.name, LifecycleConfiguration={"Rules": list(rules)}
                )
                await within_budget(writing)
            except self._client.exceptions.ClientError as error:
                raise unsupported(error) from error

    async def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """See `ObjectStore.list`."""
        with self._translated(prefix):
            async for page in self._pages("list_objects_v2", prefix):
                for item in page.get("Contents", []):
                    if is_key(item["Key"]):
                        yield ObjectInfo(item["Key"], item["Size"], "", item["LastModified"])
                    elif not self._names_told:
                        self._names_told = True
                        log.warning("%r has objects whose names are none of Perch's: skipped", self._bucket)

    async def _pages(self, operation: str, prefix: str) -> AsyncIterator[dict[str, Any]]:
        pages = self._client.get_paginator(operation).paginate(Bucket=self._bucket.name, Prefix=prefix)
        coming = aiter(pages)
        while page := await within_budget(anext(coming, None)):
            yield page

    async def _chunks(self, key: str, stream: Any) -> AsyncIterator[bytes]:
        with self._translated(key):
            async for chunk in stream.iter_chunks(CHUNK):
                yield chunk

    async def _whole(self, key: str, answer: Any) -> bytes:
        """The body of a response, whose connection is free again afterwards."""
        with self._translated(key):
            async with answer["Body"] as stream:
                found: bytes = await within_budget(stream.read(), answer["ContentLength"])
                return found

    async def _pieces(self, key: str, piece: bytes, start: int, end: int, etag: str) -> AsyncIterator[bytes]:
        """The bytes up to `end`, starting with `piece`, which has been read already.

        Raises StorageUnavailable if the object was replaced meanwhile, or the store stops sending it.
        """
        while start < end:
            if not piece:
                raise StorageUnavailable(f"{self._bucket!r} sent {key} only up to byte {start} of {end}")
            start += len(piece)
            yield piece
            if start < end:
                wanted = f"bytes={start}-{min(end, start + CHUNK) - 1}"
                async with self._reading:
                    with self._translated(key):
                        asking = self._client.get_object(
                            Bucket=self._bucket.name, Key=key, Range=wanted, IfMatch=etag
                        )
                        answer = await within_budget(asking)
                    piece = await self._whole(key, answer)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        """Translate vendors' errors into ours, without request ids, keys or signatures in their text."""
        from aiohttp import ClientError as TransportError
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = _code(error)
            if code in GONE:
                raise ObjectNotFound(key) from error
            if code in NO_RANGE:
                raise InvalidRange(key) from error
            raise StorageUnavailable(f"{self._bucket!r} responded with {code}") from error
        except (BotoCoreError, TransportError, TimeoutError) as error:
            raise StorageUnavailable(f"{self._bucket!r} can't be reached: {type(error).__name__}") from error


def unsupported(error: Any) -> Exception:
    """LifecycleUnsupported if the error says that the server lacks lifecycle rules; otherwise the error."""
    code = _code(error)
    known = code not in ("NotImplemented", "MethodNotAllowed", "405", "501")
    return error if known else LifecycleUnsupported("this store doesn't support lifecycle rules")


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an unknown error"))
