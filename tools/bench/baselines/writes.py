"""Sanic and asyncpg: a tweet is one INSERT, a like one upsert and one counter, a vote one upsert.

They are in tables without more.

    python -m tools.bench.baselines.writes --port 8001 --host /srv/data/run

The tables `bench.tweets`, `bench.likes` and `bench.votes` have to be there, and `--host` is where the
server's socket is.
"""

from __future__ import annotations

import argparse
import zlib
from typing import Any

import asyncpg
import msgspec
from sanic import Request, Sanic
from sanic.response import HTTPResponse

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--host", required=True, help="the folder of PostgreSQL's socket")
parser.add_argument("--processes", type=int, default=2)
parser.add_argument("--pool", type=int, default=10, help="connections of each process")
chosen = parser.parse_args()

INSERT = "INSERT INTO bench.tweets (author_id, content) VALUES ($1, $2) RETURNING id"
LIKE = """
    WITH liked AS (
        INSERT INTO bench.likes (tweet_id, user_id) VALUES ($1, $2)
        ON CONFLICT (tweet_id, user_id) DO NOTHING RETURNING 1
    )
    UPDATE bench.tweets SET likes_count = likes_count + 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM liked)
"""
UNLIKE = """
    WITH unliked AS (DELETE FROM bench.likes WHERE tweet_id = $1 AND user_id = $2 RETURNING 1)
    UPDATE bench.tweets SET likes_count = likes_count - 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM unliked)
"""
VOTE = """
    INSERT INTO bench.votes (tweet_id, user_id, choice) VALUES ($1, $2, $3)
    ON CONFLICT (tweet_id, user_id) DO UPDATE SET choice = excluded.choice
"""
DONE = b'{"result":true}'


class NewTweet(msgspec.Struct):
    """The body of a request to tweet."""

    tweet_data: str


class Ballot(msgspec.Struct):
    """The body of a request to vote."""

    choices: list[int]


ballot = msgspec.json.Decoder(Ballot)
decoder = msgspec.json.Decoder(NewTweet)
app: Sanic[Any, Any] = Sanic("writes")


@app.before_server_start
async def connect(app: Sanic[Any, Any]) -> None:
    """Open a connection pool in each process."""
    app.ctx.pool = await asyncpg.create_pool(
        host=chosen.host, user="perch", database="perch", min_size=chosen.pool, max_size=chosen.pool
    )


@app.get("/")
async def ready(_request: Request) -> HTTPResponse:
    """Answers as soon as the server is up."""
    return HTTPResponse(DONE, content_type="application/json")


@app.post("/api/tweets")
async def publish(request: Request) -> HTTPResponse:
    """Publish a tweet with one INSERT."""
    content = decoder.decode(request.body).tweet_data
    tweet_id = await request.app.ctx.pool.fetchval(INSERT, viewer(request), content)
    return HTTPResponse(b'{"result":true,"tweet_id":%d}' % tweet_id, 201, content_type="application/json")


@app.post("/api/tweets/<tweet_id:int>/likes")
async def like(request: Request, tweet_id: int) -> HTTPResponse:
    """Like a tweet with one upsert and one counter."""
    await request.app.ctx.pool.execute(LIKE, tweet_id, viewer(request))
    return HTTPResponse(DONE, content_type="application/json")


@app.delete("/api/tweets/<tweet_id:int>/likes")
async def unlike(request: Request, tweet_id: int) -> HTTPResponse:
    """Take the like back."""
    await request.app.ctx.pool.execute(UNLIKE, tweet_id, viewer(request))
    return HTTPResponse(DONE, content_type="application/json")


@app.post("/api/tweets/<tweet_id:int>/votes")
async def vote(request: Request, tweet_id: int) -> HTTPResponse:
    """Vote with one upsert."""
    (choice,) = ballot.decode(request.body).choices
    await request.app.ctx.pool.execute(VOTE, tweet_id, viewer(request), choice)
    return HTTPResponse(DONE, content_type="application/json")


def viewer(request: Request) -> int:
    """A user id that is always the same for the same key."""
    return zlib.crc32(request.headers["api-key"].encode())


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=chosen.port, workers=chosen.processes, access_log=False, motd=False)
