"""Create, rename and look up users; what a handle may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import msgspec
from tortoise.exceptions import IntegrityError

from server.core import text
from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction
from server.core.database.locks import AdvisoryLock
from server.core.errors import HandleTaken, InvalidBody, InvalidKey, UserNotFound
from server.core.jobs import Jobs
from server.core.security.api_keys import MEMBER_SCOPES, digest
from server.core.viewer import Person, Viewer
from server.features.api_keys import api_keys as keys
from server.features.api_keys.api_key import ApiKey
from server.features.media.jobs import REMOVE
from server.features.media.media_attachment import Purpose
from server.features.people import about, events, people, pictures
from server.features.people.about import Changes
from server.features.people.people import ProfileRow
from server.features.people.profile_links import VERIFY
from server.features.people.user import User
from server.features.privacy import erasure

HANDLE = re.compile(r"[a-z0-9_]{1,30}", re.ASCII)

# The maximum number of followers and followees embedded in a user's response (set by the contract).
EMBEDDED_PEOPLE = 100

# $1 the user. Of two changes at once, the second replaces the pictures of the first.
LOCK = "SELECT name, avatar FROM users WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE"

# The two users of demo mode, and their public keys.
DEMO_USERS = (("test", "Иван"), ("test1", "Катя"))


async def create(handle: str, name: str | None = None, *, admin: bool = False) -> tuple[User, str]:
    """Create a user with a first key; this is the only time that its text is returned.

    Raises:
        InvalidBody: the handle or the name breaks a rule.
        HandleTaken: another user has this handle.
    """
    if not HANDLE.fullmatch(handle):
        raise InvalidBody(
            f"A handle must be 1 to 30 lower-case ASCII letters, digits or underscores, not {handle!r}."
        )
    shown = text.line("name", name if name is not None else handle, text.NAME_MAX_LENGTH)
    try:
        async with transaction():
            user = await User.create(handle=handle, name=shown, is_admin=admin)
            _, key = await keys.create(user, "first key")
    except IntegrityError:
        raise HandleTaken(f"The handle {handle} is taken.") from None
    return user, key


async def create_demo_users() -> bool:
    """Create the demo users if the database has no users yet; return whether they were created now.

    However many processes start at once, only one of them does it.
    """
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock($1)", AdvisoryLock.DEMO_USERS)
        if await User.exists():
            return False
        for handle, name in DEMO_USERS:
            user = await User.create(handle=handle, name=name, demo=True)
            await ApiKey.create(
                user_id=user.id, hash=digest(handle), name="demo", scopes=list(MEMBER_SCOPES), public=True
            )
    return True


async def have_demo_users() -> bool:
    """Whether the demo users exist. A database that got other people first has none."""
    return await User.filter(demo=True, deleted_at=None).exists()


async def change(
    viewer: Viewer, name: str | None, said: Changes, shown: Mapping[Purpose, int | None], jobs: Jobs
) -> Viewer:
    """Change the viewer's name, pictures, and what they say about themselves; return them as they are now.

    Args:
        name: None leaves it as it is.
        shown: pictures of the profile, or None for none; those that aren't named stay.

    Raises:
        InvalidBody, MediaNotFound, BrokenPicture: something breaks a rule; nothing is changed.
        InvalidKey: the account was deleted meanwhile.
    """
    name = None if name is None else text.line("name", name, text.NAME_MAX_LENGTH)
    said, replaced, has_links = about.checked(said), list[int](), False
    async with transaction():
        before = await row(LOCK, viewer.id)
        if before is None:
            raise InvalidKey
        now = replace(viewer, **before) if name is None else replace(viewer, **before | {"name": name})
        if name is not None:
            await User.filter(id=viewer.id).update(name=name)
        if said != Changes():
            has_links = await about.change(viewer.id, said)
        for purpose, media_id in shown.items():
            path, gone = await pictures.show(viewer.id, purpose, media_id)
            replaced += gone
            if purpose is Purpose.AVATAR:
                now = replace(now, avatar=path)
    is_new = before != {"name": now.name, "avatar": now.avatar}
    changed = [topics.user(viewer.id), *(events.renamed(viewer.id) if is_new else [])]
    await changes.tell([*changed, topics.DELETIONS] if replaced else changed)
    if replaced:
        await jobs.send(REMOVE, replaced)
    if has_links:
        await jobs.send(VERIFY)
    return now


async def by_handle(handle: str, *, leaving: bool = False) -> User:
    """The user with this handle.

    Args:
        leaving: whether to include a user who deleted their account and can still keep it.

    Raises:
        UserNotFound: there is no such user.
    """
    # No query for what can't be one: PostgreSQL doesn't take every character.
    user = await User.get_or_none(handle=handle) if HANDLE.fullmatch(handle) else None
    if user is None or (user.deleted_at is not None and not (leaving and await erasure.leaving(user.id))):
        raise UserNotFound(f"There is no user with the handle {handle}.")
    return user


async def ensure_exists(user_id: int) -> None:
    """Raises UserNotFound if there is no such user."""
    if not await User.exists(id=user_id, deleted_at=None):
        raise UserNotFound


async def profile(viewer: Viewer, user_id: int) -> ProfileRow:
    """A user with counters and the newest followers and followees, the viewer first among them.

    Raises:
        UserNotFound: there is no such user.
    """
    found = await people.profile(user_id, viewer.id, embedded=EMBEDDED_PEOPLE)
    if found is None:
        raise UserNotFound
    me = Person(viewer.id, viewer.name, viewer.handle, viewer.avatar)
    return msgspec.structs.replace(
        found,
        followers=viewer_first(found.followers, me if found.followed else None),
        following=viewer_first(found.following, me if found.follows_viewer else None),
    )


def own_profile_needs(viewer: Viewer) -> list[int]:
    """The topics that the viewer's own profile depends on."""
    return [topics.user(viewer.id), topics.NAMES]


def viewer_first(listed: list[Person], viewer: Person | None) -> list[Person]:
    """The list with the viewer, if given, moved to the front, cut to the maximum length."""
    if viewer is None:
        return listed
    return [viewer, *(person for person in listed if person.id != viewer.id)][:EMBEDDED_PEOPLE]
