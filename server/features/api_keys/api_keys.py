"""Create, list and revoke API keys, and check them at each request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from tortoise.expressions import Q

from server.core import audit, text
from server.core.audit import Act, Actor
from server.core.cache import changes, topics
from server.core.cache.store import Entry, Store
from server.core.database.connection import row, rows, transaction
from server.core.errors import (
    AccountSuspended,
    Administrator,
    InvalidBody,
    InvalidKey,
    KeyNotFound,
    OutOfScope,
    PublicKey,
    QuotaExceeded,
)
from server.core.security import api_keys as keys
from server.core.security.api_keys import HeldScope, Scope
from server.core.viewer import Viewer
from server.features.api_keys.api_key import ApiKey
from server.features.people.user import User

# More than this would be a mistake or abuse.
MAX_KEYS_PER_USER = 100

# The most that may be made within a day, whatever became of them; and how many that have expired are listed.
MAX_KEYS_PER_DAY, MAX_LISTED_EXPIRED = 200, 100

# The longest life that may be asked for; a key without an end lives longer. (PostgreSQL's and Python's
# calendars do end.)
LONGEST_LIFE = timedelta(days=36_500)

# The number of valid keys that a process remembers; they take 3 MB.
MAX_VALID_KEYS = 20_000

# The bytes that a viewer takes in memory.
VIEWER_SIZE = 600

AUTHENTICATE = """
    SELECT k.id AS key_id, k.scopes, k.expires_at AS key_expires_at, u.id, u.handle, u.name, u.is_admin,
        u.erase_after, u.avatar, u.suspended_at IS NOT NULL AS suspended
    FROM api_keys k JOIN users u ON u.id = k.user_id
    WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
      AND (NOT u.demo OR $2)
      AND (u.deleted_at IS NULL OR (u.erase_after > now() AND 'account' = ANY (k.scopes)))
"""

# $1 key, $2 its user, $3 whether to revoke the keys that were made with it too. A key that is revoked already
# still leads to the keys that were made with it.
REVOKE = """
    WITH RECURSIVE ended AS (
        SELECT id FROM api_keys WHERE id = $1 AND user_id = $2
        UNION SELECT k.id FROM api_keys k JOIN ended ON k.made_with_id = ended.id
        WHERE $3 AND k.user_id = $2 AND NOT k.public
    )
    UPDATE api_keys SET revoked_at = now() FROM ended
    WHERE api_keys.id = ended.id AND revoked_at IS NULL RETURNING api_keys.id
"""


# Keys made by processes that don't know the scope `account`: there `write` and `admin` implied it, and `read`
# alone implied `archive`.
ADOPT = """
    UPDATE api_keys SET knows_account = true, scopes = ARRAY(
        SELECT scope FROM unnest(ARRAY['read', 'archive', 'write', 'account', 'admin']) AS scope
        WHERE scope = ANY (scopes) OR (scope = 'account' AND scopes && ARRAY['write', 'admin'])
           OR (scope = 'archive' AND scopes = '{read}')
    ) WHERE NOT knows_account RETURNING id
