"""After `kill -9` of `perch up`, nothing of it keeps running, and the next start just works."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.thorough import THOROUGH
from tests.waiting import wait_for
from tests.whole.conftest import alive, running, users

# In seconds. On a busy machine the programs themselves take longer to start.
SERVES_WITHIN = 5 if THOROUGH else 15


@pytest.mark.fault("parent-killed")
def test_the_next_start_after_kill_9_of_everything_just_works(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    leftovers = [tmp_path / "data" / name for name in ("tmp/picture-x/original", "objects/.aside/half")]
    with running(tmp_path) as perch:
        for path in leftovers:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")
        perch.command("users", "add", "alice")
        everybody = [perch.process.pid, *perch.children()]
        for pid in everybody:
            os.kill(pid, signal.SIGKILL)
        perch.process.wait(10)
    began = time.monotonic()
    with running(tmp_path) as again:
        seconds = time.monotonic() - began
        assert seconds <= SERVES_WITHIN
        assert "alice" in users(again)
        assert users(again).count("test") == 1
        assert not any(path.exists() for path in leftovers)
    measured(
        f"all {len(everybody)} processes killed: the next start serves after {seconds:.1f} s, nothing lost"
    )


@pytest.mark.fault("parent-killed")
def test_the_children_of_a_killed_parent_end_too(tmp_path: Path, measured: Callable[[str], None]) -> None:
    with running(tmp_path) as perch:
        wait_for(lambda: len(perch.children()) == 6, "all processes")
        children = perch.children()
        perch.process.kill()
        killed = time.monotonic()
        perch.process.wait(10)
        wait_for(lambda: alive(children) == set(), "the end of its children", seconds=5)
        seconds = time.monotonic() - killed
        began = time.monotonic()
        with running(tmp_path, PORT=perch.settings["PORT"]):
            until_serving = time.monotonic() - began
            assert until_serving <= SERVES_WITHIN
    measured(
        f"the parent killed: its {len(children)} children are gone after {seconds:.1f} s, and the next one "
        f"serves on its port after {until_serving:.1f} s"
    )


@pytest.mark.fault("parent-killed")
def test_a_process_that_cannot_finish_does_not_outlive_a_killed_parent(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """It would wait for a half-received upload as long as SHUTDOWN_TIMEOUT allows."""
    with running(tmp_path, WEB_CONCURRENCY="1", SHUTDOWN_TIMEOUT="60") as perch:
        wait_for(lambda: len(perch.children()) == 5, "all processes")
        children, port = perch.children(), int(perch.settings["PORT"])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(
                b"POST /api/medias HTTP/1.1\r\nHost: x\r\napi-key: test\r\nContent-Length: 100000\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
                b'Content-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + b"\xff\xd8" * 500
            )
            wait_for(lambda: any((tmp_path / "data" / "tmp").glob("upload-*")), "a part of it being here")
            perch.process.kill()
            killed = time.monotonic()
            perch.process.wait(10)
            wait_for(lambda: alive(children) == set(), "the end of its children", seconds=5)
            seconds = time.monotonic() - killed
    measured(f"the parent killed while a web process waits for an upload: all gone after {seconds:.1f} s")
