"""Log shipping: every line is in the archives exactly once, whichever process dies when."""

from __future__ import annotations

import asyncio
import gzip
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import suppress
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
from tasks.workshop import Workshop, owned_backups
from tests import disks
from tests.thorough import much

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


ROUNDS = much(usually=3, thoroughly=20)


@pytest.fixture
async def workshop(settings: Settings, perch: Context, tmp_path: Path) -> Workshop:
    """A workshop whose logs and backups have a place of this test's own."""
    chosen = settings.model_copy(update={"logs_dir": tmp_path / "logs", "backup_dir": tmp_path / "backups"})
    backups = LocalStore(tmp_path / "backups")
    await backups.open()
    return Workshop.of(chosen, perch.store, backups, perch.jobs)


async def shipped(store: ObjectStore) -> list[bytes]:
    """All lines in all archives."""
    lines: list[bytes] = []
    async for item in store.list("logs/"):
        async with store.read(item.key) as found:
            lines += gzip.decompress(b"".join([piece async for piece in found.body])).splitlines()
    return lines


def files(workshop: Workshop) -> list[Path]:
    found = [
        log_files.listed(workshop.settings.logs_folder, end) for end in (log_files.FINISHED, log_files.SUFFIX)
    ]
    return found[0] + found[1]


async def test_written_lines_are_shipped_while_the_writer_continues(workshop: Workshop) -> None:
    out = LogFile(workshop.settings.logs_folder, "web-1")
    out.write(b"first\n")
    assert (await logs.ship(workshop))["files"] == 1
    assert files(workshop) == []
    out.write(b"second\n")
    out.write(b"third\n")
    assert len(files(workshop)) == 1
    out.close()
    assert (await logs.ship(workshop))["files"] == 1
    assert (await logs.ship(workshop))["files"] == 0
    assert await shipped(workshop.backups) == [b"first", b"second", b"third"]
    items = [item async for item in workshop.backups.list("logs/")]
    assert len(items) == 2
    assert items[0].key.startswith(f"logs/{time.strftime('%Y-%m-%d', time.gmtime())}/")
    assert ".web-1." in items[0].key
    assert items[0].key.endswith(".jsonl.gz")


async def test_a_writer_starts_a_new_file_when_one_is_large(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "ROTATE_BYTES", 10)
    out = LogFile(workshop.settings.logs_folder, "web-1")
    for line in (b"0123456\n", b"789\n", b"next\n"):
        out.write(line)
    assert [path.name.endswith(".done") for path in files(workshop)] == [True, False]
    out.close()
    await logs.ship(workshop)
    assert await shipped(workshop.backups) == [b"0123456", b"789", b"next"]


@pytest.mark.fault("logs")
async def test_shipping_again_after_a_crash_changes_nothing(workshop: Workshop) -> None:
    out = LogFile(workshop.settings.logs_folder, "worker")
    out.write(b"line\n")
    out.close()
    (path,) = files(workshop)
    kept = path.read_bytes()
    await logs.ship(workshop)
    path.with_name(path.name + ".done").write_bytes(kept)  # as if it had died before removing it
    await logs.ship(workshop)
    assert await shipped(workshop.backups) == [b"line"]


class Forgetful(LocalStore):
    """A store that returns other bytes than it received."""

    async def put(self, key: str, body: AsyncIterable[bytes], *, content_type: str) -> ObjectInfo:
        async def bad() -> AsyncIterator[bytes]:
            async for piece in body:
                yield bytes([piece[0] ^ 1]) + piece[1:]

        return await super().put(key, bad(), content_type=content_type)


def test_finished_files_that_nobody_ships_do_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "ROTATE_BYTES", 100)
    monkeypatch.setattr(log_files, "MOST_BYTES", 350)
    out = LogFile(tmp_path, "worker")
    for number in range(40):
        out.write(b"a line of fifty bytes, with its number: %9d\n" % number)
    out.close()
    finished = log_files.listed(tmp_path, log_files.FINISHED)
    assert sum(path.stat().st_size for path in finished) <= 350
    left = b"".join(path.read_bytes() for path in finished)
    assert b"       37\n" in left, "the newest ones stay"
    assert b"        3\n" not in left


async def test_a_file_is_kept_if_its_archive_cannot_be_read_back(workshop: Workshop, tmp_path: Path) -> None:
    out = LogFile(workshop.settings.logs_folder, "worker")
    out.write(b"line\n")
    out.close()
    store = Forgetful(tmp_path / "forgetful")
    await store.open()
    with pytest.raises(OSError, match="differs from what was stored"):
        await logs.ship(replace(workshop, backups=owned_backups(store, workshop.settings)))
    assert len(files(workshop)) == 1


