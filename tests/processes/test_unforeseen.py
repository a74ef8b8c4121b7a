"""Any failure is one sentence for people, with its details in a file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from asyncpg.exceptions import CannotConnectNowError

from server.processes import lock, unforeseen
from tests import servers


def broken(secret: str = "perch_abcdef0123456789") -> ValueError:  # noqa: S107
    try:
        raise ValueError(f"a\nlie about {secret}")
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device", "/srv/x"), "/srv/x: No space left on device"),
        (PermissionError(13, "Permission denied", b"/srv/y"), "/srv/y: Permission denied"),
        (ConnectionRefusedError(111, "Connection refused"), "[Errno 111] Connection refused"),
        (CannotConnectNowError("the database system is starting up"), "the database system is starting up"),
        (lock.FolderUnusable("DATA_DIR: no"), "DATA_DIR: no"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_an_error_that_the_operator_can_fix_is_one_sentence_and_leaves_no_file(
    error: Exception, words: str, tmp_path: Path
) -> None:
    assert unforeseen.told(error, "perch", tmp_path) == words
    assert list(tmp_path.iterdir()) == []


def test_an_unforeseen_error_names_the_file_with_its_details(tmp_path: Path) -> None:
    said = unforeseen.told(broken(), "perch", tmp_path)
    (file,) = tmp_path.iterdir()
    assert said == (
        f"ValueError: a\\nlie about perch_abcdef[redacted]; "
        f"this is an unexpected error: the details are in {file}"
    )
    (line,) = [json.loads(line) for line in file.read_text().splitlines()]
    assert (line["level"], line["process"]) == ("ERROR", "perch")
    assert 'raise ValueError(f"a\\nlie' in line["traceback"]
    assert "0123456789" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_details_go_to_the_temporary_folder_if_there_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "file").touch()
    for folder in (None, tmp_path / "file" / "logs"):
        assert str(tmp_path) in unforeseen.told(broken(), "perch", folder)
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
    (tmp_path / "file").rename(tmp_path / "gone")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    assert "couldn't be written anywhere" in unforeseen.told(broken(), "perch", None)


def test_a_command_that_hits_a_bug_exits_with_1_and_one_line(tmp_path: Path) -> None:
    code = (
        "import server.cli.status as status; from server.cli.main import main;"
        "status.with_workshop = lambda _: 1 / 0; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "status"],
        cwd=tmp_path,
        env=servers.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    found = re.fullmatch(
        r"perch: ZeroDivisionError: division by zero; "
        r"this is an unexpected error: the details are in (\S+)\n",
        done.stderr,
    )
    assert found is not None, done.stderr
    details = Path(found[1])
    assert "with_workshop = lambda _: 1 / 0" in details.read_text() or "<lambda>" in details.read_text()
    details.unlink()


def test_output_to_a_closed_pipe_causes_no_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [servers.PERCH, "completion", "bash"],
        cwd=tmp_path,
        env=servers.environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
