"""Earlier versions of a user's tweets in the data export. They are erased with the tweets."""

from __future__ import annotations

from server.core.personal import Exported, PersonalData

EXPORT = """
    SELECT id, tweet_id, content AS text, warning, sensitive, media::text AS pictures, written_at
    FROM tweet_versions WHERE author_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""

PERSONAL = PersonalData(
    (Exported("versions", "earlier versions of your tweets", EXPORT, nested=("pictures",)),),
    (),
    ("SELECT 1 FROM tweet_versions WHERE author_id = u.id",),
)
