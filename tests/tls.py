"""TLS in front of a server that doesn't support it, such as the wheel's Valkey."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.certificates import Certificate

PIECE = 64 << 10  # bytes


@contextmanager
def before(path: str, certificate: Certificate) -> Iterator[int]:
    """A port that speaks TLS with this certificate and forwards to a Unix socket."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file, certificate.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, context, path), daemon=True).start()
        yield int(listening.getsockname()[1])
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, context: ssl.SSLContext, path: str) -> None:
    with suppress(OSError):
        while True:
            accepted, _ = listening.accept()
            threading.Thread(target=_serve, args=(accepted, context, path), daemon=True).start()


def _serve(accepted: socket.socket, context: ssl.SSLContext, path: str) -> None:
    """Serve one connection. A client that rejects the certificate disconnects halfway."""
    with suppress(OSError), accepted, socket.socket(socket.AF_UNIX) as beyond:
        beyond.connect(path)
        with context.wrap_socket(accepted, server_side=True) as client:
            threading.Thread(target=_flow, args=(beyond, client), daemon=True).start()
            _flow(client, beyond)


def _flow(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, ValueError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
    with suppress(OSError, ValueError):
        target.shutdown(socket.SHUT_RDWR)
