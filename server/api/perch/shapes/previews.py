"""Previews in answers."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from server.features.previews.preview import PictureRow, PreviewRow


class PreviewPicture(msgspec.Struct, frozen=True):
    """The picture of a page."""

    url: str
    width: Annotated[int, Meta(description="With `height`, its shape: it may have fewer pixels.")]
    height: int
    alt: Annotated[str, Meta(description="What the page says that it shows, or empty.")]
    thumbhash: str


class Preview(msgspec.Struct, frozen=True):
    """A preview of the first page that a tweet links to. All of it but `url` is what that page says."""

    url: str
    title: str
    description: Annotated[str, Meta(description="May be empty.")]
    site: Annotated[str, Meta(description="What the site calls itself. May be empty.")]
    picture: PreviewPicture | None


def preview(row: PreviewRow) -> Preview:
    """A preview as answers show it."""
    picture = row.picture
    return Preview(
        row.url,
        row.title,
        row.description,
        row.site,
        None if picture is None else _picture(picture),
    )


def _picture(row: PictureRow) -> PreviewPicture:
    return PreviewPicture(f"/previews/{row.token}", row.width, row.height, row.alt, row.thumbhash)
