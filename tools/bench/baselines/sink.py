"""Sanic writing the body of an upload to a file, and nothing else.

python -m tools.bench.baselines.sink --port 8001
"""

from __future__ import annotations

import argparse
import tempfile
from typing import Any

from sanic import Request, Sanic
from sanic.response import HTTPResponse

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--port", type=int, required=True)
chosen = parser.parse_args()

app: Sanic[Any, Any] = Sanic("sink")


@app.post("/api/medias", stream=True)
async def upload(request: Request) -> HTTPResponse:
    """Write the whole body to the file as it arrives."""
    stream: Any = request.stream
    with tempfile.TemporaryFile() as file:
        while (chunk := await stream.read()) is not None:
            file.write(chunk)
    return HTTPResponse(b"", 201)


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=chosen.port, workers=2, access_log=False, motd=False)
