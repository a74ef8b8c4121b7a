"""Our own servers on small and on large machines."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest
from redis import Redis

from config.settings import Settings
from server.processes import embedded
from server.processes.sizes import postgres_options
from server.processes.valkey import valkey
from tests import servers
from tests.waiting import wait_for


@pytest.mark.parametrize("memory", [64, 128, 1024, 8192, 1 << 20])
def test_buffers_and_caches_fit_into_the_configured_memory(memory: int) -> None:
    options = postgres_options(memory, connections=60)
    size = {name: int(value.removesuffix("MB")) for name, value in options.items() if value.endswith("MB")}
    assert size["shared_buffers"] + size["effective_cache_size"] == memory
    assert size["work_mem"] <= size["maintenance_work_mem"] <= memory // 4


async def shown(settings: Settings, *names: str) -> list[str]:
    connection = await asyncpg.connect(**{**settings.database.connect_arguments(), "database": "postgres"})
    found = [await connection.fetchval("SELECT current_setting($1)", name) for name in names]
    await connection.close()
    return found


def test_the_servers_start_with_the_sizes_computed_for_a_large_machine(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, postgres_mb=2048, valkey_mb=64)  # type: ignore[call-arg]
    embedded.Folders(tmp_path).create()
    programs = [embedded.postgres(settings), valkey(settings)]
    pids = [program.start() for program in programs]
    try:
        for program in programs:
            wait_for(program.ready or (lambda: True), f"{program.name} answering")
        asked = ("shared_buffers", "work_mem", "checkpoint_timeout", "fsync", "synchronous_commit")
        assert asyncio.run(shown(settings, *asked)) == ["512MB", "32MB", "15min", "on", "on"]
        with Redis.from_url(settings.redis.url) as redis:
            assert redis.config_get("maxmemory") == {"maxmemory": str(64 << 20)}
        logs = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "logs").glob("*.log")}
        assert logs == {"postgres.log": 0o600, "valkey.log": 0o600}
    finally:
        for program, pid in zip(programs, pids, strict=True):
            servers.stop(program, pid)


def test_a_log_that_grows_too_large_is_emptied_while_its_program_runs(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    embedded.Folders(tmp_path).create()
    programs = {"postgres": embedded.postgres(settings), "valkey": valkey(settings)}
    pids = {name: program.start() for name, program in programs.items()}
    try:
        for name, program in programs.items():
            wait_for(program.ready or (lambda: True), f"{name} answering")
            log, old = (tmp_path / "logs" / f"{name}.{suffix}" for suffix in ("log", "log.1"))
            program.tend()
            assert not old.exists()
            with log.open("ab") as file:
                file.write(b"x" * embedded.LOG_BYTES)
            program.tend()
            assert log.stat().st_size < 1000 < embedded.LOG_BYTES < old.stat().st_size
            assert old.stat().st_mode & 0o777 == 0o600
    finally:
        for name, program in programs.items():
            servers.stop(program, pids[name])
    for name in programs:  # what they wrote when they stopped
        assert "shut" in (tmp_path / "logs" / f"{name}.log").read_text().lower()


def test_more_than_the_machine_has_is_refused_by_name(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, postgres_mb=1 << 20)  # type: ignore[call-arg]
    with pytest.raises(embedded.EmbeddedUnavailable, match=r"^POSTGRES_MB: 1048576 MB is more than"):
        embedded.postgres(settings)
