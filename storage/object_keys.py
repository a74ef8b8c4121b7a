"""Keys: what they may look like, and where the objects of each family lie."""

from __future__ import annotations

import re

from config.values import COPIES as COPIES
from config.values import EXPORTS as EXPORTS
from config.values import INCOMING as INCOMING
from config.values import KEY_PART
from storage.base import InvalidKey

MAX_LENGTH = 512
KEY = re.compile(rf"{KEY_PART}(?:/{KEY_PART})*", re.ASCII)


def checked(key: str) -> str:
    """The key itself. Raises InvalidKey where it is none, so that no path leaves a store's root."""
    if not is_key(key):
        raise InvalidKey(f"not an object key: {key[:80]!r}")
    return key


def is_key(key: str) -> bool:
    """Whether an object may have this key. Others may lie in a bucket, and are never Perch's."""
    return len(key) <= MAX_LENGTH and KEY.fullmatch(key) is not None


# Below this lie the markers that say whose the store is.
MARKERS = "perch-owners/"

# What a picture's URL and variants are named: the token for the large one, with this for the small one.
SMALL = "-small"
MEDIA_NAME = re.compile(rf"(?P<token>[0-9a-f]{{32}})(?:{SMALL})?", re.ASCII)


def incoming(token: str) -> str:
    """Where an uploaded original waits for its worker."""
    return f"{INCOMING}{token}"


def export(token: str) -> str:
    """Where the archive of a user's data lies: never where a public address leads."""
    return f"{EXPORTS}{token}"


def copy(name: str) -> str:
    """Where the second copy of a variant lies; `name` is the URL's last part."""
    return f"{COPIES}{name}"


def variant(folder: str, name: str) -> str:
    """Where a variant lies. `folder` is the setting S3_TWEETS_MEDIA_FOLDER, `name` the URL's last part."""
    return f"{folder.strip('/')}/{name}"


def all_of_picture(token: str, folder: str) -> list[str]:
    """Every object that a picture may have: the original, the large and the small variant."""
    return [incoming(token), variant(folder, token), variant(folder, token + SMALL)]
