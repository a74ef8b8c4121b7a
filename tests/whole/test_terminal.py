"""`perch up` as an operator sees it on a terminal of 80 columns."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests import servers
from tests.waiting import wait_for


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is as short as those in practice."""
    with tempfile.TemporaryDirectory(prefix="perch") as found:
        yield Path(found)


def shown(folder: Path, **settings: str) -> list[str]:
    """What the terminal showed until Perch was running, and until it stopped."""
    port = servers.free_port()
    (folder / ".env").write_text(f"PORT={port}\n" + "".join(f"{k}={v}\n" for k, v in settings.items()))
    (folder / ".env").chmod(0o600)
    terminal, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.set_blocking(terminal, False)
    text = b""

    def read() -> bytes:
        nonlocal text
        with suppress(OSError):  # nothing to read at the moment, or ever again
            text += os.read(terminal, 1 << 16)
        return text

    environment = {**servers.environment(), "TERM": "xterm-256color", "COLUMNS": "80"}
    with subprocess.Popen(
        [servers.PERCH, "up"],
        cwd=folder,
        env={**environment, "PATH": f"{servers.PERCH.parent}:{environment['PATH']}"},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    ) as process:
        os.close(its)
        try:
            wait_for(lambda: b"Ctrl+C" in read() and b"--\r\n\r\n" in text.split(b"Ctrl+C")[1], "the block")
        finally:
            process.terminate()
            wait_for(lambda: bool(read()) and process.poll() is not None, "the end")
            read()
            os.close(terminal)
    return text.decode().split("\r\n")


def block(lines: list[str]) -> list[str]:
    """The lines between the rules."""
    rules = [number for number, line in enumerate(lines) if re.fullmatch("-{20,}", line)]
    assert len(rules) == 2
    return lines[rules[0] : rules[1] + 1]


def test_output_has_no_colours_and_fits_80_columns(folder: Path) -> None:
    lines = shown(folder)
    assert not any("\x1b" in line for line in lines), lines
    assert not any("PRODUCTION" in line or "WARNING" in line for line in lines), lines
    about = block(lines)
    assert max(map(len, about)) <= 80
    assert "  Next       invite an administrator: perch invite --admin" in about
    assert f"  Data       {folder}/data" in about


def test_a_long_value_continues_on_the_next_line_and_a_command_is_not_broken(folder: Path) -> None:
    about = block(shown(folder, HOST="0.0.0.0", INSTANCE_NAME="Nest", MODE="PROD"))
    assert max(map(len, about)) <= 80
    assert "  Nest is running" in about
    assert any("here; elsewhere, use this machine's" in line for line in about)
