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
    act: Annotated[str, Meta(description="Such as `user.suspend`.")]
    on_terminal: Annotated[bool, Meta(description="Whether it was a command on the server's terminal.")]
    actor: Annotated[Person | None, Meta(description="Who; null on the terminal, and once deleted.")]
    key_id: Annotated[int | None, Meta(description="By which key.")]
    user: Annotated[Person | None, Meta(description="To whom; null once deleted.")]
    user_id: int | None
    subject_id: Annotated[int | None, Meta(description="The tweet, key or invitation.")]
    details: dict[str, Any]


def act(row: ActRow) -> Act:
    """The act as an answer shows it."""
    return msgspec.convert(row, Act, from_attributes=True)
