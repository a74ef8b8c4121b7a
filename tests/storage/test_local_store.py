"""The local disk as an object store, where it differs from a bucket."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage.base import ObjectNotFound
from storage.local import LocalStore
from tests.storage.test_object_store import body, read
from tests.waiting import PATIENCE, until


async def test_a_file_of_another_disk_is_copied(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        store, file = LocalStore(tmp_path / "objects"), Path(elsewhere) / "file"
        await store.open()
        file.write_bytes(b"one two")
        await store.put_file("key", file, content_type="text/plain")
        await store.fetch("key", Path(elsewhere) / "fetched")
        assert (Path(elsewhere) / "fetched").read_bytes() == await read(store, "key") == b"one two"


async def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "objects")
    await store.open()
    await store.put("a/b", body(b"x"), content_type="text/plain")
    assert (tmp_path / "objects" / "a").stat().st_mode & 0o077 == 0
    assert list((tmp_path / "objects" / ".aside").iterdir()) == []


async def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    """Somebody else may be able to write there."""
    store, secret = LocalStore(tmp_path / "objects"), tmp_path / "secret"
    await store.open()
    secret.write_text("secret")
    (tmp_path / "objects" / "link").symlink_to(secret)
    os.mkfifo(tmp_path / "objects" / "pipe")
    for key in ("link", "pipe"):
        with pytest.raises(ObjectNotFound):
            await read(store, key)
        with pytest.raises(ObjectNotFound):
            await store.fetch(key, tmp_path / "fetched")
    assert [item.key async for item in store.list()] == []
    await store.put("type", body(b"x"), content_type="text/plain")
    (tmp_path / "objects" / ".type.type").unlink()
    (tmp_path / "objects" / ".type.type").symlink_to(secret)
    with pytest.raises(ObjectNotFound):
        await store.info("type")


@pytest.mark.fault("storage")
async def test_whatever_is_in_a_type_file_does_little(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    await store.open()
    await store.put("key", body(b"x"), content_type="text/plain")
    side = tmp_path / ".type.key"
    for content in (b"\xff", b"", b"text/plain\r\nset-cookie: x", b"text/" + b"x" * 300):
        side.write_bytes(content)
        assert (await store.info("key")).content_type == "application/octet-stream"
    with side.open("wb") as file:
        file.truncate(1 << 40)  # takes no room on the disk
    assert (await store.info("key")).content_type == "application/octet-stream"
    side.unlink()
    side.mkdir()
    assert (await store.info("key")).content_type == "application/octet-stream"
    assert [one.key async for one in store.list()] == ["key"]


async def test_folders_within_folders_do_not_exhaust_the_stack(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    await store.open()
    await store.put("a/b/key", body(b"x"), content_type="text/plain")
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):  # deeper than a path may be long
        os.mkdir("f", dir_fd=folder)
        folder, above = os.open("f", os.O_RDONLY, dir_fd=folder), folder
        os.close(above)
    os.close(folder)
    try:
        assert [one.key async for one in store.list()] == ["a/b/key"]
    finally:  # Python's own functions, with which pytest cleans up, would fail
        removing = await asyncio.create_subprocess_exec("rm", "-rf", tmp_path / "f")
        assert await removing.wait() == 0


def test_a_full_disk_is_reported_clearly_and_nothing_is_left_behind(tmp_path: Path) -> None:
    command = ["unshare", "--map-root-user", "--mount", sys.executable, "-m", "tests.storage.full_disk"]
    said = subprocess.run([*command, tmp_path / "disk"], capture_output=True, text=True, check=True).stdout
    assert said == "local storage: no space left on the disk; left behind: []"


async def test_an_upload_cancelled_while_its_file_is_opened_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path)
    await store.open()
    opened: list[Any] = []
    real = Path.open

    began, may_open = threading.Event(), threading.Event()

    def slowly(path: Path, *arguments: Any) -> Any:
        began.set()
        may_open.wait(PATIENCE)
        opened.append(real(path, *arguments))
        return opened[0]

    monkeypatch.setattr(Path, "open", slowly)

    async def body() -> AsyncIterator[bytes]:
        yield b"x"

    putting = asyncio.create_task(store.put("a/b", body(), content_type="text/plain"))
    await until(began.is_set)
    putting.cancel()
    may_open.set()
    with pytest.raises(asyncio.CancelledError):
        await putting
    await until(lambda: [file.closed for file in opened] == [True])
    await until(lambda: [path for path in tmp_path.rglob("*") if path.is_file()] == [])
