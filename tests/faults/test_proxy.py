"""The fault proxy does what its modes say, in front of a real server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests import proxy
from tests.proxy import Proxy
from tests.waiting import wait_for


def echo(listener: socket.socket) -> None:
    """Send back everything that arrives."""

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(1 << 16):
                    connection.sendall(data)
            except OSError:
                return

    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


@pytest.fixture
def gate() -> Iterator[Proxy]:
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=echo, args=(listener,), daemon=True).start()
    with proxy.before(listener.getsockname()) as found:
        yield found
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def open_connection(gate: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", gate.port), timeout=5) as found:
        yield found


def said(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    return received(connection, len(data))


def received(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (piece := connection.recv(count - len(data))):
        data += piece
    return data


def test_the_proxy_forwards_everything_by_default(gate: Proxy, open_connection: socket.socket) -> None:
    data = bytes(range(256)) * 10_000
    sending = threading.Thread(target=open_connection.sendall, args=(data,))
    sending.start()
    assert received(open_connection, len(data)) == data
    sending.join()


def test_a_hanging_proxy_holds_data_until_it_resumes(gate: Proxy, open_connection: socket.socket) -> None:
    assert said(open_connection, b"one") == b"one"
    gate.mode = proxy.Hang()
    open_connection.sendall(b"two")
    wait_for(lambda: gate.held, "bytes being held")
    open_connection.settimeout(0.1)
    with pytest.raises(TimeoutError):
        open_connection.recv(1)
    gate.mode = proxy.Pass()
    open_connection.settimeout(5)
    assert received(open_connection, 3) == b"two"


def test_a_refusing_proxy_is_unreachable_and_returns_on_the_same_port(
    gate: Proxy, open_connection: socket.socket
) -> None:
    assert said(open_connection, b"one") == b"one"
    gate.mode = proxy.Refuse()
    with pytest.raises(ConnectionResetError):
        open_connection.recv(1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", gate.port), timeout=5)
    gate.mode = proxy.Pass()
    with socket.create_connection(("127.0.0.1", gate.port), timeout=5) as again:
        assert said(again, b"two") == b"two"


def test_a_connection_is_cut_after_a_number_of_bytes(gate: Proxy, open_connection: socket.socket) -> None:
    gate.mode = proxy.Cut(after=1000, way="to client")
    open_connection.sendall(b"x" * 5000)
    with pytest.raises(ConnectionResetError):
        received(open_connection, 1001)


def test_connections_are_cut_on_demand(gate: Proxy, open_connection: socket.socket) -> None:
    assert said(open_connection, b"one") == b"one"
    gate.cut()
    with pytest.raises(ConnectionResetError):
        open_connection.recv(1)
    with socket.create_connection(("127.0.0.1", gate.port), timeout=5) as again:
        assert said(again, b"two") == b"two"


def test_one_bit_is_flipped(gate: Proxy, open_connection: socket.socket) -> None:
    gate.mode = proxy.Flip(after=3)
    assert said(open_connection, bytes(6)) == b"\0\0\0\1\0\0"
    assert said(open_connection, bytes(6)) == bytes(6)


def test_a_canned_answer_keeps_the_request_from_the_server(
    gate: Proxy, open_connection: socket.socket
) -> None:
    gate.mode = proxy.SERVER_ERROR
    open_connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    answer = b""
    while piece := open_connection.recv(1000):
        answer += piece
    assert answer == proxy.SERVER_ERROR.data


def test_delayed_data_arrives(gate: Proxy, open_connection: socket.socket) -> None:
    gate.mode = proxy.Delay(0.05)
    open_connection.sendall(b"one")
    wait_for(lambda: gate.held, "bytes being held")
    assert received(open_connection, 3) == b"one"
