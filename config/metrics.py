"""The metrics of this process, and how all processes of a machine are asked for theirs at once.

Each process serves its current numbers on a socket in a shared folder. The process that is scraped asks all
of them and adds their names as the label `process`. So nothing is written to the disk, no number is older
than the scrape, and a restarted process begins at zero in series of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import logging
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, Info, ProcessCollector, disable_created_metrics, exposition
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from config.version import VERSION

log = logging.getLogger(__name__)

disable_created_metrics()  # type: ignore[no-untyped-call]

# The registry of this process. Metrics are defined next to the code that they measure, and registered here.
REGISTRY = CollectorRegistry()

# The suffix after a process' name; it is short because a socket's path has a limited length.
SUFFIX = ".stats"

# A process that does not answer within this many seconds is left out.
PATIENCE = 2.0

Sample = tuple[str, dict[str, str], float]


class Family(msgspec.Struct, array_like=True, frozen=True):
    """A metric with its samples, in the form sent over the socket."""

    name: str
    documentation: str
    kind: str
    samples: list[Sample]


class Machine(Collector):
    """The metrics of all processes that answer in this folder, to be collected at each scrape."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Ask all processes."""
        found: dict[str, Metric] = {}
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            for family in asked(path):
                metric = found.setdefault(family.name, Metric(family.name, family.documentation, family.kind))
                for name, labels, value in family.samples:
                    metric.add_sample(name, {**labels, "process": path.name.removesuffix(SUFFIX)}, value)
        yield from found.values()

    def exposed(self, accept: str) -> tuple[bytes, str]:
        """The page for a scrape, and its content type, chosen by what the client accepts."""
        try:
            encode, content_type = exposition.choose_encoder(accept)
        except (TypeError, ValueError):  # an invalid version
            encode, content_type = exposition.choose_encoder("")
        return encode(self), content_type


def answer(folder: Path, process: str) -> None:
    """Answer for this process from now on."""
    Info("perch_build", "The running version of Perch.", registry=REGISTRY).info({"version": VERSION})
    ProcessCollector(registry=REGISTRY)
    listener = claimed(folder, process)
    threading.Thread(target=answer_for_ever, args=(listener,), name="metrics", daemon=True).start()


def answer_for_ever(listener: socket.socket) -> None:
    """Send the numbers of this process to everyone who connects."""
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(PATIENCE)
                connection.sendall(numbers(REGISTRY))
        except OSError:  # whoever asked is gone
            pass
        except Exception:  # whatever it is: the next one is answered
            log.exception("this process can't report its metrics")


def numbers(registry: CollectorRegistry) -> bytes:
    """All numbers of a registry, encoded for `asked`."""
    families = [
        Family(
            metric.name,
            metric.documentation,
            metric.type,
            [(sample.name, sample.labels, sample.value) for sample in metric.samples],
        )
        for metric in registry.collect()
    ]
    return msgspec.json.encode(families)


def asked(path: Path) -> list[Family]:
    """The metrics of the process behind this socket; none if it doesn't answer. Removes dead sockets."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(path))
            said = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        if not said:  # the process has just ended
            return []
        return msgspec.json.decode(said, type=list[Family])
    except (ConnectionRefusedError, FileNotFoundError):
        path.unlink(missing_ok=True)
    except (OSError, msgspec.DecodeError) as error:
        log.warning("the process %s doesn't report its metrics: %s", path.stem, error)
    return []


def claimed(folder: Path, process: str) -> socket.socket:
    """A socket under the name of this process, with a number appended if another process has the name.

    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_at_a_time(folder):
        for number in itertools.count(1):
            path = folder / f"{process}{f'-{number}' if number > 1 else ''}{SUFFIX}"
            asked(path)  # removes a dead process' socket
            if path.exists():
                continue
            listener = socket.socket(socket.AF_UNIX)
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            listener.bind(str(new))
            listener.listen()
            new.rename(path)  # so that the path never exists without a listener
            return listener
    raise AssertionError


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Run the block while no other process runs one for this folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
