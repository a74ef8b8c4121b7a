"""Whatever the environment asks of Sanic, a PROD server has no debug mode, reloader or inspector."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from config.settings import Settings
from tests import servers
from tests.waiting import wait_for
from tests.whole.conftest import is_ready

ASKED = {
    "SANIC_DEBUG": "true",
    "SANIC_DEV": "true",
    "SANIC_AUTO_RELOAD": "true",
    "SANIC_INSPECTOR": "true",
    "SANIC_NOISY_EXCEPTIONS": "true",
    "SANIC_FALLBACK_ERROR_FORMAT": "html",
    "SANIC_KEEP_ALIVE": "false",
    "SANIC_MOTD": "true",
}


def test_the_environment_cannot_enable_sanics_debug_reloader_or_inspector(
    settings: Settings, tmp_path: Path
) -> None:
    port, inspector = servers.free_port(), servers.free_port()
    url = f"http://127.0.0.1:{port}"
    started = {
        "MODE": "PROD",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": f"postgresql://perch@/perch?host={settings.database.host}",
        "REDIS_URL": settings.redis.url,
        **ASKED,
        "SANIC_INSPECTOR_PORT": str(inspector),
    }
    with servers.perch("serve", folder=tmp_path, **started) as process:
        wait_for(lambda: is_ready(url), "perch serve answering")
        assert listening(family(process.pid)) == {port}
        assert len(family(process.pid)) == 2, "the parent and one web process: no reloader, no inspector"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", inspector), timeout=5)
        with httpx.Client(base_url=url) as client:
            answer = client.get("/api/nowhere", headers={"accept": "text/html"})
            assert answer.json()["error_type"] == "not_found"
            assert answer.headers.get("connection", "keep-alive") == "keep-alive"
            for path in ("/reload", "/shutdown", "/scale", "/info"):
                assert client.post(path).status_code in (404, 405)
        process.terminate()
        said, _ = process.communicate(timeout=30)
    assert not {"debug", "inspector", "reload"} & set(said.lower().split()), said


def family(pid: int) -> set[int]:
    """A process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {pid}.union(*(family(int(child)) for child in children))


def listening(pids: set[int]) -> set[int]:
    """The TCP ports on which these processes listen."""
    sockets = set()
    for descriptor in (found for pid in pids for found in Path(f"/proc/{pid}/fd").iterdir()):
        with suppress(FileNotFoundError):  # closed in this moment
            sockets.add(descriptor.readlink().name)
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:  # LISTEN
                found.add(int(fields[1].rsplit(":", 1)[1], 16))
    return found
