"""The summary that `perch up` prints once it runs, laid out for a terminal of 80 columns."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import sys
import textwrap
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from config.settings import Settings
from server.core.database.connecting import connect
from server.core.transient import is_passing

# The width of the terminal and of the column of names, in characters.
WIDTH, NAMES = 80, 13

# How many seconds to wait for the database, as it may have gone away since it was migrated.
PATIENCE = 5

# Settings without which another command would act on another Perch, or print another address.
SHOWN = ("MODE", "DATA_DIR", "HOST", "PORT")


def banner(settings: Settings) -> str:
    """The whole summary."""
    url = settings.local_url
    bucket, objects = f"bucket {settings.s3_bucket_name}", str(settings.objects_folder)
    rows = {
        "Open": url,
        **({"Public": settings.public_origin} if settings.public_origin else {}),
        "Data": str(settings.data_folder),
        "Pictures": objects if settings.object_storage == "local" else bucket,
        "API": f"{url}/api/docs",
        "Stop": "Ctrl+C",
    }
    if settings.host != settings.local_host:
        rows["Open"] += " here; elsewhere, use this machine's name or address"
    people = who_there_is(settings)
    if settings.demo and people.demo:
        rows["Demo keys"] = "test (Иван) and test1 (Катя)"
    command = command_name()
    if not people.administrators:
        rows["Next"] = with_command("invite an administrator", f"{command} invite --admin")
    elif not settings.demo:
        rows["Invite"] = with_command("make a link for new people", f"{command} invite")
    if trouble := not_ready(settings):
        rows["Problem"] = with_command(trouble.rstrip("."), f"{command} doctor")
    lines = [line for name, value in rows.items() for line in row(name, value)]
    rule = "-" * min(WIDTH, max(map(len, lines)))
    return "\n".join(["", rule, f"  {settings.instance_name} is running", *lines, rule, ""])


def with_command(words: str, command: str) -> str:
    """Put the command after the words or, if both don't fit, on its own line, so that it can be copied."""
    line = f"{words}: {command}"
    return line if len(line) <= WIDTH - NAMES else f"{words}:\n{command}"


def row(name: str, value: str) -> list[str]:
    """Lay out a name and its value, on as many lines as needed. Words aren't broken, as they may be paths."""
    words, _, command = value.partition("\n")
    lines = textwrap.wrap(words, WIDTH - NAMES, break_long_words=False, break_on_hyphens=False)
    lines += [command] if command else []
    return [f"  {name if number == 0 else '':<{NAMES - 2}}{line}" for number, line in enumerate(lines)]


class People(NamedTuple):
    """Whether there is anyone who can invite others, and whether there are demo users."""

    administrators: bool
    demo: bool


PEOPLE = """
    SELECT EXISTS (SELECT 1 FROM users WHERE is_admin),
        EXISTS (SELECT 1 FROM users WHERE demo AND deleted_at IS NULL)
"""


def who_there_is(settings: Settings) -> People:
    """Ask the database. If it can't tell, suppose that there are both."""

    async def ask() -> People:
        connection = await connect(settings.database, within=PATIENCE)
        try:
            return People(*await connection.fetchrow(PEOPLE, timeout=PATIENCE))
        finally:
            await connection.close(timeout=PATIENCE)

    try:
        return asyncio.run(ask())
    except Exception as error:
        if not is_passing(error):
            raise
        return People(administrators=True, demo=True)


def command_name() -> str:
    """The command as it was called, with the settings from its environment, so that people can repeat it."""
    called = Path(sys.argv[0])
    name = str(called.relative_to(Path.cwd()) if called.is_relative_to(Path.cwd()) else called)
    if shutil.which(called.name) == str(called):
        name = called.name
    given = [f"{setting}={shlex.quote(os.environ[setting])}" for setting in SHOWN if os.environ.get(setting)]
    return " ".join([*given, name])


def not_ready(settings: Settings) -> str | None:
    """The problem that `GET /health/ready` reports; None if it reports none."""
    try:
        with urllib.request.urlopen(f"{settings.local_url}/health/ready", timeout=10):  # noqa: S310 (our own)
            return None
    except urllib.error.HTTPError as error:
        found: str = json.loads(error.read())["error_message"]
        return found
    except OSError as error:
        return str(error)
