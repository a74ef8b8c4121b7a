"""What people say about themselves on their profiles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from server.core import text
from server.core.database.connection import row, rows
from server.core.errors import InvalidBody
from server.core.personal import Objects, PersonalData
from server.features.people import profile_links

# As long as Mastodon's.
BIO_MAX_LENGTH = 500
MAX_FIELDS, FIELD_NAME_MAX_LENGTH, FIELD_VALUE_MAX_LENGTH = 4, 60, 255

PRONOUNS_MAX_LENGTH = 40


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of a profile, such as "Website": "perch.example"."""

    name: str
    value: str


class About(msgspec.Struct, frozen=True):
    """What a user says about themselves. Everyone who sees the profile sees it.

    Attributes:
        is_bot: whether a program tweets with this account, as its owner says.
        verified: since when pages that the lines link to are known to lead back, by the lines' values.
    """

    bio: str = ""
    pronouns: str = ""
    fields: list[Field] = []
    is_bot: bool = False
    verified: dict[str, datetime] | None = None


class Changes(msgspec.Struct, frozen=True):
    """What is to be changed; None leaves it as it is."""

    bio: str | None = None
    pronouns: str | None = None
    fields: Sequence[Field] | None = None
    is_bot: bool | None = None


NOTHING = About()

# What a user `u` says, as JSON; null for nothing.
JSON_OF_USER = """(
    SELECT jsonb_build_object('bio', bio, 'pronouns', pronouns, 'fields', fields, 'is_bot', is_bot,
        'verified', {verified})
    FROM profiles WHERE user_id = u.id
)""".replace("{verified}", profile_links.JSON_OF_USER)

# $1 the user, $2 bio, $3 pronouns, $4 fields as JSON, $5 whether it is a bot. Null leaves it as it is.
CHANGE = """
    INSERT INTO profiles AS p (user_id, bio, pronouns, fields, is_bot)
    VALUES ($1, coalesce($2, ''), coalesce($3, ''), coalesce($4::jsonb, '[]'), coalesce($5, false))
    ON CONFLICT (user_id) DO UPDATE SET bio = coalesce($2, p.bio), pronouns = coalesce($3, p.pronouns),
        fields = coalesce($4::jsonb, p.fields), is_bot = coalesce($5, p.is_bot)
    RETURNING 1
"""

ERASE = "DELETE FROM profiles WHERE user_id = $1 RETURNING 1"

_decoder = msgspec.json.Decoder(About)


def decoded(found: str | None) -> About:
    """From a column like `JSON_OF_USER`."""
    return _decoder.decode(found) if found else NOTHING


def checked(new: Changes) -> Changes:
    """The changes as they are stored, without surrounding space and empty fields.

    Raises:
        InvalidBody: one of them breaks a rule.
    """
    bio = None if new.bio is None else text.bounded("bio", new.bio.strip(), BIO_MAX_LENGTH)
    pronouns = None if new.pronouns is None else _line("pronouns", new.pronouns, PRONOUNS_MAX_LENGTH)
    fields = None if new.fields is None else list(_fields(new.fields))
    return Changes(bio, pronouns, fields, new.is_bot)


async def change(user_id: int, new: Changes) -> bool:
    """Store changes that were checked; return whether there are new links, whose pages may lead back."""
    fields = None if new.fields is None else msgspec.json.encode(new.fields).decode()
    await row(CHANGE, user_id, new.bio, new.pronouns, fields, new.is_bot)
    return new.fields is not None and await profile_links.follow(user_id, [one.value for one in new.fields])


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete what the user says about themselves."""
    return bool(await rows(ERASE, user_id))


PERSONAL = PersonalData(
    (),
    (profile_links.erase, erase),
    (
        "SELECT 1 FROM profiles WHERE user_id = u.id",
        "SELECT 1 FROM profile_links WHERE user_id = u.id",
    ),
)


def _line(field: str, words: str, maximum: int) -> str:
    return text.line(field, words, maximum) if words.strip() else ""


def _fields(given: Sequence[Field]) -> list[Field]:
    kept = [one for one in given if one.name.strip() or one.value.strip()]
    if len(kept) > MAX_FIELDS:
        raise InvalidBody(f"fields has {len(kept)} lines; at most {MAX_FIELDS} are allowed.")
    return [
        Field(
            text.line(f"fields[{number}].name", one.name, FIELD_NAME_MAX_LENGTH),
            text.line(f"fields[{number}].value", one.value, FIELD_VALUE_MAX_LENGTH),
        )
        for number, one in enumerate(kept)
    ]
