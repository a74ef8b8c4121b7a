"""A server that takes what is posted, on the loopback address: a webhook, a Sentry, a collector of traces."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Post:
    """One of them; the names of headers are in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


class Taker(ThreadingHTTPServer):
    """Keeps what is posted, and refuses as often as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.posts: list[Post] = []
        self.refusals = 0
        self.redirects_to: str | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def parsed(self) -> list[Any]:
        """The bodies, where all are JSON."""
        return [json.loads(post.body) for post in self.posts]


class Answer(BaseHTTPRequestHandler):
    server: Taker

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers["content-length"]))
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        refused = self.server.refusals > 0
        self.server.refusals -= refused
        if not refused:
            self.server.posts.append(Post(self.path, headers, body))
        if self.server.redirects_to is not None:
            self.send_response(307)
            self.send_header("location", self.server.redirects_to)
        else:
            self.send_response(500 if refused else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def taken() -> Iterator[Taker]:
    """It listens as long as the block lasts."""
    with Taker() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
