"""Pictures in bodies and answers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.features.media.urls import MediaUrls
from server.features.timelines.timeline import MediaRow


class FocalPoint(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The point of a picture that stays visible when it is shown cropped; the centre is 0, 0."""

    x: Annotated[float, Meta(ge=-1, le=1, description="From -1, the left edge, to 1, the right edge.")]
    y: Annotated[float, Meta(ge=-1, le=1, description="From -1, the bottom edge, to 1, the top edge.")]


class Media(msgspec.Struct, frozen=True):
    """A picture. Width, height and thumbhash are null while it is pending."""

    id: int
    url: Annotated[
        str,
        Meta(
            description="The large variant, which fits 1920x1080. For `<img src>`, without a key. Until the "
            "picture is in a tweet, the address is signed and valid for a day from the upload."
        ),
    ]
    small_url: Annotated[str, Meta(description="The small variant, for timelines.")]
    width: Annotated[int | None, Meta(description="Width of the large variant, in pixels.")]
    height: int | None
    thumbhash: Annotated[str | None, Meta(description="A placeholder of about 25 bytes, in base64.")]
    alt: str
    focus: Annotated[FocalPoint | None, Meta(description="Its focal point; null if nobody has set one.")]
    state: Literal["pending", "ready", "broken"]


class DescribedPicture(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that describes a picture: its description, its focal point, or both."""

    alt: Annotated[str | UnsetType, Meta(description="What it shows, for people who can't see it.")] = UNSET
    focus: Annotated[FocalPoint | UnsetType | None, Meta(description="Its focal point; null removes it.")] = (
        UNSET
    )


def media(row: MediaRow, urls: MediaUrls) -> Media:
    """The picture as an answer shows it."""
    return Media(
        id=row.id,
        url=urls.large(row),
        small_url=urls.small(row),
        width=row.width,
        height=row.height,
        thumbhash=row.thumbhash,
        alt=row.alt,
        focus=FocalPoint(*row.focus) if row.focus else None,
        state=row.state.value,  # type: ignore[arg-type]  # `removed` is never read
    )
