"""The links that a user made, in the data export. They are deleted with the user's row."""

from __future__ import annotations

from server.core.personal import Exported, PersonalData

EXPORT = """
    SELECT id, note, admin AS administrator, max_uses, used, created_at, expires_at, revoked_at
    FROM invitations WHERE created_by_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""

PERSONAL = PersonalData((Exported("invitations", "the invitation links that you made", EXPORT),))
