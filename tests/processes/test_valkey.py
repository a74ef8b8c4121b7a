"""Our own Valkey, and data files that it can't read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from config.settings import Settings
from server.processes import embedded
from server.processes.supervisor import Program
from server.processes.valkey import MOST_SET_ASIDE, set_aside, valkey
from tests import servers
from tests.waiting import wait_for


@contextmanager
def started(settings: Settings) -> Iterator[Redis]:
    program = valkey(settings)
    pid = program.start()
    try:
        wait_for(program.ready or (lambda: True), "Valkey answering")
        with Redis.from_url(settings.redis.url) as redis:
            yield redis
    finally:
        servers.stop(program, pid)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(_env_file=None, data_dir=tmp_path, mode="TEST")  # type: ignore[call-arg]
    embedded.Folders(tmp_path).create()
    return found


@pytest.fixture
def files(settings: Settings) -> Path:
    """The folder with the files of a Valkey that held some data and has stopped."""
    with started(settings) as redis:
        for number in range(1000):
            redis.set(f"queued-{number}", "x" * 100)
    return settings.data_folder / "valkey" / "appendonlydir"


def overwritten(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(200))


def garbage(path: Path) -> None:
    path.write_bytes(b"\x00\xffnot what it was\n" * 50)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("*.incr.aof", overwritten),
        ("*.incr.aof", garbage),
        ("*.base.rdb", garbage),
        ("*.manifest", garbage),
        ("*.base.rdb", Path.unlink),
    ],
    ids=["a part of the log", "the whole log", "the base", "the manifest", "a missing base"],
)
def test_a_damaged_file_is_set_aside_and_valkey_starts_empty(
    settings: Settings,
    files: Path,
    name: str,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    (file,) = files.glob(name)
    damage(file)
    left = file.read_bytes() if file.exists() else None
    with started(settings) as redis:
        assert redis.dbsize() == 0
        redis.set("works", "again")
    (aside,) = set_aside(settings.data_folder)
    kept = aside / "appendonlydir" / file.name
    assert (kept.read_bytes() if kept.exists() else None) == left
    assert f"kept in {aside}" in caplog.text
    caplog.clear()
    with started(settings) as redis:
        assert redis.get("works") == b"again"
    assert set_aside(settings.data_folder) == [aside]
    assert caplog.text == ""


def test_a_file_truncated_in_the_middle_of_a_write_is_read_up_to_there(
    settings: Settings, files: Path
) -> None:
    (file,) = files.glob("*.incr.aof")
    os.truncate(file, file.stat().st_size - 7)
    with started(settings) as redis:
        assert redis.dbsize() == 999
    assert set_aside(settings.data_folder) == []


def test_files_are_kept_if_valkey_does_not_start_without_them_either(settings: Settings, files: Path) -> None:
    names = sorted(path.name for path in files.iterdir())
    program: Program = valkey(settings)
    embedded.Folders(settings.data_folder).sockets.rename(settings.data_folder / "elsewhere")
    pid = program.start()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0
    assert sorted(path.name for path in files.iterdir()) == names
    assert set_aside(settings.data_folder) == []


def test_only_the_newest_damaged_files_are_kept(settings: Settings, files: Path) -> None:
    for _ in range(MOST_SET_ASIDE + 1):
        newest = max(files.glob("*.manifest"))
        garbage(newest)
        with started(settings):
            pass
    assert len(set_aside(settings.data_folder)) == MOST_SET_ASIDE