"""

# $1 user. A user's keys are made and revoked one at a time, so that concurrent creations count each other's
# keys, and revoking a key along with the keys made with it finds all of them.
LOCK = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE"
VALID = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
STANDS = f"SELECT 1 FROM api_keys WHERE id = $1 AND {VALID}"
STANDING = f"SELECT id FROM api_keys WHERE user_id = $1 AND {VALID}"
# When the one was made that is the last of a day's: $2 newer ones.
MADE_BEFORE = "SELECT created_at FROM api_keys WHERE user_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1"


class ValidKeys:
    """Digests of the keys that this process most recently looked up and found valid.

    They may have been revoked since: an entry only shows that the caller isn't guessing.
    """

    def __init__(self) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def holds(self, digest: bytes) -> bool:
        """Whether this key was valid."""
        return digest in self._digests

    def add(self, digest: bytes) -> None:
        """Remember a valid key."""
        self._digests[digest] = None
        self._digests.move_to_end(digest)
        if len(self._digests) > MAX_VALID_KEYS:
            self._digests.popitem(last=False)

    def forget(self, digest: bytes) -> None:
        """Forget a key that is no longer valid."""
        self._digests.pop(digest, None)


async def adopt() -> int:
    """Give the scope `account` to keys made by a process of an earlier version; return their number.

    While a server is upgraded, such a process may run beside this one.
    """
    return len(await rows(ADOPT))


def known(key: str, store: Store) -> Entry | None:
    """The cached viewer with this key, if there is one; changes to keys or permissions end it."""
    if len(key) > keys.MAX_LENGTH or not key.isascii():
        return None
    return store.entry(("viewer", keys.digest(key)))


async def authenticate(key: str, store: Store, *, demo: bool) -> Viewer | type[InvalidKey | AccountSuspended]:
    """The viewer with this key, read in one query.

    InvalidKey if it is unknown, mistyped, expired or revoked, or its user is deleted; AccountSuspended if it
    would be valid otherwise. While an account can be kept, keys with the scope `account` are valid. The error
    isn't raised here, because the response is delayed: it would keep alive all that was needed to look.

    Args:
        demo: whether the demo users' keys are accepted.
    """
    if not keys.is_plausible(key):
        return InvalidKey
    before, digest = store.versions.all(), keys.digest(key)
    found = await row(AUTHENTICATE, digest, demo)
    if found is None:
        return InvalidKey
    if found.pop("suspended"):
        return AccountSuspended
    scopes = frozenset(cast(list[HeldScope], found.pop("scopes")))
    viewer = Viewer(**found, scopes=scopes if found["is_admin"] else scopes - {"admin"})
    needed = [topics.EVERYTHING, topics.keys_of(viewer.id)]
    store.put(("viewer", digest), viewer, VIEWER_SIZE, needed, before.of(needed))
    return viewer


async def create(
    user: User,
    name: str,
    scopes: Sequence[Scope] | None = None,
    expires_at: datetime | None = None,
    *,
    made_with: int | None = None,
    beyond_bound: bool = False,
) -> tuple[ApiKey, str]:
    """Create a key; this is the only time that its text is returned.

    Args:
        scopes: None for every scope that the user may have.
        made_with: the id of the key that authenticated the request.
        beyond_bound: whether to create it even if the user already has the maximum number of keys.

    Raises:
        InvalidBody: the name, the scopes, the expiry or the number of keys breaks a rule.
        OutOfScope: only administrators may have keys with these scopes.
        InvalidKey: the authenticating key was revoked or expired in the meantime.
        QuotaExceeded: the user has made too many keys within a day.
    """
    allowed = keys.SCOPES if user.is_admin else keys.MEMBER_SCOPES
    chosen = list(dict.fromkeys(scopes)) if scopes is not None else list(allowed)
    if not chosen:
        raise InvalidBody("scopes must include at least one of read, write, account and admin.")
    if beyond := [scope for scope in chosen if scope not in allowed]:
        raise OutOfScope(f"Only administrators can have a key with the scope {beyond[0]}.")
    if expires_at is not None and not timedelta() < expires_at - datetime.now(UTC) <= LONGEST_LIFE:
        raise InvalidBody(f"expires_at must be in the future and at most {LONGEST_LIFE.days} days away.")
    shown = text.line("name", name, text.KEY_NAME_MAX_LENGTH)
    key = keys.generate()
    async with transaction():
        await row(LOCK, user.id)
        if made_with is not None and not await row(STANDS, made_with):
            raise InvalidKey
        if not beyond_bound:
            await _ensure_room_today(user.id)
        count = len(await rows(STANDING, user.id))
        if count >= MAX_KEYS_PER_USER and not beyond_bound:
            raise InvalidBody(f"You already have {MAX_KEYS_PER_USER} keys. Revoke one first.")
        record = await ApiKey.create(
            user_id=user.id,
            hash=keys.digest(key),
            name=shown,
            scopes=chosen,
            expires_at=expires_at,
            made_with_id=made_with,
        )
    return record, key


async def create_by(
    viewer: Viewer, name: str, scopes: Sequence[Scope] | None, expires_at: datetime | None
) -> tuple[ApiKey, str]:
    """Create a key for the viewer that allows no more, and lives no longer, than the authenticating key.

    Raises:
        OutOfScope: it would allow more or live longer.
    """
    wanted = list(scopes) if scopes is not None else [s for s in keys.SCOPES if s in viewer.scopes]
    if beyond := [scope for scope in wanted if scope not in viewer.scopes]:
        raise OutOfScope(f"A key without the scope {beyond[0]} can't create one that has it.")
    end = (await ApiKey.get(id=viewer.key_id)).expires_at
    if end is not None and expires_at is not None and expires_at > end:
        raise OutOfScope("A key can't create one that is valid for longer than itself.")
    user = await User.get(id=viewer.id)
    return await create(user, name, wanted, expires_at or end, made_with=viewer.key_id)


async def _ensure_room_today(user_id: int) -> None:
    made = await row(MADE_BEFORE, user_id, MAX_KEYS_PER_DAY - 1)
    now = datetime.now(UTC)
    if made is not None and (again := made["created_at"] + timedelta(days=1)) > now:
        raise QuotaExceeded(
            f"A user can create up to {MAX_KEYS_PER_DAY} keys within 24 hours. You can create more from "
            f"{again:%Y-%m-%dT%H:%M:%SZ}.",
            int((again - now).total_seconds()) + 1,
        )


async def of_user(user_id: int) -> list[ApiKey]:
    """The keys that are not revoked, the newest first; of those that have expired, only the newest ones."""
    kept, now = ApiKey.filter(user_id=user_id, revoked_at=None), datetime.now(UTC)
    valid = await kept.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    expired = await kept.filter(expires_at__lte=now).order_by("-id").limit(MAX_LISTED_EXPIRED)
    return sorted([*valid, *expired], key=lambda key: key.id, reverse=True)


async def revoke(user_id: int, key_id: int, by: Actor | None = None, *, with_made: bool = False) -> list[int]:
    """Revoke one of this user's keys for good; return the ids of all keys that were revoked.

    Args:
        by: the administrator who revokes it; None for the user.
        with_made: also revoke the keys that were made with it, and with those in turn, as after a theft.

    Raises:
        KeyNotFound: it is unknown, another user's, or revoked already.
        PublicKey: it is a demo user's published key, which everybody uses.
        Administrator: it is an administrator's, which only its owner, with the scope `account`, and the
            terminal can revoke.
    """
    if by is not None and not by.is_terminal and await User.exists(id=user_id, is_admin=True):
        raise Administrator
    if await ApiKey.exists(id=key_id, user_id=user_id, public=True):
        raise PublicKey
    async with transaction():
        await row(LOCK, user_id)
        done = [found["id"] for found in await rows(REVOKE, key_id, user_id, with_made)]
        if by is not None:
            for ended in done:
                await audit.record(by, Act.KEY_REVOKED, user_id=user_id, subject_id=ended)
    # Even if it was revoked before: the process that did so may have died before invalidating the caches.
    await changes.tell([topics.keys_of(user_id)])
    if not done:
        raise KeyNotFound
    return done
