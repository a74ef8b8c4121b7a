"""METRICS_PORT: the metrics of the whole machine, served by whichever of its processes has the port."""

from __future__ import annotations

import fcntl
import itertools
import logging
import os
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any

from config.metrics import PATIENCE, Machine

log = logging.getLogger(__name__)

# How often, in seconds, the port is tried again if another program has it.
TRY_EVERY = 5.0

# The maximum number of concurrent scrapes, and the seconds after which a silent client is disconnected.
AT_ONCE, SILENCE = 8, PATIENCE

# Held by the process that answers, in the folder that all of them share.
LOCK = "metrics-port.lock"


class Scrapes(ThreadingTCPServer):
    """Serves a limited number of scrapes at once, and disconnects any beyond that."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, machine: Machine, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Scrape)
        self.machine = machine
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """See socketserver."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """See socketserver."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """See socketserver. The client may simply be gone."""
        if not isinstance(sys.exception(), OSError):
            log.exception("a scrape failed")


class Scrape(BaseHTTPRequestHandler):
    """A scrape; whatever the path, the response is the metrics."""

    server: Scrapes
    timeout = SILENCE
    server_version, sys_version = "Perch", ""

    def do_GET(self) -> None:
        """See http.server."""
        page, content_type = self.server.machine.exposed(self.headers.get("accept", ""))
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Log nothing about the client."""


def answer(folder: Path, host: str, port: int) -> None:
    """Serve the port in a thread, as soon as no other process of the machine does."""
    threading.Thread(target=serve, args=(folder, host, port), name="metrics port", daemon=True).start()


def serve(folder: Path, host: str, port: int) -> None:
    """Serve the port in this thread for ever."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)  # as long as this process lives
    for tried in itertools.count(1):
        try:
            server = Scrapes(Machine(folder), host, port)
        except OSError as error:
            if tried == 2:  # the first time, a process that is just ending may still have the port
                log.error("METRICS_PORT: can't listen on %s:%d: %s", host, port, error.strerror)
            time.sleep(TRY_EVERY)
        else:
            server.serve_forever()
