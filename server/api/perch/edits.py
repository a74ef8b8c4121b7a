"""Editing tweets, and their earlier versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http import admission
from server.api.http.envelope import Answer, Rendered
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import media as media_wire
from server.api.perch.shapes.media import Media
from server.api.perch.shapes.new_tweets import Sensitive, Warning
from server.api.perch.tweet_ids import or_of_repost
from server.api.perch.tweets import OneTweet, one_tweet
from server.core.errors import (
    BrokenPicture,
    MediaInUse,
    MediaNotFound,
    NotAuthor,
    QuotaExceeded,
    TooManyVersions,
    TweetNotFound,
    VersionNotFound,
)
from server.core.viewer import Viewer
from server.features.edits import edits, versions
from server.features.edits.edits import Edited
from server.features.edits.feature import EDITS
from server.features.edits.versions import Version
from server.features.media.urls import MediaUrls
from server.features.mentions import mentions
from server.features.mentions.feature import MENTIONS
from server.features.timelines.timelines import EMBEDDED_LIKERS
from server.features.tweets.checks import MAX_MEDIA
from server.features.tweets.cover import cover

bp = Blueprint("edits", url_prefix="/api/tweets")


class PictureInEdit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One of the tweet's pictures, or a new one."""

    id: int
    alt: Annotated[str | None, Meta(description="A new description; without it, the description stays.")] = (
        None
    )


class EditedTweet(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that edits a tweet: its whole new content.

    Text, pictures and a warning that it leaves out are removed; `sensitive` falls back to your preference; a
    poll stays.
    """

    text: str = ""
    media: Annotated[
        list[PictureInEdit], Meta(description=f"Up to {MAX_MEDIA} pictures, in the order to show them.")
    ] = []
    warning: Warning = None
    sensitive: Sensitive = None


class EarlierVersion(msgspec.Struct, frozen=True):
    """What a tweet said from `written_at` on, until the next version."""

    id: int
    text: str
    warning: str | None
    sensitive: bool
    media: list[Media]
    written_at: datetime


class VersionsPage(Answer, frozen=True, kw_only=True):
    """A page of earlier versions, the newest first; the tweet itself isn't among them."""

    versions: list[EarlierVersion]
    next: int | None


def version(one: Version, urls: MediaUrls) -> EarlierVersion:
    """An earlier version as an answer shows it."""
    return EarlierVersion(
        id=one.id,
        text=one.content,
        warning=one.warning,
        sensitive=one.sensitive,
        media=[media_wire.media(picture, urls) for picture in one.media],
        written_at=one.written_at,
    )


@bp.put("/<tweet_id:id>")
@operation(
    scope="write",
    body=EditedTweet,
    answer=OneTweet,
    limit=EDITS,
    errors=(
        TweetNotFound,
        NotAuthor,
        TooManyVersions,
        MediaNotFound,
        MediaInUse,
        BrokenPicture,
        QuotaExceeded,
    ),
)
@or_of_repost
async def edit(request: Request, viewer: Viewer, body: EditedTweet, tweet_id: int) -> Rendered:
    """Edit your tweet. What it said before stays readable as an earlier version.

    Its visibility, its rule for replies and its likes stay as they are. People whom it newly mentions are
    notified; they can see it even if it isn't public, and reply if people it mentions may. People who
    reposted or quoted it are notified at most once an hour. An edit that changes nothing leaves no trace.
    """
    perch = context(request)
    await admission.admit_amount(request, perch.rates, viewer, MENTIONS, mentions.count(body.text))
    new = Edited(
        body.text,
        [one.id for one in body.media],
        {one.id: one.alt for one in body.media if one.alt is not None},
        cover(body.warning, sensitive=body.sensitive),
    )
    await edits.edit(
        viewer,
        tweet_id,
        new,
        jobs=perch.jobs,
        max_length=perch.settings.tweet_max_length,
        day_bytes=perch.settings.text_bytes_per_day,
        links=perch.links,
    )
    return await one_tweet(request, viewer, tweet_id, likers=EMBEDDED_LIKERS)


@bp.get("/<tweet_id:id>/versions")
@operation(scope="read", query=PageQuery, answer=VersionsPage, errors=(TweetNotFound,))
@or_of_repost
async def read(request: Request, viewer: Viewer, query: PageQuery, tweet_id: int) -> VersionsPage:
    """List the earlier versions of a tweet that was edited, the newest first."""
    page = await versions.of_tweet(viewer, tweet_id, limit=query.size, before=query.before)
    urls = context(request).urls
    return VersionsPage(versions=[version(one, urls) for one in page.items], next=page.next)


@bp.delete("/<tweet_id:id>/versions/<version_id:id>")
@operation(scope="write", errors=(TweetNotFound, NotAuthor, VersionNotFound))
@or_of_repost
async def delete(request: Request, viewer: Viewer, tweet_id: int, version_id: int) -> Answer:
    """Delete an earlier version of your tweet, with the pictures that only it shows."""
    await versions.delete(viewer, tweet_id, version_id, context(request).jobs)
    return Answer()
