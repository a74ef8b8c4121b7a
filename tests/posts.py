"""A server on the loopback address that accepts POST requests: a webhook, a Sentry, or a trace collector."""

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
    """One POST request; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class Taker(ThreadingHTTPServer):
    """Keeps what is posted, and refuses as many requests as it is told to."""

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
        """The bodies, if all of them are JSON."""
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
        """Print nothing."""


@contextmanager
def taken() -> Iterator[Taker]:
    """Runs the server for the duration of the block."""
    with Taker() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
