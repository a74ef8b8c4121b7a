"""Following's first page by bare asyncpg: every row that the page shows, by the best SQL that we know.

    python -m tools.bench.baselines.following --host /srv/data/run --viewers FILE --seconds 4

One viewer after the other on one connection. Several ways are measured; who compares takes the fastest.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import asyncpg
import click
import uvloop

# A page and one more row, which shows that there is another page.
LIMIT = 51

ROWS = """
    SELECT t.id, t.content, t.created_at, t.likes_count, t.version, t.replies_count, t.reposts_count,
        t.in_reply_to_id, t.thread_root_id, t.visibility, t.part, t.parts,
        a.id AS author_id, a.name, a.handle, p.id AS to_id, p.name AS to_name, p.handle AS to_handle,
        l.tweet_id IS NOT NULL AS liked, r.tweet_id IS NOT NULL AS reposted,
        b.tweet_id IS NOT NULL AS bookmarked, n.tweet_id IS NOT NULL AS pinned, m.media, o.mentions
    FROM page JOIN tweets t ON t.id = page.id JOIN users a ON a.id = t.author_id
    LEFT JOIN users p ON p.id = t.in_reply_to_user_id
    LEFT JOIN likes l ON l.tweet_id = t.id AND l.user_id = $1
    LEFT JOIN reposts r ON r.tweet_id = t.id AND r.user_id = $1
    LEFT JOIN bookmarks b ON b.tweet_id = t.id AND b.user_id = $1
    LEFT JOIN pins n ON n.tweet_id = t.id AND n.user_id = $1
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(id, token, state, alt, width, height, thumbhash) ORDER BY position)
            AS media
        FROM media_attachments WHERE tweet_id = t.id
    ) m ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(u.id, u.name, u.handle) ORDER BY position) AS mentions
        FROM mentions JOIN users u ON u.id = user_id WHERE tweet_id = t.id
    ) o ON t.content LIKE '%@%'
    ORDER BY page.id DESC
"""

AUTHORS = "SELECT followee_id AS author_id FROM follows WHERE follower_id = $1 UNION ALL SELECT $1"

# Whether a tweet `t` is not a reply to somebody whom the viewer doesn't follow.
REACHES = """(
    t.in_reply_to_user_id IS NULL OR t.author_id = $1 OR t.in_reply_to_user_id IN (t.author_id, $1)
    OR EXISTS (SELECT 1 FROM follows WHERE follower_id = $1 AND followee_id = t.in_reply_to_user_id)
)"""

MERGED = f"""
    SELECT newest.id FROM ({AUTHORS}) authors CROSS JOIN LATERAL (
        SELECT id FROM tweets t WHERE t.author_id = authors.author_id AND NOT hidden AND {REACHES}
        ORDER BY id DESC LIMIT {LIMIT}
    ) newest ORDER BY newest.id DESC LIMIT {LIMIT}
"""
SCANNED = f"""
    SELECT id FROM tweets t WHERE author_id = ANY (ARRAY({AUTHORS})) AND NOT hidden AND {REACHES}
    ORDER BY id DESC LIMIT {LIMIT}
"""
RECENT = f"""
    SELECT id FROM (
        SELECT id, author_id, in_reply_to_user_id FROM tweets WHERE NOT hidden ORDER BY id DESC LIMIT 1000
    ) t
    WHERE (
        author_id = $1 OR EXISTS (SELECT 1 FROM follows WHERE follower_id = $1 AND followee_id = t.author_id)
    ) AND {REACHES}
    ORDER BY id DESC LIMIT {LIMIT}
"""

# Ways to find the ids of the page; the first statement of a way that fills the page is used.
WAYS = {
    "the newest of each author, merged": (MERGED,),
    "all tweets from the newest on, those of the authors kept": (SCANNED,),
    "the authors' among the newest thousand; where they do not fill a page, merged": (RECENT, MERGED),
}


async def measure(host: str, viewers: list[int], seconds: float) -> dict[str, dict[str, float]]:
    """Measure each way for its share of the time."""
    connection = await asyncpg.connect(
        host=host, user="perch", database="perch", server_settings={"jit": "off"}
    )
    found = {}
    for name in WAYS:
        ways = await prepared(connection, name)
        for viewer in viewers[:6]:  # wait until PostgreSQL has settled on a plan
            await page(ways, viewer)
        times: list[float] = []
        end = time.perf_counter() + seconds / len(WAYS)
        while time.perf_counter() < end:
            began = time.perf_counter()
            await page(ways, viewers[len(times) % len(viewers)])
            times.append((time.perf_counter() - began) * 1000)
        times.sort()
        found[name] = {"p50_ms": times[len(times) // 2], "p95_ms": times[len(times) * 95 // 100]}
    await connection.close()
    return found


async def prepared(connection: Any, way: str) -> list[Any]:
    """The prepared statements of one way."""
    return [await connection.prepare(f"WITH page AS MATERIALIZED ({ids}) {ROWS}") for ids in WAYS[way]]


async def page(ways: list[Any], viewer: int) -> list[Any]:
    """The rows of the page."""
    rows: list[Any] = []
    for way in ways:
        rows = await way.fetch(viewer)
        if len(rows) == LIMIT:
            break
    return rows


def main() -> None:
    """Measure each way and print its times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", required=True, help="the folder of PostgreSQL's socket")
    parser.add_argument("--viewers", type=Path, required=True, help="lines that begin with the id of a user")
    parser.add_argument("--seconds", type=float, default=4)
    chosen = parser.parse_args()
    viewers = [int(line.split()[0]) for line in chosen.viewers.read_text().splitlines()]
    click.echo(json.dumps(uvloop.run(measure(chosen.host, viewers, chosen.seconds))))


if __name__ == "__main__":
    main()
