"""How many statements the web processes send to PostgreSQL for a request: exact, from PostgreSQL's own log.

`log_statement = all` writes a line for each statement that arrives, with the name of the application; what
triggers do is not among them. Requests come one after the other, so that a count divides well.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncpg

from tests.bench import calls, sides
from tests.bench.load import WARM_UP, Call, press
from tests.bench.row import Row
from tests.bench.stage import Stage, database_of

# The name of the pool that requests use; the hub's connections, which ask by themselves, have another.
WEB = "perch web"

LINE = re.compile(rf"^{WEB}\tLOG:  (?:statement|execute [^:]*): (.*)$", re.MULTILINE)

# What only opens and closes a transaction.
BRACKETS = ("BEGIN", "COMMIT")

REQUESTS = 50

HOT, COLD, PUBLISH = 0, 3, 1


def per_request(stage: Stage) -> list[Row]:
    """A hot page, a cold one, a tweet."""
    keys = stage.usual.keys[:REQUESTS]
    page = calls.reading(calls.FIRST_PAGE, keys)
    with stage.usual.copied() as folder:
        with sides.perch(folder) as perch:
            press(perch.url, page, seconds=WARM_UP)
            for call in calls.publishing(keys[:10]):  # connections have seen every statement
                calls.answer(perch.url, call)
            press(perch.url, page, seconds=WARM_UP)
            hot, hot_texts = counted(folder, perch.url, page)
            publish, publish_texts = counted(folder, perch.url, calls.publishing(keys))
        with sides.perch(folder, CACHE_MB="0") as perch:
            press(perch.url, page, seconds=WARM_UP)  # connections are open, statements prepared
            cold, cold_texts = counted(folder, perch.url, page)
    return [
        Row(
            "database queries per request",
            "",
            f"hot page {HOT}; cold page <= {COLD}; publish <= {PUBLISH} besides BEGIN and COMMIT",
            f"hot page {hot:g}; cold page {cold:g}; publish {publish:g}",
            hot <= HOT and cold <= COLD and publish <= PUBLISH,
            [
                f"{name}: {'; '.join(texts)}"
                for name, texts in (("hot", hot_texts), ("cold", cold_texts), ("publish", publish_texts))
                if texts
            ],
        )
    ]


def counted(folder: Path, url: str, asked: Sequence[Call]) -> tuple[float, list[str]]:
    """Statements per request, and how each begins. BEGIN and COMMIT do not count."""
    with logged(folder) as found:
        for call in asked:
            calls.answer(url, call)
    texts = [text for text in found if text.strip().rstrip(";").upper() not in BRACKETS]
    kinds = dict.fromkeys(" ".join(text.split())[:60] or "(on several lines)" for text in texts)
    return len(texts) / len(asked), list(kinds)


@contextmanager
def logged(folder: Path) -> Iterator[list[str]]:
    """What the web processes send during the block; complete after it."""
    found: list[str] = []
    file = folder / "data" / "logs" / "postgres.log"
    run = partial(execute, folder)
    asyncio.run(run("ALTER SYSTEM SET log_statement = 'all'", "ALTER SYSTEM SET log_line_prefix = E'%a\\t'"))
    start = file.stat().st_size
    try:
        yield found
    finally:
        asyncio.run(run("ALTER SYSTEM RESET log_statement", "ALTER SYSTEM RESET log_line_prefix"))
        with file.open("rb") as log:
            log.seek(start)
            found += LINE.findall(log.read().decode(errors="replace"))


async def execute(folder: Path, *statements: str) -> None:
    """Change settings of the server, and see them taken over by those who are connected."""
    connection = await asyncpg.connect(**database_of(folder))
    try:
        for statement in statements:
            await connection.execute(statement)
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()
    await asyncio.sleep(0.5)
