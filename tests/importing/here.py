"""What is in this Perch, in a word for each table."""

from __future__ import annotations

from server.core.database.connection import row, rows

TABLES = (
    *("users", "api_keys", "tweets", "likes", "follows", "media_attachments", "instance"),
    *("imports", "import_steps", "import_exceptions", "import_pictures"),
)


async def contents(*tables: str) -> dict[str, str]:
    """Every table in one word."""
    return {
        table: str(await rows(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"))
        for table in tables or TABLES
    }


async def count(table: str) -> int:
    found = await row(f"SELECT count(*) AS n FROM {table}")
    assert found is not None
    return int(found["n"])
