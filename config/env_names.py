"""The names in an operator's `.env` that have no meaning any more, and those that are unknown."""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import dotenv_values

from config.secret_files import SUFFIX
from config.settings import Settings

# Names of the first implementation that have no meaning any more; an old `.env` may contain them.
OBSOLETE = (
    "DOCKER_CLIENT",
    "DOCKER_CLIENT_PORT",
    "DOCKER_SERVER",
    "DOCKER_CELERY",
    "DOCKER_FLOWER",
    "DOCKER_FLOWER_PORT",
)


def unused_names(env_file: Path | None = Path(".env")) -> list[str]:
    """The first implementation's names that are set but mean nothing any more."""
    written = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    return [name for name in OBSOLETE if os.environ.get(name) or written.get(name)]


def no_answer(settings: Settings, name: str, where: object, error: object) -> str:
    """A sentence for operators that a server doesn't respond, and what to do if an old name is set for it.

    Args:
        name: the first implementation's name for that server, DOCKER_DATABASE or DOCKER_REDIS.
    """
    words = f"{where} doesn't respond: {str(error).rstrip('.')}"
    given = {"DOCKER_DATABASE": settings.docker_database, "DOCKER_REDIS": settings.docker_redis}
    if not given[name]:
        return words
    named = " and ".join(each for each, value in given.items() if value)
    return (
        f"{words}; {named} in the settings name servers in containers. Start these (docker compose up), "
        "or remove the names to use Perch's own servers"
    )


def unknown_names(env_file: Path | None = Path(".env")) -> list[str]:
    """Names in the file that aren't settings: they may be mistyped, or another program's."""
    known = {name for names in Settings.names().values() for name in names} | set(OBSOLETE)
    known |= {name.upper() + SUFFIX for name in Settings.SECRET}
    written = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    return [name for name in written if name.upper() not in known]
