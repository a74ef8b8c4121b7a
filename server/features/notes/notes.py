"""What users note about others, for themselves alone."""

from __future__ import annotations

from server.core import personal, text
from server.core.database.connection import row, rows
from server.core.errors import InvalidBody, UserNotFound
from server.core.limits import quotas
from server.core.personal import Exported, Objects, PersonalData
from server.core.viewer import Viewer

MAX_LENGTH = 2_000

# What the viewer $2 notes about a user `u`; null for nothing.
NOTE_ON_USER = "(SELECT note FROM notes WHERE user_id = $2 AND other_id = u.id)"

# $1 the user, $2 the other, $3 the note. No row if there is no such user.
WRITE = """
    INSERT INTO notes (user_id, other_id, note)
    SELECT $1, id, $3 FROM users WHERE id = $2 AND deleted_at IS NULL FOR KEY SHARE
    ON CONFLICT (user_id, other_id) DO UPDATE SET note = excluded.note, written_at = now() RETURNING 1
"""
DELETE = "DELETE FROM notes WHERE user_id = $1 AND other_id = $2"

EXPORT = """
    SELECT n.other_id AS id, n.other_id AS user_id, u.handle, n.note, n.written_at
    FROM notes n JOIN users u ON u.id = n.other_id
    WHERE n.user_id = $1 AND n.other_id > $2 AND u.deleted_at IS NULL ORDER BY n.other_id LIMIT $3
"""
ERASE = """
    DELETE FROM notes WHERE (user_id, other_id) IN (
        (SELECT user_id, other_id FROM notes WHERE user_id = $1 LIMIT $2)
        UNION ALL
        (SELECT user_id, other_id FROM notes WHERE other_id = $1 LIMIT $2)
        LIMIT $2
    ) RETURNING 1
"""


async def write(viewer: Viewer, user_id: int, note: str, *, day_bytes: int) -> None:
    """Note this about a user in place of what the viewer noted before; an empty note deletes it.

    Args:
        day_bytes: how many bytes of text one user may write per day.

    Raises:
        InvalidBody: the note breaks a rule, or is about the viewer.
        UserNotFound: there is no such user.
        QuotaExceeded: the day has no room for the note.
    """
    kept = text.bounded("note", note.strip(), MAX_LENGTH)
    if user_id == viewer.id:
        raise InvalidBody("You can't keep a note on yourself.")
    if not kept:
        await rows(DELETE, viewer.id, user_id)
        return
    await quotas.take_text(viewer.id, kept, day_bytes)
    if await row(WRITE, viewer.id, user_id, kept) is None:
        raise UserNotFound


async def erase(user_id: int, _objects: Objects) -> bool:
    """Delete the user's notes, and those of others about the user."""
    return bool(await rows(ERASE, user_id, personal.BATCH))


PERSONAL = PersonalData(
    (Exported("notes", "your private notes on people; nobody else sees them", EXPORT),),
    (erase,),
    ("SELECT 1 FROM notes WHERE user_id = u.id OR other_id = u.id",),
)
