"""The fork server of picture children: an interpreter with the decoders loaded, which decodes nothing itself.

Starting an interpreter and importing the decoders takes as long as a picture of 12 megapixels; forking one
that has already done so takes a millisecond. `picture_worker` runs it, without an environment:

    python -I -m tasks.picture_forks     its standard input is a socket of the kind SOCK_SEQPACKET

A message on it is a JSON list of the arguments of `picture_child.verdict`, along with a socket of the same
kind. To that socket the child sends its verdict, and this process, when the child has ended, its exit code.
Closing that socket kills the child; closing standard input ends everything.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial

from tasks import picture_child

MAX_REQUEST = 16 * 1024  # bytes


class Forks:
    """One child for each request."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._living: set[int] = set()
        self._selector = selectors.DefaultSelector()
        self._when(requests, self._begin)

    def run(self) -> None:
        """Serve requests until nobody can send any more."""
        while True:
            for key, _ in self._selector.select():
                key.data()

    def _when(self, readable: int | socket.socket, then: Callable[[], None]) -> None:
        self._selector.register(readable, selectors.EVENT_READ, then)

    def _begin(self) -> None:
        request, descriptors, _, _ = socket.recv_fds(self._requests, MAX_REQUEST, 1)
        if not request:
            sys.exit()
        reply = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if pid == 0:
            be_a_child(request, reply)
        self._living.add(pid)
        ended = os.pidfd_open(pid)
        self._when(ended, partial(self._end, pid, ended, reply))
        self._when(reply, partial(self._give_up, pid, reply))

    def _give_up(self, pid: int, reply: socket.socket) -> None:
        """Kill a child whose verdict nobody waits for any more."""
        if pid in self._living:  # we may have noticed its end in the same round
            self._selector.unregister(reply)
            os.kill(pid, signal.SIGKILL)

    def _end(self, pid: int, ended: int, reply: socket.socket) -> None:
        self._living.remove(pid)
        self._selector.unregister(ended)
        with contextlib.suppress(KeyError):
            self._selector.unregister(reply)
        os.close(ended)
        _, status = os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            reply.send(str(os.waitstatus_to_exitcode(status)).encode())
        reply.close()


def be_a_child(request: bytes, reply: socket.socket) -> None:
    """In the fork: close everything except the reply, do the work, and exit."""
    code = 1
    try:
        os.dup2(reply.fileno(), 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        arguments = json.loads(request)
        if isinstance(arguments[1], str):
            # A worker of an earlier version, whose files were replaced while it runs.
            original, large, small, lane = arguments
            arguments = [original, [large, small], "tweet", lane]
        picture_child.limit_resources(arguments[-1])
        os.write(1, json.dumps(picture_child.verdict(*arguments)).encode())
        code = 0
    finally:
        os._exit(code)


# The variables that the environment may hold: the page size, and what Python itself adds.
KEPT = ("GLIBC_TUNABLES", "LC_CTYPE")


def main() -> None:
    """Serve the socket that standard input is."""
    for name in set(os.environ).difference(KEPT):  # an error reporter adds variables to every process
        del os.environ[name]
    picture_child.load_decoders()
    gc.disable()  # a child lives too briefly to need it, and it would copy every memory page it touches
    gc.freeze()
    Forks(socket.socket(fileno=0)).run()


if __name__ == "__main__":
    main()
