"""Object keys: their format, and the keys of each family of objects."""

from __future__ import annotations

import re
from collections.abc import Collection

from config.values import COPIES as COPIES
from config.values import EXPORTS as EXPORTS
from config.values import INCOMING as INCOMING
from config.values import KEY_PART
from storage.base import InvalidKey

MAX_LENGTH = 512
KEY = re.compile(rf"{KEY_PART}(?:/{KEY_PART})*", re.ASCII)


def checked(key: str) -> str:
    """Return the key. Raises InvalidKey if it isn't a valid one, so that no path leaves a store's root."""
    if not is_key(key):
        raise InvalidKey(f"not an object key: {key[:80]!r}")
    return key


def is_key(key: str) -> bool:
    """Whether this is a valid object key. A bucket may have objects with other keys, but never Perch's."""
    return len(key) <= MAX_LENGTH and KEY.fullmatch(key) is not None


# The prefix of the markers that say whom the store belongs to.
MARKERS = "perch-owners/"

# URLs and variants of a picture are named by its token: just the token for the large variant, with these
# suffixes for the others. Only avatars have a medium one.
SMALL, MEDIUM = "-small", "-medium"
SUFFIXES = ("", SMALL, MEDIUM)
MEDIA_NAME = re.compile(rf"(?P<token>[0-9a-f]{{32}})(?:{SMALL}|{MEDIUM})?", re.ASCII)


def suffixes(digests: Collection[str]) -> tuple[str, ...]:
    """The suffixes of a picture's variants, by those whose digests are known; of old pictures, none are."""
    return tuple(digests) or ("", SMALL)


def incoming(token: str) -> str:
    """The key under which an uploaded original waits for its worker."""
    return f"{INCOMING}{token}"


def export(token: str) -> str:
    """The key of a user's data archive, which no public URL ever reaches."""
    return f"{EXPORTS}{token}"


def copy(name: str) -> str:
    """The key of a variant's second copy; `name` is the URL's last part."""
    return f"{COPIES}{name}"


def variant(folder: str, name: str) -> str:
    """A variant's key; `folder` is the setting S3_TWEETS_MEDIA_FOLDER, `name` the URL's last part."""
    return f"{folder.strip('/')}/{name}"


def all_of_picture(token: str, folder: str) -> list[str]:
    """The keys of all objects that a picture may have: the original and the variants."""
    return [incoming(token), *(variant(folder, token + suffix) for suffix in SUFFIXES)]
