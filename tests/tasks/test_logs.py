"""Log files: every line in the archives once, whoever dies when."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import log_files
from config.log_files import LogFile
from config.settings import Settings
from server.context import Context
from storage.base import ObjectInfo, ObjectStore, StorageUnavailable
from storage.local import LocalStore
from tasks import logs
from tasks.workshop import Workshop

WRITER = """
import sys, time
from pathlib import Path
from config import log_files
log_files.ROTATE_BYTES = 2000
out = log_files.LogFile(Path(sys.argv[1]), sys.argv[2])
for number in range(100_000):
    out.write(f"{sys.argv[2]} {number}\\n".encode())
    print(number, flush=True)
"""


@pytest.fixture
async def workshop(settings: Settings, perch: Context, tmp_path: Path) -> Workshop:
    """With logs and backups in a place of this test's own."""
    chosen = settings.model_copy(update={"logs_dir": tmp_path / "logs", "backup_dir": tmp_path / "backups"})
    backups = LocalStore(tmp_path / "backups")
    await backups.open()
    return Workshop(chosen, perch.store, backups, perch.jobs)


async def shipped(store: ObjectStore) -> list[bytes]:
    """All lines of all archives."""
    lines: list[bytes] = []
    async for item in store.list("logs/"):
        async with store.read(item.key) as found:
            lines += gzip.decompress(b"".join([piece async for piece in found.body])).splitlines()
    return lines


def files(workshop: Workshop) -> list[Path]:
    return log_files.listed(workshop.settings.logs_folder)


async def test_a_file_is_shipped_when_its_writer_is_done_with_it(workshop: Workshop) -> None:
    out = LogFile(workshop.settings.logs_folder, "web-1")
    out.write(b"first\n")
    assert (await logs.ship(workshop))["files"] == 0
    out.close()
    assert (await logs.ship(workshop))["files"] == 1
    assert files(workshop) == []
    assert await shipped(workshop.backups) == [b"first"]
    (item,) = [item async for item in workshop.backups.list("logs/")]
    assert item.key.startswith(f"logs/{time.strftime('%Y-%m-%d', time.gmtime())}/")
    assert ".web-1." in item.key


async def test_a_writer_goes_on_in_a_new_file_when_one_is_large_or_old(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "ROTATE_BYTES", 10)
    out = LogFile(workshop.settings.logs_folder, "web-1", rotate_after=0.2)
    for line in (b"0123456\n", b"789\n", b"next\n"):
        out.write(line)
    assert len(files(workshop)) == 2
    time.sleep(0.3)  # noqa: ASYNC251 (the file has to age)
    out.write(b"later\n")
    assert len(files(workshop)) == 3
    out.close()
    await logs.ship(workshop)
    assert await shipped(workshop.backups) == [b"0123456", b"789", b"next", b"later"]


async def test_shipping_again_after_a_crash_changes_nothing(workshop: Workshop) -> None:
    out = LogFile(workshop.settings.logs_folder, "worker")
    out.write(b"line\n")
    out.close()
    (path,) = files(workshop)
    kept = path.read_bytes()
    await logs.ship(workshop)
    path.write_bytes(kept)  # as if the process had died between storing and removing
    await logs.ship(workshop)
    assert await shipped(workshop.backups) == [b"line"]


class Forgetful(LocalStore):
    """Gives back other bytes than it took."""

    async def put(self, key: str, body: AsyncIterable[bytes], *, content_type: str) -> ObjectInfo:
        async def bad() -> AsyncIterator[bytes]:
            async for piece in body:
                yield bytes([piece[0] ^ 1]) + piece[1:]

        return await super().put(key, bad(), content_type=content_type)


async def test_a_file_stays_where_its_archive_does_not_come_back(workshop: Workshop, tmp_path: Path) -> None:
    out = LogFile(workshop.settings.logs_folder, "worker")
    out.write(b"line\n")
    out.close()
    store = Forgetful(tmp_path / "forgetful")
    await store.open()
    with pytest.raises(OSError, match="does not come back"):
        await logs.ship(replace(workshop, backups=store))
    assert len(files(workshop)) == 1


async def test_every_line_is_shipped_once_while_writers_are_killed(workshop: Workshop) -> None:
    folder = str(workshop.settings.logs_folder)
    written: dict[str, int] = {}
    for round_ in range(5):
        writers = {
            f"w{round_}{number}": subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, "-c", WRITER, folder, f"w{round_}{number}"], stdout=subprocess.PIPE
            )
            for number in range(2)
        }
        for name, process in writers.items():
            assert process.stdout is not None
            for _ in range(300 + 77 * round_):
                written[name] = int(process.stdout.readline())
        await logs.ship(workshop)
        for name, process in writers.items():
            process.send_signal(signal.SIGKILL)
            out, _ = process.communicate()
            written[name] = max([written[name], *(int(n) for n in out.split() if n)])
    await logs.ship(workshop)
    lines = await shipped(workshop.backups)
    assert len(set(lines)) == len(lines)
    for name, last in written.items():
        numbers = {int(line.split()[1]) for line in lines if line.startswith(f"{name} ".encode())}
        assert set(range(last + 1)) <= numbers
        assert len(numbers) <= last + 2  # a line may be written whose number was not printed any more
    assert files(workshop) == []


async def test_a_store_that_is_away_costs_no_line(workshop: Workshop, tmp_path: Path) -> None:
    out = LogFile(workshop.settings.logs_folder, "worker")
    out.write(b"line\n")
    out.close()
    (tmp_path / "backups" / ".aside").rmdir()
    with pytest.raises(StorageUnavailable):
        await logs.ship(workshop)
    (tmp_path / "backups" / ".aside").mkdir()
    await logs.ship(workshop)
    assert await shipped(workshop.backups) == [b"line"]


def test_a_writer_never_goes_on_in_a_file_that_was_shipped(tmp_path: Path) -> None:
    """Between making its file and locking it, a writer may be overtaken by a shipper."""
    out = LogFile(tmp_path, "web-1")
    out.write(b"x\n")
    (path,) = log_files.listed(tmp_path)
    with log_files.finished(path) as is_finished:
        assert not is_finished
    os.unlink(path)
    with log_files.finished(path) as is_finished:
        assert not is_finished
