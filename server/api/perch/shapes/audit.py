"""Administrative acts in answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from server.core.audit_rows import ActRow
from server.core.viewer import Person


class Act(msgspec.Struct, frozen=True):
    """What an administrator did."""

    id: int
    at: datetime
    act: Annotated[str, Meta(description="The kind of act, such as `user.suspend`.")]
    on_terminal: Annotated[bool, Meta(description="Whether it was a command on the server's terminal.")]
    actor: Annotated[Person | None, Meta(description="Who did it; null on the terminal, or if deleted.")]
    key_id: Annotated[int | None, Meta(description="The key that was used.")]
    user: Annotated[Person | None, Meta(description="The user it concerns; null if deleted.")]
    user_id: int | None
    subject_id: Annotated[int | None, Meta(description="The tweet, key or invitation it concerns.")]
    details: dict[str, Any]


def act(row: ActRow) -> Act:
    """The act as an answer shows it."""
    return msgspec.convert(row, Act, from_attributes=True)
