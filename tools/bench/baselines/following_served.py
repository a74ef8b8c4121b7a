"""Following's first page by bare asyncpg in Sanic: the same rows are read, and fixed bytes are answered.

    python -m tools.bench.baselines.following_served --port 8001 --host /srv/run --viewers FILE --body FILE

`--viewers` holds lines of a user's id and key. It reads in the fastest of the ways of `following.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import asyncpg
from sanic import Request, Sanic
from sanic.response import HTTPResponse

from tools.bench.baselines.following import WAYS, page, prepared

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--host", required=True, help="the folder of PostgreSQL's socket")
parser.add_argument("--viewers", type=Path, required=True)
parser.add_argument("--way", choices=list(WAYS), default=list(WAYS)[-1])
parser.add_argument("--body", type=Path, required=True, help="a file with the bytes to answer")
chosen = parser.parse_args()

BODY = chosen.body.read_bytes()
VIEWERS = {key: int(viewer) for viewer, key in map(str.split, chosen.viewers.read_text().splitlines())}
app: Sanic[Any, Any] = Sanic("following")


@app.before_server_start
async def connect(app: Sanic[Any, Any]) -> None:
    """One connection is enough, because requests come one after the other."""
    connection = await asyncpg.connect(
        host=chosen.host, user="perch", database="perch", server_settings={"jit": "off"}
    )
    app.ctx.ways = await prepared(connection, chosen.way)


@app.get("/<path:path>")
async def answer(request: Request, path: str) -> HTTPResponse:
    """Read the rows, but answer with fixed bytes of the same length."""
    viewer = VIEWERS.get(request.headers.get("api-key", ""))
    if viewer is not None:
        await page(request.app.ctx.ways, viewer)
    return HTTPResponse(BODY, content_type="application/json")


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=chosen.port, workers=2, access_log=False, motd=False)
