"""The contents of this Perch, as a digest for each table."""

from __future__ import annotations

from server.core.database.connection import row, rows

TABLES = (
    *("users", "api_keys", "tweets", "likes", "follows", "media_attachments", "instance"),
    *("imports", "import_steps", "import_exceptions", "import_pictures"),
)


async def contents(*tables: str) -> dict[str, str]:
    """A digest of each table."""
    return {
        table: str(await rows(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"))
        for table in tables or TABLES
    }


async def count(table: str) -> int:
    found = await row(f"SELECT count(*) AS n FROM {table}")
    assert found is not None
    return int(found["n"])
