"""What covers a tweet until its reader asks to see it."""

from __future__ import annotations

from typing import NamedTuple

from server.core import text

MAX_WARNING = 200


class Cover(NamedTuple):
    """A content warning, which covers text and pictures, and whether the pictures are covered anyway.

    Attributes:
        sensitive: None for what the author has chosen as default.
    """

    warning: str | None = None
    sensitive: bool | None = None


NOT_COVERED = Cover()


def cover(warning: str | None, *, sensitive: bool | None) -> Cover:
    """The cover that a request asks for. An empty warning is none.

    Raises:
        InvalidBody: the warning isn't one visible line of at most MAX_WARNING code points.
    """
    if not warning or not warning.strip():
        return Cover(None, sensitive)
    return Cover(text.line("warning", warning, MAX_WARNING), sensitive=True)
