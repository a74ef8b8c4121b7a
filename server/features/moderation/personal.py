"""What administrators did to a user, and what the user did as one, in the data export. Erasure keeps it."""

from __future__ import annotations

from server.core.personal import Exported, PersonalData

# Reasons are left out: they are for administrators.
EXPORT = """
    SELECT id, at, act, actor_id IS NOT DISTINCT FROM $1 AS done_by_you, subject_id,
        (details - 'reason')::text AS details
    FROM audit_acts WHERE (user_id = $1 OR actor_id = $1) AND id > $2 ORDER BY id LIMIT $3
"""

PERSONAL = PersonalData(
    (
        Exported(
            "acts",
            "what administrators did to you (a suspension, a deleted tweet), and what you did as one",
            EXPORT,
            nested=("details",),
        ),
    )
)
