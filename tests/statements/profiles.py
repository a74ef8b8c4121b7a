"""The statements of what people say about themselves, of notes about them, and of their pictures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.core.paging import NEWEST
from server.features.media import media
from server.features.media.media_attachment import Purpose
from server.features.notes import notes
from server.features.people import about, accounts, directory, pictures, profile_links
from tests.statements import Landmarks, Statements

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    pair = [at.keen, at.busiest_author]
    return {
        "hold a profile that is changed": (accounts.LOCK, [at.keen]),
        "change a profile": (about.CHANGE, [at.keen, "a bio", None, "[]", True]),
        "forget links of a profile": (profile_links.DROP, [at.keen, ["https://example.org"]]),
        "keep links of a profile": (profile_links.ADD, [at.keen, ["https://example.org"]]),
        "claim links of profiles": (profile_links.CLAIMED, [8, timedelta(minutes=3)]),
        "keep what a link leads to": (profile_links.SAVE, [1, LATER, True, timedelta(days=7)]),
        "put a link off": (profile_links.PUT_OFF, [1, LATER, timedelta(minutes=1), 1]),
        "erase: links of a profile": (profile_links.ERASE, [at.keen]),
        "erase: the profile": (about.ERASE, [at.keen]),
        "show a picture on a profile": (pictures.SHOW, [at.newest, at.photographer, "avatar"]),
        "replace a picture of a profile": (pictures.REPLACE, [at.photographer, "avatar", None]),
        "set an avatar": (pictures.SET[Purpose.AVATAR], [at.photographer, None]),
        "set a header": (pictures.SET[Purpose.HEADER], [at.photographer, None]),
        "note": (notes.WRITE, [*pair, "met in Berlin"]),
        "delete a note": (notes.DELETE, pair),
        "erase: notes": (notes.ERASE, [at.keen, 100]),
        "export: notes": (notes.EXPORT, [at.keen, 0, 50]),
        "the newest members": (directory.NEW, [at.reader, NEWEST, 51]),
        "active members": (directory.ACTIVE, [at.reader, NEWEST, 51]),
        "describe a picture": (media.DESCRIBE, [at.newest, at.photographer, "a hill", True, [0.5, 0.5]]),
    }
