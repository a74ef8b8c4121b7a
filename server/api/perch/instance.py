"""The server's description and limits, which need no key."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from config.version import VERSION
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.operation import operation
from server.core import text
from server.core.paging import MAX_PAGE_SIZE, PAGE_SIZE
from server.features.lists import lists
from server.features.media.recognition import ACCEPTED
from server.features.notes import notes
from server.features.people import about
from server.features.tweets import checks
from server.features.tweets.cover import MAX_WARNING

bp = Blueprint("instance", url_prefix="/api")


class Limits(msgspec.Struct, frozen=True):
    """Lengths in characters as people count them, sizes in bytes."""

    tweet_max_length: int
    tweet_max_bytes: int
    media_per_tweet: int
    tweets_per_thread: int
    media_max_bytes: int
    alt_max_length: int
    warning_max_length: int
    name_max_length: int
    bio_max_length: int
    pronouns_max_length: int
    profile_fields: int
    profile_field_name_max_length: int
    profile_field_value_max_length: int
    note_max_length: int
    list_title_max_length: int
    page_size: int
    page_size_max: int


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """What this server supports."""

    demo_keys: bool
    alt_text: bool = True
    cursor_paging: bool = True
    following_timeline: bool = True
    verified_links: Annotated[
        bool, Meta(description="Whether it finds out which links on profiles lead back to them.")
    ]


class Instance(msgspec.Struct, frozen=True):
    """This server."""

    name: str
    description: Annotated[str, Meta(description="What it is for, as plain text; empty if it doesn't say.")]
    version: str
    address: Annotated[
        str | None,
        Meta(description="How its addresses begin (`PUBLIC_URL`); null if it isn't set."),
    ]
    limits: Limits
    accepted_types: list[str]
    features: Features


class InstanceAnswer(Answer, frozen=True, kw_only=True):
    """This server."""

    instance: Instance


@bp.get("/instance")
@operation(scope=None, answer=InstanceAnswer)
async def read(request: Request) -> InstanceAnswer:
    """Read the server's name, description, version, limits and features."""
    perch = context(request)
    settings = perch.settings
    limits = Limits(
        tweet_max_length=settings.tweet_max_length,
        tweet_max_bytes=text.most_bytes(settings.tweet_max_length),
        media_per_tweet=checks.MAX_MEDIA,
        tweets_per_thread=checks.MAX_PARTS,
        media_max_bytes=settings.media_max_bytes,
        alt_max_length=text.ALT_MAX_LENGTH,
        warning_max_length=MAX_WARNING,
        name_max_length=text.NAME_MAX_LENGTH,
        bio_max_length=about.BIO_MAX_LENGTH,
        pronouns_max_length=about.PRONOUNS_MAX_LENGTH,
        profile_fields=about.MAX_FIELDS,
        profile_field_name_max_length=about.FIELD_NAME_MAX_LENGTH,
        profile_field_value_max_length=about.FIELD_VALUE_MAX_LENGTH,
        note_max_length=notes.MAX_LENGTH,
        list_title_max_length=lists.TITLE_MAX_LENGTH,
        page_size=PAGE_SIZE,
        page_size_max=MAX_PAGE_SIZE,
    )
    return InstanceAnswer(
        instance=Instance(
            name=settings.instance_name,
            description=settings.instance_description,
            version=VERSION,
            address=settings.public_origin,
            limits=limits,
            accepted_types=list(ACCEPTED),
            features=Features(
                demo_keys=settings.demo and perch.demo_keys,
                verified_links=settings.previews and settings.public_url is not None,
            ),
        )
    )
