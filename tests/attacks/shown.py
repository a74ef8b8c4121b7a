"""The API keys to try: keys wrong in every way, and valid keys with insufficient scopes."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from server.core.security import api_keys as keys
from server.core.security.api_keys import Scope
from server.features.api_keys.api_key import ApiKey
from tests.attacks.routes import Refusal
from tests.callers import Caller

MISSING: Refusal = (401, "missing_key")
INVALID: Refusal = (401, "invalid_key")
BEYOND: Refusal = (403, "out_of_scope")

# All but the whole.
SUBSETS = tuple(
    chosen for number in range(1, len(keys.SCOPES)) for chosen in itertools.combinations(keys.SCOPES, number)
)


@dataclass(frozen=True)
class Shown:
    """How a request presents a key, or something like one, and the answer that it must get."""

    what: str
    refusal: Refusal
    headers: dict[str, bytes] = field(default_factory=dict)
    query: str = ""


NO_KEY = Shown("no key", MISSING)


async def stored(user_id: int, scopes: Sequence[Scope], expires_at: datetime | None = None) -> str:
    """A key of this user's, stored without the domain's checks."""
    key = keys.generate()
    await ApiKey.create(
        user_id=user_id, hash=keys.digest(key), name="x", scopes=list(scopes), expires_at=expires_at
    )
    return key


async def wrong_keys(alice: Caller, administrator: Caller) -> list[Shown]:
    """Keys that nobody has, or that have ended; and keys in places where none belongs."""
    revoked = await stored(alice.id, keys.SCOPES)
    expired = await stored(alice.id, keys.SCOPES, datetime.now(UTC) - timedelta(seconds=1))
    of_administrator = await stored(administrator.id, keys.SCOPES)
    await alice.get("/api/users/me", headers={"api-key": revoked})  # caches must forget it
    record = await ApiKey.get(hash=keys.digest(revoked))
    assert (await alice.delete(f"/api/keys/{record.id}")).status == 200
    right = str(alice.key)
    invalid = {
        "of nobody": keys.generate(),
        "mistyped": right[:-1] + ("0" if right[-1] != "0" else "1"),
        "in the other case": keys.PREFIX + right.removeprefix(keys.PREFIX).swapcase(),
        "cut short": right[:-6],
        "its digest": keys.digest(right).hex(),
        "an invitation's token": keys.generate(keys.INVITATION),
        "very long": "x" * 5000,
        "like SQL": "' OR ''='",
        "not ASCII": "ключ",
        "a demo key where demo is off": "test",
        "revoked": revoked,
        "expired": expired,
    }
    beside = {"api-key": keys.generate().encode(), "authorization": f"Bearer {right}".encode()}
    return [
        *(shown for what, key in invalid.items() for shown in in_all_forms(what, key.encode())),
        Shown("a right key as the name of Basic", INVALID, {"authorization": basic(f"{right}:".encode())}),
        Shown("Basic that is not base64", INVALID, {"authorization": b"Basic ???"}),
        Shown("a wrong key beside a right one", INVALID, beside),
        *nothing_shown(of_administrator),
    ]


def in_all_forms(what: str, key: bytes) -> Iterator[Shown]:
    """A wrong key in each header that may carry one."""
    yield Shown(what, INVALID, {"api-key": key})
    yield Shown(f"{what}, as Bearer", INVALID, {"authorization": b"Bearer " + key})
    yield Shown(f"{what}, in Basic", INVALID, {"authorization": basic(b":" + key)})


def nothing_shown(right: str) -> Iterator[Shown]:
    """A header without a key, and a valid key where the server doesn't look for one."""
    key = right.encode()
    yield Shown("an empty key", MISSING, {"api-key": b""})
    yield Shown("Bearer of nothing", MISSING, {"authorization": b"Bearer"})
    yield Shown("a key without a scheme", MISSING, {"authorization": key})
    yield Shown("a scheme that is not known", MISSING, {"authorization": b"Digest " + key})
    yield Shown("a key in a cookie", MISSING, {"cookie": b"api-key=%b; api_key=%b" % (key, key)})
    yield Shown("a key under other names", MISSING, {"x-api-key": key, "x-forwarded-api-key": key})
    yield Shown("a key in the query", MISSING, query=f"?api-key={right}&api_key={right}&access_token={right}")


async def keys_beyond(needed: tuple[Scope, ...], member: Caller, administrator: Caller) -> list[Shown]:
    """Valid keys that lack the required scope."""
    found = {
        f"an administrator's key for {', '.join(scopes)}": await stored(administrator.id, scopes)
        for scopes in SUBSETS
        if not set(needed) <= set(scopes)
    }
    if "admin" in needed:
        found["a key with all scopes, but not of an administrator"] = await stored(member.id, keys.SCOPES)
    return [Shown(what, BEYOND, {"api-key": key.encode()}) for what, key in found.items()]


def basic(credentials: bytes) -> bytes:
    return b"Basic " + base64.b64encode(credentials)
