"""The server's own keys, made when they are first needed, and the same on every machine."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from server.core.security.keyring import Keyring
from server.operations import server_key
from server.operations.server_key import Purpose, ServerKey

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

# The length of a key in bytes.
LENGTH = 32


async def listed() -> list[ServerKey]:
    """All keys, the current ones first; creates missing ones."""
    found = await server_key.listed()
    missing = set(PURPOSES) - {key.purpose for key in found if key.is_current}
    if not missing:
        return found
    for purpose in sorted(missing):
        await server_key.add(ServerKey(purpose, secrets.token_bytes(LENGTH)))
    return await server_key.listed()


async def keyring() -> Keyring:
    """The keyring that verifies records of dumps. It creates no keys, as the database may be read-only."""
    return keyring_of(await server_key.listed())


async def signing() -> Keyring:
    """The keyring that signs and verifies records of dumps."""
    return keyring_of(await listed())


def keyring_of(keys: Sequence[ServerKey]) -> Keyring:
    """A keyring of these keys; an empty one verifies nothing."""
    return Keyring([key.material for key in keys if key.purpose == "dumps"])


def joined(first: Sequence[ServerKey], others: Sequence[ServerKey]) -> list[ServerKey]:
    """Both together: the current keys are those of the first; the others still verify what they signed."""
    current = {key.purpose for key in first if key.is_current}
    known = {(key.purpose, key.material) for key in first}
    return [
        *first,
        *(
            replace(key, is_current=key.is_current and key.purpose not in current)
            for key in others
            if (key.purpose, key.material) not in known
        ),
    ]
