"""Uploading an object to a bucket in parts."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from typing import Any

from storage.budget import within_budget

# S3's smallest part is 5 MiB and there are 10,000 at most: with 16 MiB an object may reach 156 GiB.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
PART = 16 * 1024 * 1024


async def upload(client: Any, where: dict[str, str], body: AsyncIterator[bytes], content_type: str) -> int:
    """Upload an object in the parts that the body yields; return its size in bytes."""
    beginning = client.create_multipart_upload(**where, ContentType=content_type)
    begun = await within_budget(beginning)
    where = {**where, "UploadId": begun["UploadId"]}
    done: list[dict[str, Any]] = []
    size = 0
    try:
        async for part in body:
            number = len(done) + 1
            sending = client.upload_part(**where, PartNumber=number, Body=part)
            answer = await within_budget(sending, len(part))
            done.append({"PartNumber": number, "ETag": answer["ETag"]})
            size += len(part)
        # This may take as long as its tries do: some servers only assemble the parts now.
        await client.complete_multipart_upload(**where, MultipartUpload={"Parts": done})
    except BaseException:
        with suppress(Exception):  # retention or the bucket's rule removes it; the first error is raised
            await abort(client, where)
        raise
    return size


async def abort(client: Any, upload: dict[str, str]) -> None:
    """Abort an unfinished upload."""
    await within_budget(client.abort_multipart_upload(**upload))


async def parts(body: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of exactly PART, except the last; no pieces if there are no bytes."""
    buffer = bytearray()
    async for chunk in body:
        buffer += chunk
        while len(buffer) >= PART:
            yield bytes(buffer[:PART])
            del buffer[:PART]
    if buffer:
        yield bytes(buffer)


async def chain(ahead: list[bytes], rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """First the one, then the other, without keeping pieces that were sent."""
    while ahead:
        yield ahead.pop(0)
    async for part in rest:
        yield part
