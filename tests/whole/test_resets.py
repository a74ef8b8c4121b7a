"""Clients that reset their connections leave no tracebacks behind."""

from __future__ import annotations

import socket
import struct

import httpx

from tests.whole.conftest import Perch, log_of


def test_requests_whose_clients_are_gone_leave_no_traceback(four: Perch) -> None:
    before = log_of(four).count("Traceback")
    for method in ("HEAD", "GET"):
        for path in ("/nope", "/", "/api/instance"):
            for _ in range(40):
                with socket.create_connection(("127.0.0.1", int(four.settings["PORT"]))) as raw:
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    raw.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                httpx.get(f"{four.url}/health/live")
    assert log_of(four).count("Traceback") == before
