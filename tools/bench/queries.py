"""How long each statement takes as the data grows, by bare asyncpg; and its plan on the largest.

    .venv/bin/python -m tools.bench.queries --folder /var/tmp/perch-queries

Prints the Markdown of docs/performance.md, section "Query plans". The databases are generated into the
folder, for a PostgreSQL of our own, and stay there, so that the second time starts at once: a million tweets
take 2.5 GB.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from pathlib import Path
from typing import Any

import asyncpg
import click

from server.core.database.connection import SESSION_SETTINGS
from server.generate.size import Size
from tests import servers
from tests.statements import generated, landmarks, statements
from tools.measuring.figures import median
from tools.measuring.tables import markdown

# Rounds over all sizes, and how often each statement runs in each.
ROUNDS, TIMES = 10, 40

# The statements whose plans are shown.
SHOWN = (
    "All",
    "Following, of 300",
    "Following, of 5,000, merged",
    "the rows of a page",
    "the viewer's likes on a page",
)

# Parts of a plan: what it does, without estimated costs; and details to leave out.
COST, LEFT_OUT = (
    re.compile(r"  \(cost=[^)]*\)"),
    ("Buffers:", "Planning:", "Index Searches:", "Heap Fetches:", "Storage:"),
)


async def measure(folder: Path, tweets: list[int]) -> None:
    """Measure everything on a server of its own."""
    with servers.embedded_servers(folder) as settings:
        connections = []
        for number in tweets:
            click.echo(f"{number} tweets", err=True)
            address = await generated(settings, f"of_{number}", Size.of(number))
            connections.append(
                await asyncpg.connect(**address.connect_arguments(), server_settings=SESSION_SETTINGS)
            )
        at = [statements(await landmarks(connection)) for connection in connections]
        reads = [name for name, (sql, _) in at[0].items() if not is_write(sql)]
        rows = []
        for name in reads:
            click.echo(name, err=True)
            times = await in_turn(connections, [of_size[name] for of_size in at])
            rows.append((name, *(shown(found) for found in times)))
        click.echo(markdown(("median / p99, ms", *(f"{number:,} tweets" for number in tweets)), rows))
        for name in SHOWN:
            sql, values = at[-1][name]
            plan = await connections[-1].fetch(f"EXPLAIN (ANALYZE, TIMING off, SUMMARY off) {sql}", *values)
            click.echo(f"\n{name}:\n\n```\n{shortened([row[0] for row in plan])}\n```")
        for connection in connections:
            await connection.close()


async def in_turn(connections: list[Any], of_sizes: list[tuple[str, list[Any]]]) -> list[list[float]]:
    """The times at each size in milliseconds, measured alternately."""
    prepared = [
        await connection.prepare(sql) for connection, (sql, _) in zip(connections, of_sizes, strict=True)
    ]
    times: list[list[float]] = [[] for _ in prepared]
    for number in range(1 + ROUNDS):
        for statement, (_, values), found in zip(prepared, of_sizes, times, strict=True):
            for _ in range(TIMES):
                began = time.perf_counter()
                await statement.fetch(*values)
                if number:  # the first round fills caches and lets PostgreSQL settle on a plan
                    found.append((time.perf_counter() - began) * 1000)
    return times


def is_write(sql: str) -> bool:
    """Whether the statement changes data."""
    return any(word in sql for word in ("INSERT ", "DELETE ", "UPDATE "))


def shown(times: list[float]) -> str:
    """The median, and the time that 99 of 100 runs do not exceed."""
    return f"{median(times):.2f} / {sorted(times)[len(times) * 99 // 100]:.2f}"


def shortened(plan: list[str]) -> str:
    """The nodes of the plan, with the number of rows that each returned."""
    lines = [COST.sub("", line) for line in plan if not line.strip().startswith(LEFT_OUT)]
    return "\n".join(line[:110] for line in lines)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the databases are kept")
    parser.add_argument("--tweets", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(measure(chosen.folder.resolve(), chosen.tweets))


if __name__ == "__main__":
    main()
