"""URLs of pictures and tweets."""

from __future__ import annotations

from server.features.media import links as picture_links
from server.features.media.media_access import UNATTACHED_LIFETIME, OwnedMedia
from server.features.media.media_attachment import MediaState
from server.features.timelines.timeline import MediaRow
from storage import object_keys


class MediaUrls:
    """Builds the URLs of pictures: under `/media/`, or under a public address of the bucket.

    A picture that no tweet shows yet always has a signed URL of Perch itself.

    Args:
        site: the address of Perch itself, if it is known.
    """

    def __init__(self, public_url: str | None, folder: str, site: str | None = None) -> None:
        self._site = site or ""
        self._public = f"{public_url.rstrip('/')}/" if public_url else None
        self._folder = folder

    def tweet(self, tweet_id: int) -> str:
        """The address of a tweet's page."""
        return f"{self._site}/tweets/{tweet_id}"

    def large(self, media: MediaRow) -> str:
        """The URL of the large variant. While a picture is pending, Perch itself serves it."""
        return self._url(media, media.token)

    def small(self, media: MediaRow) -> str:
        """The URL of the small variant."""
        return self._url(media, media.token + object_keys.SMALL)

    def _url(self, media: MediaRow, name: str) -> str:
        if isinstance(media, OwnedMedia) and media.tweet_id is None:
            until = int((media.created_at + UNATTACHED_LIFETIME).timestamp())
            signature = picture_links.sign(media.media_key, media.token, until)
            return f"/media/{name}?until={until}&signature={signature}"
        if self._public is None or media.state != MediaState.READY:
            return f"/media/{name}"
        return self._public + object_keys.variant(self._folder, name)
