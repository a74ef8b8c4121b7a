"""A user's API keys in the data export. They are deleted with the user's row."""

from __future__ import annotations

from server.core.personal import Exported, PersonalData

EXPORT = """
    SELECT id, name, array_to_json(scopes)::text AS scopes, created_at, expires_at, revoked_at
    FROM api_keys WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""

PERSONAL = PersonalData(
    (
        Exported(
            "keys",
            "your API keys, without the keys themselves, which only you know",
            EXPORT,
            nested=("scopes",),
        ),
    )
)
