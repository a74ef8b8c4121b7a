"""Following's first page by bare asyncpg: every row that the page shows, by the best SQL that we know.

    python -m tests.bench.baselines.following --host /srv/data/run --viewers FILE --seconds 4

One viewer after the other on one connection. Several statements are tried; who compares takes the fastest.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import asyncpg
import click
import uvloop

# A page and one more, by which it is known that it goes on.
LIMIT = 51

ROWS = """
    SELECT t.id, t.content, t.created_at, t.likes_count, t.version,
        l.tweet_id IS NOT NULL AS liked, a.id AS author_id, a.name, a.handle, m.media
    FROM page JOIN tweets t ON t.id = page.id JOIN users a ON a.id = t.author_id
    LEFT JOIN likes l ON l.tweet_id = t.id AND l.user_id = $1
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(id, token, state, alt, width, height, thumbhash) ORDER BY position)
            AS media
        FROM media_attachments WHERE tweet_id = t.id
    ) m ON true
    ORDER BY page.id DESC
"""

AUTHORS = "SELECT followee_id AS author_id FROM follows WHERE follower_id = $1 UNION ALL SELECT $1"

# Each gives the ids of the page.
STATEMENTS = {
    "the newest of each author, merged": f"""
        SELECT newest.id FROM ({AUTHORS}) authors CROSS JOIN LATERAL (
            SELECT id FROM tweets t WHERE t.author_id = authors.author_id ORDER BY id DESC LIMIT {LIMIT}
        ) newest ORDER BY newest.id DESC LIMIT {LIMIT}
    """,
    "all tweets from the newest on, those of the authors kept": f"""
        SELECT id FROM tweets WHERE author_id = ANY (ARRAY({AUTHORS})) ORDER BY id DESC LIMIT {LIMIT}
    """,
}


async def measure(host: str, viewers: list[int], seconds: float) -> dict[str, dict[str, float]]:
    """Each statement for its part of the time."""
    connection = await asyncpg.connect(
        host=host, user="perch", database="perch", server_settings={"jit": "off"}
    )
    found = {}
    for name, ids in STATEMENTS.items():
        page = await connection.prepare(f"WITH page AS MATERIALIZED ({ids}) {ROWS}")
        for viewer in viewers[:6]:  # until PostgreSQL has settled on a plan
            await page.fetch(viewer)
        times: list[float] = []
        end = time.perf_counter() + seconds / len(STATEMENTS)
        while time.perf_counter() < end:
            began = time.perf_counter()
            await page.fetch(viewers[len(times) % len(viewers)])
            times.append((time.perf_counter() - began) * 1000)
        times.sort()
        found[name] = {"p50_ms": times[len(times) // 2], "p95_ms": times[len(times) * 95 // 100]}
    await connection.close()
    return found


def main() -> None:
    """Measure, and print the times of each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", required=True, help="the folder of PostgreSQL's socket")
    parser.add_argument("--viewers", type=Path, required=True, help="ids of users, one a line")
    parser.add_argument("--seconds", type=float, default=4)
    chosen = parser.parse_args()
    viewers = [int(line) for line in chosen.viewers.read_text().split()]
    click.echo(json.dumps(uvloop.run(measure(chosen.host, viewers, chosen.seconds))))


if __name__ == "__main__":
    main()
