"""Pictures in answers, and their URLs."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from server.models.media_access import UNATTACHED_LIFETIME, OwnedMedia
from server.models.media_attachment import MediaState
from server.models.timeline import MediaRow
from server.security import picture_links
from storage import keys


class Media(msgspec.Struct, frozen=True):
    """A picture. Width, height and thumbhash are null while it is pending."""

    id: int
    url: Annotated[
        str,
        Meta(
            description="The large variant; fits 1920x1080. For `<img src>`; no key needed. "
            "Until a tweet shows the picture, the address is signed, and good for a day from the upload."
        ),
    ]
    small_url: Annotated[str, Meta(description="The small variant, for timelines.")]
    width: Annotated[int | None, Meta(description="Of the large variant, in pixels.")]
    height: int | None
    thumbhash: Annotated[str | None, Meta(description="A placeholder of about 25 bytes, in base64.")]
    alt: str
    state: Literal["pending", "ready", "broken"]


class AltText(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The body that describes a picture."""

    alt: Annotated[str, Meta(description="What the picture shows, for people who cannot see it.")]


class MediaUrls:
    """Where browsers find pictures: at `/media/`, or at a public address of the bucket.

    The address of one that no tweet shows yet is Perch's own always, and signed.
    """

    def __init__(self, public_url: str | None, folder: str) -> None:
        self._public = f"{public_url.rstrip('/')}/" if public_url else None
        self._folder = folder

    def large(self, media: MediaRow) -> str:
        """The URL of the large variant. While a picture is pending, Perch itself answers for it."""
        return self._url(media, media.token)

    def small(self, media: MediaRow) -> str:
        """The URL of the small variant."""
        return self._url(media, media.token + keys.SMALL)

    def _url(self, media: MediaRow, name: str) -> str:
        if isinstance(media, OwnedMedia) and media.tweet_id is None:
            until = int((media.created_at + UNATTACHED_LIFETIME).timestamp())
            signature = picture_links.sign(media.media_key, media.token, until)
            return f"/media/{name}?until={until}&signature={signature}"
        if self._public is None or media.state != MediaState.READY:
            return f"/media/{name}"
        return self._public + keys.variant(self._folder, name)

    def media(self, row: MediaRow) -> Media:
        """The picture as an answer shows it."""
        return Media(
            id=row.id,
            url=self.large(row),
            small_url=self.small(row),
            width=row.width,
            height=row.height,
            thumbhash=row.thumbhash,
            alt=row.alt,
            state=row.state.value,  # type: ignore[arg-type]  # `removed` is never read
        )
