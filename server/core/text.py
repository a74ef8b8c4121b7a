"""Rules for the text that people type."""

from __future__ import annotations

import regex

from server.core.errors import InvalidBody

# Text is limited in bytes as well as in characters, because one grapheme cluster can hold any number of
# combining marks. A letter with four of them fits into 16 bytes, as does an emoji with a skin tone.
BYTES_PER_CHARACTER, TWEET_MAX_BYTES = 16, 16 * 1024
ALT_MAX_LENGTH = 1500  # as long as Mastodon's
NAME_MAX_LENGTH = 50
KEY_NAME_MAX_LENGTH = 50

GRAPHEME = regex.compile(r"\X")

# The two letters of a flag are one character. The pattern above takes quadratic time for a long run of them.
FLAG_LETTERS = regex.compile("[\U0001f1e6-\U0001f1ff]{1,2}")
CONTROL = regex.compile(r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]")

# Characters that would reverse the text after a name (UAX 9, explicit directional formatting).
DIRECTION = regex.compile("[\u202a-\u202e\u2066-\u2069]")

# A visible character. Fillers count as letters, but they are invisible.
VISIBLE = regex.compile(r"[\p{L}\p{N}\p{P}\p{S}--[\u115f\u1160\u2800\u3164\uffa0]]", regex.VERSION1)


def count_graphemes(text: str) -> int:
    """The number of characters as people count them: extended grapheme clusters (UAX 29)."""
    if text.isascii():  # in ASCII, only CR LF is a cluster of two
        return len(text) - text.count("\r\n")
    return sum(1 for _ in GRAPHEME.finditer(FLAG_LETTERS.sub("x", text)))


def most_bytes(maximum: int) -> int:
    """The most bytes that a text of at most `maximum` characters may have."""
    return min(BYTES_PER_CHARACTER * maximum, TWEET_MAX_BYTES)


def storable(field: str, text: str) -> str:
    """Return the text unchanged, or refuse it if PostgreSQL or UTF-8 can't hold it."""
    if "\0" in text:
        raise InvalidBody(f"{field} must not contain the NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidBody(f"{field} must not contain half of a surrogate pair.") from None
    return text


def bounded(field: str, text: str, maximum: int) -> str:
    """Return the text if it is storable, has at most `maximum` graphemes, and isn't too large in bytes."""
    storable(field, text)
    if (size := len(text.encode())) > (most := most_bytes(maximum)):
        raise InvalidBody(
            f"{field} has {size} bytes; at most {most} are allowed for {maximum} characters. Combining marks "
            "and joined emoji look like one character but take several bytes."
        )
    if (length := count_graphemes(text)) > maximum:
        raise InvalidBody(f"{field} has {length} characters; at most {maximum} are allowed.")
    return text


def line(field: str, text: str, maximum: int) -> str:
    """Return a name without surrounding space: one visible line of at most `maximum` code points."""
    trimmed = storable(field, text).strip()
    if not VISIBLE.search(trimmed):
        raise InvalidBody(f"{field} must not be empty.")
    if DIRECTION.search(trimmed):
        raise InvalidBody(f"{field} must not contain characters that change the text direction.")
    if CONTROL.search(trimmed):
        raise InvalidBody(f"{field} must be a single line without control characters.")
    if len(trimmed) > maximum:
        raise InvalidBody(f"{field} has {len(trimmed)} characters; at most {maximum} are allowed.")
    return trimmed
