"""Archives of one's data, and the deletion of accounts, in bodies and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from server.features.privacy.erasure import LeavingRow
from server.features.privacy.export import ExportRow


class Confirmation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The request body that deletes an account."""

    handle: Annotated[str, Meta(description="The handle of the account, so that none is deleted by mistake.")]


class Deletion(msgspec.Struct, frozen=True):
    """An account that its owner deleted, while it can still be kept."""

    handle: str
    name: str
    erase_after: Annotated[datetime, Meta(description="Until when you can keep it. After that it is erased.")]


class Export(msgspec.Struct, frozen=True):
    """An archive of your data."""

    state: Annotated[
        Literal["pending", "ready", "failed"],
        Meta(description="Being made; ready to download; failed, so ask again."),
    ]
    created_at: datetime
    size: Annotated[int | None, Meta(description="Bytes, once it is ready.")]
    expires_at: Annotated[datetime | None, Meta(description="Until when you can download it.")]


def deletion(row: LeavingRow) -> Deletion:
    """The deletion as an answer shows it."""
    return msgspec.convert(row, Deletion, from_attributes=True)


def export(row: ExportRow) -> Export:
    """The archive as an answer shows it."""
    return Export(row.state, row.created_at, row.size, row.expires_at)
