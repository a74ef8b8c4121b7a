"""Keys in bodies and answers. The text of a key is in one answer only, the one that made it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.core.security.api_keys import HeldScope, Scope
from server.features.api_keys.api_key import ApiKey


class NewKey(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that creates a key."""

    name: Annotated[str, Meta(description="What the key is for: one line of 1 to 50 characters.")]
    scopes: Annotated[
        list[Scope] | None,
        Meta(
            description="`read`; `write`: tweets, likes, follows and pictures; `account`: keys, links, the "
            "name, the archive, and deleting the account; `admin`. No more than the key you use has, which "
            "is also the default."
        ),
    ] = None
    expires_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(
            description="With a time zone, and no later than when the key you use expires, which is also the "
            "default."
        ),
    ] = None


class Key(msgspec.Struct, frozen=True):
    """A key's data, without the key itself."""

    id: int
    name: str
    scopes: Annotated[
        list[HeldScope],
        Meta(description="`archive` downloads the archive: keys from before the scope `account` have it."),
    ]
    created_at: datetime
    expires_at: datetime | None
    made_with: Annotated[int | None, Meta(description="The key that was used to make it.")]
    current: Annotated[bool, Meta(description="Whether it is the key you use.")]


def key(record: ApiKey, current_id: int) -> Key:
    """The key as an answer shows it."""
    return Key(
        id=record.id,
        name=record.name,
        scopes=record.scopes,  # type: ignore[arg-type]  # a check in the table
        created_at=record.created_at,
        expires_at=record.expires_at,
        made_with=record.made_with_id,
        current=record.id == current_id,
    )
