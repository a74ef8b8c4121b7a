"""What this process measures, and how all processes of a machine are asked for it at once.

Each process answers on a socket in a folder that they share, with its numbers of that moment. Whoever is
scraped asks all of them and adds their names as the label `process`: nothing is written to the disk, a number
is never older than the scrape, and one that starts again begins at zero in series of its own.
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

# Of this process. Metrics stand beside what they measure, and are registered here.
REGISTRY = CollectorRegistry()

# Behind the name of a process; short, as a socket's path is bounded (`config.addresses`).
SUFFIX = ".stats"

# A process that does not answer within this time is left out. Seconds.
PATIENCE = 2.0

Sample = tuple[str, dict[str, str], float]


class Family(msgspec.Struct, array_like=True, frozen=True):
    """A metric with its samples, as it goes over the socket."""

    name: str
    documentation: str
    kind: str
    samples: list[Sample]


class Machine(Collector):
    """The metrics of all processes that answer in this folder, to be collected at each scrape."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Ask all of them."""
        found: dict[str, Metric] = {}
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            for family in asked(path):
                metric = found.setdefault(family.name, Metric(family.name, family.documentation, family.kind))
                for name, labels, value in family.samples:
                    metric.add_sample(name, {**labels, "process": path.name.removesuffix(SUFFIX)}, value)
        yield from found.values()

    def exposed(self, accept: str) -> tuple[bytes, str]:
        """The page that is scraped, and its content type, as the client accepts it."""
        try:
            encode, content_type = exposition.choose_encoder(accept)
        except (TypeError, ValueError):  # a version that is none
            encode, content_type = exposition.choose_encoder("")
        return encode(self), content_type


def answer(folder: Path, process: str) -> None:
    """Answer for this process from now on."""
    Info("perch_build", "The running version of Perch.", registry=REGISTRY).info({"version": VERSION})
    ProcessCollector(registry=REGISTRY)
    listener = claimed(folder, process)
    threading.Thread(target=answer_for_ever, args=(listener,), name="metrics", daemon=True).start()


def answer_for_ever(listener: socket.socket) -> None:
    """Give the numbers of this process to everybody who connects."""
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
    """All of a registry, for `asked`."""
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
    """What the process behind this socket says; nothing where none answers. That of a dead one is removed."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(path))
            said = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        if not said:  # it ended just now
            return []
        return msgspec.json.decode(said, type=list[Family])
    except (ConnectionRefusedError, FileNotFoundError):
        path.unlink(missing_ok=True)
    except (OSError, msgspec.DecodeError) as error:
        log.warning("the process %s doesn't report its metrics: %s", path.stem, error)
    return []


def claimed(folder: Path, process: str) -> socket.socket:
    """A socket under the name of this process, or with a number behind it where another one has that.

    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_at_a_time(folder):
        for number in itertools.count(1):
            path = folder / f"{process}{f'-{number}' if number > 1 else ''}{SUFFIX}"
            asked(path)  # removes what a dead one left
            if path.exists():
                continue
            listener = socket.socket(socket.AF_UNIX)
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            listener.bind(str(new))
            listener.listen()
            new.rename(path)  # never there without somebody who listens
            return listener
    raise AssertionError


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """The block, while no other process is in one about this folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
