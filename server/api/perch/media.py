"""Pictures: upload and describe under /api, serve under /media."""

from __future__ import annotations

import time
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from server.api.http import envelope, objects
from server.api.http.admission import admit_lookup, asks
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.headers import NO_STORE
from server.api.http.operation import operation
from server.api.http.uploads import at_most, received
from server.api.perch.shapes import media as wire
from server.api.perch.shapes.media import DescribedPicture, Media
from server.core.errors import (
    BrokenPicture,
    InvalidBody,
    MediaNotFound,
    NotFound,
    QuotaExceeded,
    RangeNotSatisfiable,
    TooLarge,
    UnsupportedMediaType,
)
from server.core.limits import quotas
from server.core.limits.quotas import Quota
from server.core.viewer import Viewer
from server.features.media import links as picture_links
from server.features.media import media
from server.features.media.media import Description
from server.features.media.media_access import Access
from server.features.media.media_attachment import MediaState, Purpose
from storage import object_keys
from storage.base import InvalidRange, ObjectNotFound

bp = Blueprint("media")

# Objects never change under their random names. The age is a year in seconds, the most that RFC 9111 caches
# observe. Shared caches ask again after five minutes, as the picture's author may have been suspended.
FOR_EVER = "public, max-age=31536000, s-maxage=300, immutable"

# For anyone with a signed address: the longest time for which one is valid.
FOR_A_DAY = "private, max-age=86400"

# So that browsers treat a picture only as a picture, whatever its bytes are. Anyone who has its address may
# use it, on other sites too.
HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
}

# The formats in which workers store pictures.
SERVED = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

# The placeholder for a picture that is still being processed: one grey pixel.
NEUTRAL = bytes.fromhex("47494638396101000100800000d9d3c70000002c00000000010001000002024401003b")


class UploadForm(msgspec.Struct, frozen=True):
    """The fields of an upload."""

    file: Annotated[bytes, Meta(description="One picture. Its format is detected from its content.")]
    alt: Annotated[str, Meta(description="What the picture shows, for people who can't see it.")] = ""
    purpose: Annotated[
        Purpose,
        Meta(description="What it is for. Avatars are cut square, headers three times as wide as high."),
    ] = Purpose.TWEET


class Uploaded(Answer, frozen=True, kw_only=True):
    """A picture that was accepted."""

    media_id: int
    media: Media


class OneMedia(Answer, frozen=True, kw_only=True):
    """One picture."""

    media: Media


@bp.post("/api/medias", stream=True)
@operation(
    scope="write",
    form=UploadForm,
    answer=Uploaded,
    status=201,
    errors=(TooLarge, UnsupportedMediaType, BrokenPicture, QuotaExceeded),
)
async def upload(request: Request, viewer: Viewer) -> Uploaded:
    """Upload one picture.

    The response waits up to 5 seconds for the worker. A picture that takes longer is `pending`; you can
    already attach it to a tweet.
    """
    perch = context(request)
    cap, folder = perch.settings.media_max_bytes, perch.settings.scratch_folder
    quota = Quota(perch.settings.uploads_per_day, perch.settings.upload_bytes_per_day)
    async with (
        quotas.taken(viewer.id, at_most(request, max_bytes=cap), quota) as counted,
        received(request, max_bytes=cap, folder=folder) as picture,
    ):
        day_bytes = perch.settings.text_bytes_per_day
        row = await media.receive(viewer, picture, perch.store, perch.jobs, day_bytes=day_bytes)
        counted.kept = picture.size
    return Uploaded(media_id=row.id, media=wire.media(row, perch.urls))


@bp.patch("/api/medias/<media_id:id>")
@operation(scope="write", body=DescribedPicture, answer=OneMedia, errors=(MediaNotFound, QuotaExceeded))
async def describe(request: Request, viewer: Viewer, body: DescribedPicture, media_id: int) -> OneMedia:
    """Change a picture's alternative text or its focal point."""
    perch = context(request)
    if body.alt is UNSET and body.focus is UNSET:
        raise InvalidBody("Give alt, focus, or both.")
    row = await media.describe(
        viewer,
        media_id,
        Description(
            None if body.alt is UNSET else body.alt,
            changes_focus=body.focus is not UNSET,
            focus=[body.focus.x, body.focus.y] if body.focus else None,
        ),
        day_bytes=perch.settings.text_bytes_per_day,
    )
    return OneMedia(media=wire.media(row, perch.urls))


@bp.route("/media/<name:str>", methods=["GET", "HEAD"])
async def serve(request: Request, name: str) -> HTTPResponse | None:
    """The bytes of a variant; a neutral picture while it is being made."""
    found = object_keys.MEDIA_NAME.fullmatch(name)
    if found is None:
        raise NotFound
    perch = context(request)
    caching = FOR_EVER
    if not perch.memory.pictures.is_public(found["token"]):
        asks(request)
        admit_lookup(request, perch.rates, picture=True)
        access = await perch.memory.pictures.look_up(found["token"])
        if access is None or not may_be_shown(request, access, found["token"]):
            raise NotFound
        if access.state is MediaState.PENDING:
            return HTTPResponse(NEUTRAL, 200, {**NO_STORE, **HEADERS}, "image/gif")
        caching = FOR_EVER if access.is_attached else FOR_A_DAY
    key = object_keys.variant(perch.settings.s3_tweets_media_folder, name)
    headers = {"etag": f'"{name}"', "cache-control": caching, "accept-ranges": "bytes", **HEADERS}
    of_another = request.headers.get("if-range", headers["etag"]) != headers["etag"]
    start, stop = objects.asked_range("" if of_another else request.headers.get("range", ""))
    try:
        if headers["etag"] in request.headers.get("if-none-match", ""):
            await objects.info_of(request, key)
            return HTTPResponse(b"", 304, headers)
        async with objects.opened(request, key, start=start, stop=stop) as picture:
            return await objects.send(request, picture, headers, content_type_of(picture.info.content_type))
    except InvalidRange:
        size = (await objects.info_of(request, key)).size
        return envelope.failure(RangeNotSatisfiable(), headers={"content-range": f"bytes */{size}"})
    except ObjectNotFound:
        raise NotFound from None


def content_type_of(stored: str) -> str:
    """The content type to serve a picture as: never one that a browser would run, whatever the store says."""
    return stored if stored in SERVED else "application/octet-stream"


def may_be_shown(request: Request, access: Access, token: str) -> bool:
    """Whether to serve a picture: anyone may see those of visible tweets; others need a signed address."""
    if access.is_attached:
        return not access.is_hidden
    until, signature = (request.args.get(name) or "" for name in ("until", "signature"))
    signed = picture_links.is_signed(access.media_key, token, until, signature, now=time.time())
    return signed and not access.is_suspended
