"""How many statements the web processes send to PostgreSQL per request: exact, from PostgreSQL's own log.

`log_statement = all` logs each statement that arrives, with the name of the application; statements inside
triggers are not included. Requests come one after the other, so that the count can be divided by them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncpg

from server.core.database.own_server import SUPERUSER
from tools.bench import calls, sides
from tools.bench.load import WARM_UP, Call, press
from tools.bench.row import Row
from tools.bench.stage import Stage, database_of

# The name of the pool for requests; the hub's connections, which query by themselves, have another name.
WEB = "perch web"

LINE = re.compile(rf"^{WEB}\tLOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)$", re.MULTILINE)

# Statements that only open and close a transaction.
BRACKETS = ("BEGIN", "COMMIT")

# The query with which asyncpg looks up the types of a statement's arrays, once per connection.
TYPES = ("SELECT current_setting('jit')", "WITH RECURSIVE typeinfo_tree(")

REQUESTS = 50

HOT, COLD, PUBLISH = 0, 3, 1


def per_request(stage: Stage) -> list[Row]:
    """The statements for a hot page, a cold page, and a tweet."""
    keys = stage.usual.keys[:REQUESTS]
    page = calls.reading(calls.FIRST_PAGE, keys)
    with stage.usual.copied() as folder:
        with sides.perch(folder) as perch:
            for warming in (calls.publishing(keys), page):  # connections have seen every statement
                press(perch.url, warming, seconds=WARM_UP)
            hot = counted(folder, perch.url, page)
            publish = counted(folder, perch.url, calls.publishing(keys))
        with sides.perch(folder, CACHE_MB="0") as perch:
            press(perch.url, page, seconds=WARM_UP)  # by now connections are open and statements prepared
            cold = counted(folder, perch.url, page)
    found = {"hot page": hot, "cold page": cold, "publish": publish}
    limits = {"hot page": HOT, "cold page": COLD, "publish": PUBLISH}
    each = {name: len(texts) / REQUESTS for name, texts in found.items()}
    return [
        Row(
            "database queries per request",
            "",
            f"hot page {HOT}; cold page <= {COLD}; publish <= {PUBLISH} besides BEGIN and COMMIT",
            "; ".join(f"{name} {queries:g}" for name, queries in each.items()),
            all(queries <= limits[name] for name, queries in each.items()),
            [
                f"{name}: {'; '.join(dict.fromkeys(text[:60] for text in texts))}"
                for name, texts in found.items()
                if texts
            ],
        )
    ]


def counted(folder: Path, url: str, asked: Sequence[Call]) -> list[str]:
    """The statements of these requests, each on one line, without BEGIN and COMMIT."""
    with logged(folder) as found:
        for call in asked:
            calls.answer(url, call)
    texts = [" ".join(text.split()) for text in found]
    return [text for text in texts if text.rstrip(";").upper() not in BRACKETS and not text.startswith(TYPES)]


@contextmanager
def logged(folder: Path) -> Iterator[list[str]]:
    """What the web processes send during the block; complete once the block has ended."""
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
    """Change settings of the server and wait until connected sessions have adopted them."""
    connection = await asyncpg.connect(**{**database_of(folder), "user": SUPERUSER})
    try:
        for statement in statements:
            await connection.execute(statement)
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()
    await asyncio.sleep(0.5)
