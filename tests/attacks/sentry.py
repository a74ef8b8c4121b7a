"""A Sentry of our own on the loopback address: it takes what is reported, and shows it."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sentry:
    """What came, as envelopes and as events."""

    port: int
    envelopes: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The payloads of the envelopes' items that are events."""
        found = []
        for envelope in self.envelopes:
            lines = envelope.split("\n")[1:]
            for head, payload in zip(lines[::2], lines[1::2], strict=False):
                if json.loads(head)["type"] == "event":
                    found.append(json.loads(payload))
        return found


@contextmanager
def sentry() -> Iterator[Sentry]:
    """It listens as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            found.envelopes.append(body.decode())
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Sentry(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
