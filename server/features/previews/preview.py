"""What a preview is in the row of a tweet."""

from __future__ import annotations

import msgspec


class PictureRow(msgspec.Struct, frozen=True):
    """The picture of a preview, which `token` gets from Perch."""

    token: str
    width: int
    height: int
    thumbhash: str
    alt: str


class PreviewRow(msgspec.Struct, frozen=True):
    """The page that a tweet links to."""

    url: str
    title: str
    description: str
    site: str
    picture: PictureRow | None


# SQL for a preview, given as an expression, as JSON; null if there is nothing to show of it (yet).
JSON_OF = """(
    SELECT jsonb_build_object('url', url, 'title', title, 'description', description, 'site', site,
        'picture', CASE WHEN token IS NOT NULL THEN jsonb_build_object(
            'token', token, 'width', width, 'height', height, 'thumbhash', thumbhash, 'alt', alt
        ) END)
    FROM previews WHERE id = {preview} AND title IS NOT NULL
)"""

PREVIEW = msgspec.json.Decoder(PreviewRow)