@pytest.mark.fault("logs")
async def test_every_line_is_shipped_once_while_writers_are_killed(
    workshop: Workshop, measured: Callable[[str], None]
) -> None:
    folder = str(workshop.settings.logs_folder)
    written: dict[str, int] = {}
    for round_ in range(ROUNDS):
        writers = {
            f"w{round_}{number}": subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, "-c", WRITER, folder, f"w{round_}{number}"], stdout=subprocess.PIPE
            )
            for number in range(2)
        }
        for name, process in writers.items():
            assert process.stdout is not None
            for _ in range(300 + 77 * (round_ % 5)):
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
    measured(f"{len(written)} writers killed while logs were shipped: each of {len(lines):,} lines once")


@pytest.mark.fault("logs")
async def test_an_unreachable_store_loses_no_line(workshop: Workshop, tmp_path: Path) -> None:
    out = LogFile(workshop.settings.logs_folder, "worker")
    out.write(b"line\n")
    out.close()
    (tmp_path / "backups" / ".aside").rmdir()
    with pytest.raises(StorageUnavailable):
        await logs.ship(workshop)
    (tmp_path / "backups" / ".aside").mkdir()
    await logs.ship(workshop)
    assert await shipped(workshop.backups) == [b"line"]


@pytest.mark.fault("logs")
@pytest.mark.fault("storage")
async def test_a_full_disk_loses_only_whole_lines(tmp_path: Path) -> None:
    with disks.small(tmp_path / "disk", megabytes=1) as disk:
        out = LogFile(disk / "logs", "web-1")
        out.write(b"first\n")
        written = ["first"]
        with disks.full(disk):
            for number in range(2000):
                line = f"line {number} {'x' * (number % 97)}"
                with suppress(OSError):
                    out.write(line.encode() + b"\n")
                    written.append(line)
        assert 1 < len(written) < 2000
        out.write(b"afterwards\n")
        out.close()
        (path,) = (disk / "logs").iterdir()
        assert path.read_text().splitlines() == [*written, "afterwards"]


@pytest.mark.fault("logs")
@pytest.mark.fault("storage")
async def test_archives_that_do_not_fit_are_shipped_later(workshop: Workshop, tmp_path: Path) -> None:
    lines = [f"{number} {random.random()}".encode() for number in range(1000)]
    out = LogFile(workshop.settings.logs_folder, "worker")
    for line in lines:
        out.write(line + b"\n")
    out.close()
    with disks.small(tmp_path / "disk", megabytes=1) as disk:
        backups = LocalStore(disk)
        await backups.open()
        away = replace(workshop, backups=owned_backups(backups, workshop.settings))
        with disks.full(disk):
            with pytest.raises(StorageUnavailable, match="no space"):
                await logs.ship(away)
            assert [path for path in disk.rglob("*") if path.is_file()] == [disk / "filler"]
        await logs.ship(away)
        assert await shipped(backups) == lines
    assert files(workshop) == []


def test_two_writers_with_the_same_process_and_name_have_separate_files(tmp_path: Path) -> None:
    writers = [LogFile(tmp_path, "worker") for _ in range(3)]
    for number, writer in enumerate(writers):
        writer.write(f"{number}\n".encode())
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["0\n", "1\n", "2\n"]


def test_an_empty_file_is_removed_and_its_writer_notices(tmp_path: Path) -> None:
    """The file was shipped after it was created and before its first line was written."""
    out = LogFile(tmp_path, "web-1")
    out._open()
    (path,) = log_files.listed(tmp_path, log_files.SUFFIX)
    log_files.finish(path)
    assert not path.exists()
    out.write(b"line\n")
    (path,) = log_files.listed(tmp_path, log_files.SUFFIX)
    assert path.read_bytes() == b"line\n"
    out.close()


@pytest.mark.fault("logs")
async def test_many_writers_and_two_shippers_lose_and_double_nothing(workshop: Workshop) -> None:
    def write(name: str) -> None:
        out = LogFile(workshop.settings.logs_folder, name)
        for number in range(3000):
            out.write(f"{name} {number}\n".encode())
        out.close()

    writing = [asyncio.create_task(asyncio.to_thread(write, f"web-{number}")) for number in range(3)]
    while not all(task.done() for task in writing):
        await asyncio.gather(logs.ship(workshop), logs.ship(workshop))
    await asyncio.gather(*writing)
    await logs.ship(workshop)
    lines = await shipped(workshop.backups)
    assert len(lines) == len(set(lines)) == 9000


async def test_one_bad_file_does_not_block_the_others(workshop: Workshop) -> None:
    out = LogFile(workshop.settings.logs_folder, "worker")
    out.write(b"line\n")
    out.close()
    bad = workshop.settings.logs_folder / "host.bad.20200101T000000.1.1.jsonl.done"
    bad.mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        await logs.ship(workshop)
    assert await shipped(workshop.backups) == [b"line"]
