"""Sanic with one handler that answers fixed bytes, whatever is asked.

python -m tools.bench.baselines.fixed --port 8001 --body answer.json --processes 2
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sanic import Request, Sanic
from sanic.response import HTTPResponse

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--body", type=Path, required=True, help="a file with the bytes to answer")
parser.add_argument("--processes", type=int, default=2)
parser.add_argument("--access-log", action="store_true", help="Sanic's own, to standard output")
chosen = parser.parse_args()

BODY = chosen.body.read_bytes()
app = Sanic("fixed")


@app.get("/<path:path>")
async def answer(_request: Request, path: str) -> HTTPResponse:
    """The same bytes always."""
    return HTTPResponse(BODY, content_type="application/json")


if __name__ == "__main__":
    app.run(
        host="127.0.0.1",
        port=chosen.port,
        workers=chosen.processes,
        access_log=chosen.access_log,
        motd=False,
    )
