"""Drafts that follow you between devices, and tweets that are published at a time of your choice."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http import admission
from server.api.http.envelope import Answer
from server.api.http.guards import context
from server.api.http.inputs import PageQuery
from server.api.http.operation import operation
from server.api.perch.shapes import drafts as wire
from server.api.perch.shapes.drafts import Draft, SavedDraft
from server.api.perch.tweets import IdempotencyKey, original
from server.core.errors import (
    BrokenPicture,
    DraftNotFound,
    MediaInUse,
    MediaNotFound,
    NotFirst,
    QuotaExceeded,
    QuotesLimited,
    RepliesLimited,
    ThreadTooDeep,
    TooManyDrafts,
    TweetNotFound,
)
from server.core.viewer import Viewer
from server.features.drafts import drafts
from server.features.drafts.feature import SAVES
from server.features.mentions import mentions
from server.features.mentions.feature import MENTIONS

bp = Blueprint("drafts", url_prefix="/api/drafts")


class DraftsQuery(PageQuery, frozen=True):
    """Which drafts, and which part of them."""

    scheduled: Annotated[bool, Meta(description="Scheduled tweets instead of drafts without a time.")] = False


class DraftHeaders(msgspec.Struct, frozen=True, rename={"idempotency_key": "Idempotency-Key"}):
    """How to save a new draft only once: another request with the same key changes that draft."""

    idempotency_key: IdempotencyKey | msgspec.UnsetType = msgspec.UNSET


# What prevents a scheduled tweet from being published, if it is known at once.
PREVENTING = (
    TweetNotFound,
    RepliesLimited,
    QuotesLimited,
    NotFirst,
    ThreadTooDeep,
    MediaInUse,
    BrokenPicture,
)


class OneDraft(Answer, frozen=True, kw_only=True):
    """A draft."""

    draft: Draft


class DraftsPage(Answer, frozen=True, kw_only=True):
    """A page of drafts, the newest first."""

    drafts: list[Draft]
    next: Annotated[int | None, Meta(description="Send this as `before` to get the next page.")]


@bp.get("/")
@operation(scope="read", query=DraftsQuery, answer=DraftsPage)
async def read_all(request: Request, viewer: Viewer, query: DraftsQuery) -> DraftsPage:
    """List your drafts, or your scheduled tweets, the one made last first. Only you can see them."""
    page = await drafts.of_viewer(viewer, scheduled=query.scheduled, limit=query.size, before=query.before)
    urls = context(request).urls
    return DraftsPage(drafts=[wire.draft(one, urls) for one in page.items], next=page.next)


@bp.post("/")
@operation(
    scope="write",
    body=SavedDraft,
    answer=OneDraft,
    status=201,
    limit=SAVES,
    headers=DraftHeaders,
    errors=(TooManyDrafts, MediaNotFound, QuotaExceeded, *PREVENTING),
)
async def add(request: Request, viewer: Viewer, body: SavedDraft, headers: DraftHeaders) -> OneDraft:
    """Save a draft, or schedule a tweet.

    You can have 100 drafts and 300 scheduled tweets. Pictures in them aren't removed as unused. A tweet whose
    time has come is published within a minute, and the draft is gone. If it can't be published, for example
    because the tweet that it replies to was deleted, it stays here with the reason, and you are notified.
    """
    key = None if headers.idempotency_key is msgspec.UNSET else headers.idempotency_key
    return await _save(request, viewer, body, None, key)


@bp.get("/<draft_id:id>")
@operation(scope="read", answer=OneDraft, errors=(DraftNotFound,))
async def read(request: Request, viewer: Viewer, draft_id: int) -> OneDraft:
    """Read one of your drafts."""
    return OneDraft(draft=wire.draft(await drafts.read(viewer, draft_id), context(request).urls))


@bp.put("/<draft_id:id>")
@operation(
    scope="write",
    body=SavedDraft,
    answer=OneDraft,
    limit=SAVES,
    errors=(DraftNotFound, TooManyDrafts, MediaNotFound, QuotaExceeded, *PREVENTING),
)
async def change(request: Request, viewer: Viewer, body: SavedDraft, draft_id: int) -> OneDraft:
    """Replace what a draft says and when it is published."""
    return await _save(request, viewer, body, draft_id, None)


@bp.delete("/<draft_id:id>")
@operation(scope="write", errors=(DraftNotFound,))
async def remove(request: Request, viewer: Viewer, draft_id: int) -> Answer:
    """Delete a draft or a scheduled tweet."""
    await drafts.remove(viewer, draft_id)
    return Answer()


async def _save(
    request: Request, viewer: Viewer, body: SavedDraft, draft_id: int | None, key: str | None
) -> OneDraft:
    perch = context(request)
    # The id of a repost stands for its tweet.
    content = msgspec.structs.replace(
        body.content,
        in_reply_to_id=await original(body.in_reply_to_id),
        quote_of_id=await original(body.quote_of_id),
    )
    if body.publish_at is not None:
        await admission.admit_writes(request, perch.rates, viewer, len(body.tweets) - 1)
        mentioned = sum(mentions.count(part.tweet_data or "") for part in body.tweets)
        await admission.admit_amount(request, perch.rates, viewer, MENTIONS, mentioned)
    saved = await drafts.save(
        viewer,
        content,
        body.time,
        draft_id=draft_id,
        key=key,
        max_length=perch.settings.tweet_max_length,
        day_bytes=perch.settings.text_bytes_per_day,
    )
    return OneDraft(draft=wire.draft(saved, perch.urls))
