"""Pictures in a bucket with a public address."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from config.settings import Settings
from server.api.pages.pages import Client
from server.features.media.media_access import OwnedMedia
from server.features.media.media_attachment import MediaState
from server.features.media.urls import MediaUrls
from server.features.timelines.timeline import MediaRow

TOKEN = "ab" * 16
READY = MediaRow(1, TOKEN, MediaState.READY, "", 10, 10, "x")


def test_finished_pictures_are_linked_from_the_bucket() -> None:
    urls = MediaUrls("https://cdn.example.org/perch/", "tweets_media/")
    assert urls.large(READY) == f"https://cdn.example.org/perch/tweets_media/{TOKEN}"
    assert urls.small(READY) == f"https://cdn.example.org/perch/tweets_media/{TOKEN}-small"


def test_a_pending_picture_is_served_by_the_server() -> None:
    urls = MediaUrls("https://cdn.example.org/perch", "tweets_media/")
    pending = msgspec.structs.replace(READY, state=MediaState.PENDING, width=None, height=None)
    assert urls.large(pending) == f"/media/{TOKEN}"


def test_a_picture_that_no_tweet_shows_is_served_by_the_server() -> None:
    urls = MediaUrls("https://cdn.example.org/perch", "tweets_media/")
    now = datetime.now(UTC)
    alone = OwnedMedia(
        1, TOKEN, MediaState.READY, "", 10, 10, "x", tweet_id=None, created_at=now, media_key=b"key"
    )
    assert urls.small(alone).startswith(f"/media/{TOKEN}-small?until=")
    assert urls.large(msgspec.structs.replace(alone, tweet_id=7)) == urls.large(READY)


def test_the_csp_allows_pictures_only_from_the_bucket() -> None:
    public = Settings(_env_file=None, s3_public_url="https://cdn.example.org/perch")  # type: ignore[call-arg]
    assert "img-src 'self' data: blob: https://cdn.example.org;" in Client(public).files().policy
    private = Settings(_env_file=None)  # type: ignore[call-arg]
    assert "img-src 'self' data: blob:;" in Client(private).files().policy
