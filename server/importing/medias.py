"""Imports which tweet shows which pictures, in which order. See `server.importing.pictures` for the files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from server.importing import files
from server.importing.account import Batch
from server.importing.files import PictureNotTaken
from server.importing.target import Target

# The largest position: it is a `smallint` in the database.
MAX_PLACE = 2**15 - 1

PLAN = """
    INSERT INTO import_pictures (fingerprint, tweet_id, picture_id, place, object_key)
    SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::smallint[], $5::text[])
"""


class Shown(NamedTuple):
    """A picture of a tweet, and the key of its file."""

    tweet_id: int
    picture_id: int
    place: int
    key: str


async def medias(found: Sequence[Any], target: Target) -> Batch:
    """Record which pictures to import; in a dry run, check their files right away."""
    batch = Batch()
    coming = []
    for row in found:
        refused, key = None, files.key_of(row["link"])
        if row["nth"] > 1:
            refused = "it is in the table twice"
        elif not row["has_tweet"]:
            refused = "its tweet is missing or wasn't imported"
        elif not row["has_picture"]:
            refused = "its picture is missing"
        elif key is None:
            refused = "its picture's link leads nowhere"
        elif row["place"] > MAX_PLACE:
            refused = "the tweet has more pictures than Perch can count"
        elif target.dry_run:
            refused = await looked_at(key, target)
        batch.count("medias", taken=target.dry_run and refused is None)
        if refused is not None:
            batch.tell("medias", pair(row["tweet_id"], row["picture_id"]), refused)
        elif target.dry_run:
            target.rehearsed.add(row["picture_id"])
        elif key is not None:
            coming.append(Shown(row["tweet_id"], row["picture_id"], row["place"], key))
    if coming:
        columns = [list(column) for column in zip(*coming, strict=True)]
        await target.connection.execute(PLAN, target.fingerprint, *columns)
    return batch


async def arrays(found: Sequence[Any], _target: Target) -> Batch:
    """Report pictures named only in the arrays: the old server showed those in `medias`."""
    batch = Batch()
    for row in found:
        what = "which isn't among its media" if row["has_picture"] else "which is missing"
        batch.tell("tweets", row["tweet_id"], f"tweet_media_ids names picture {row['picture_id']}, {what}")
    return batch


async def pictures(found: Sequence[Any], target: Target) -> Batch:
    """Report pictures that no tweet shows: their owners are unknown."""
    batch = Batch()
    for row in found:
        batch.count("pictures", taken=row["nth"] == 1 and row["id"] in target.rehearsed)
        if row["nth"] > 1:
            batch.tell("pictures", row["id"], "the id is in the table twice")
        elif not row["shown"]:
            batch.tell("pictures", row["id"], "no tweet uses it")
    return batch


def pair(tweet_id: int, picture_id: int) -> str:
    """The name of a tweet's picture in the report."""
    return f"tweet {tweet_id}, picture {picture_id}"


async def looked_at(key: str, target: Target) -> str | None:
    """Why a file cannot be imported; None if it can, as far as its beginning shows."""
    try:
        await files.look(target.files, key, most=target.media_max_bytes)
    except PictureNotTaken as reason:
        return str(reason)
    return None
