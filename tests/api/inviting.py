"""Making invitations by HTTP, and using what they give."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.callers import Answer, Caller

GONE = (404, "invitation_not_found")


def with_key(caller: Caller, key: str) -> Caller:
    """The same person with another key."""
    return dataclasses.replace(caller, key=key)


async def invite(by: Caller, **body: Any) -> Answer:
    """A new invitation."""
    made = await by.post("/api/invitations", json=body)
    assert made.status == 201, made.body
    return made
