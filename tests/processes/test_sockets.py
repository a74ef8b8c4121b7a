"""The folder of the sockets if the data's path is too long; anyone could have created it first."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.database_address import embedded_socket_folder
from config.settings import Settings, WrongSetting
from server.processes import embedded
from tests.whole.conftest import perch

NOBODY = 65534


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose sockets are elsewhere."""
    if os.geteuid() != 0:
        pytest.skip("giving a folder to somebody else needs root")
    (tmp_path / "temporary").mkdir(mode=0o1777)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    found = tmp_path / ("x" * 120)
    found.mkdir(mode=0o700)
    assert not embedded_socket_folder(found).is_relative_to(found)
    return found


def of_another(sockets: Path) -> None:
    sockets.mkdir(mode=0o700)
    os.chown(sockets, NOBODY, NOBODY)


def open_to_all(sockets: Path) -> None:
    sockets.mkdir()
    sockets.chmod(0o777)


def a_link(sockets: Path) -> None:
    (sockets.parent / "elsewhere").mkdir(mode=0o700)
    sockets.symlink_to(sockets.parent / "elsewhere")


def a_file(sockets: Path) -> None:
    sockets.touch(mode=0o600)


PLANTED = [
    (of_another, f"belongs to another user (id {NOBODY})"),
    (open_to_all, "is open to other users (mode 777)"),
    (a_link, "isn't a folder"),
    (a_file, "isn't a folder"),
]


@pytest.mark.parametrize(("plant", "words"), PLANTED)
def test_a_socket_folder_created_by_someone_else_is_refused(
    data: Path, plant: Callable[[Path], None], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = embedded_socket_folder(data)
    plant(sockets)
    monkeypatch.setenv("DATA_DIR", str(data))
    with pytest.raises(WrongSetting) as refused:
        Settings.load(None)
    assert str(refused.value).startswith(f"DATA_DIR: {sockets}, the folder for sockets, {words}")


def test_a_socket_folder_planted_after_the_settings_were_read_is_refused(data: Path) -> None:
    of_another(embedded_socket_folder(data))
    with pytest.raises(embedded.EmbeddedUnavailable, match="belongs to another user"):
        embedded.Folders(data).create()


def test_our_own_socket_folder_is_reused(data: Path) -> None:
    for _ in range(2):
        embedded.Folders(data).create()
        Settings(_env_file=None, data_dir=data)  # type: ignore[call-arg]


@pytest.mark.parametrize("command", ["up", "doctor", "status", "serve"])
def test_commands_report_a_planted_folder_in_one_line(data: Path, command: str, tmp_path: Path) -> None:
    of_another(embedded_socket_folder(data))
    temporary = str(tmp_path / "temporary")
    done = perch(tmp_path, command, DATA_DIR=str(data), TMPDIR=temporary)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "belongs to another user" in done.stderr
