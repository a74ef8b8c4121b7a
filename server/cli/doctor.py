"""`perch doctor`: what is wrong with the settings and the parts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import uvloop

from config import logging as lines
from config.env_names import unknown_names, unused_names
from config.settings import Settings
from config.values import is_loopback
from server.cli.parts import Finding, failed, look_at_servers
from server.operations import disks
from server.processes.embedded import Folders
from server.processes.errors import CannotRun
from server.processes.valkey import set_aside
from tasks import picture_worker

# Large enough that a file needs disk space of its own.
PROBE = b"x" * 4096


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def doctor(as_json: bool) -> None:
    """Check the settings, disks, servers and storage. Exits with 1 if a check failed.

    \b
    Examples:
      perch doctor
      perch doctor --json | jq '.[] | select(.verdict != "ok")'
    """
    settings = Settings.load()  # a wrong setting ends the command here, with a one-line error
    lines.configure("doctor", "ERROR", secrets=settings.secrets)
    findings = uvloop.run(examine(settings))
    if as_json:
        rows = [{"verdict": f.verdict, "part": f.part, "detail": f.detail} for f in findings]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{finding.verdict:<8} {finding.part:<10} {finding.detail}")
    if any(finding.verdict == "failed" for finding in findings):
        sys.exit(1)


async def examine(settings: Settings) -> list[Finding]:
    """Check everything. Whatever cannot be checked counts as failed."""
    found: list[Finding] = []
    for part, look in (("settings", look_at_settings), ("data", look_at_folder), ("disks", look_at_disks)):
        try:
            found += look(settings)
        except Exception as error:
            found.append(failed(part, error))
    if not is_nothing_here(settings):
        found += [finding async for finding in look_at_servers(settings)]
    found.append(look_at_pictures())
    found.append(look_at_walls())
    return found


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """Settings that are valid but unwise."""
    unknown = unknown_names()
    if unknown:
        yield Finding("warning", "settings", f"unknown settings in .env: {', '.join(unknown)}")
    file = Path(".env")
    if file.is_file() and file.stat().st_mode & 0o007:
        yield Finding("warning", "settings", "every user of this machine can read .env; run: chmod o= .env")
    if unused := unused_names():
        yield Finding("ok", "settings", f"ignored settings of the first implementation: {', '.join(unused)}")
    if settings.demo and not is_loopback(settings.host):
        words = "DEMO_KEYS is on and others can reach HOST, so anyone can use the public demo keys"
        yield Finding("warning", "settings", words)
    own_port = f":{settings.port}"  # if PUBLIC_URL has our own port, there is no proxy in front of us
    proxied = settings.public_origin is not None and not settings.public_origin.endswith(own_port)
    if proxied and not (settings.proxies_count or settings.real_ip_header):
        words = (
            "PUBLIC_URL is set, but neither PROXIES_COUNT nor REAL_IP_HEADER is, "
            "so Perch doesn't know clients' addresses"
        )
        yield Finding("warning", "settings", words)
    for words in unwise(settings):
        yield Finding("warning", "settings", words)
    yield Finding("ok", "settings", f"mode {settings.mode}, {settings.host}:{settings.port}")


def unwise(settings: Settings) -> Iterator[str]:
    """Settings that work, but let others do more than they should."""
    believes_proxies = settings.proxies_count or settings.real_ip_header
    if believes_proxies and not is_loopback(settings.host) and settings.trusted_proxies is None:
        yield (
            f"HOST is {settings.host} and TRUSTED_PROXIES isn't set, so "
            "anyone who can reach the port can pose as a proxy"
        )
    if settings.metrics_port is not None and not is_loopback(settings.metrics_host):
        yield (
            f"METRICS_HOST is {settings.metrics_host}, so "
            "anyone who can reach METRICS_PORT can read the metrics without a token"
        )
    if "*" in (settings.cors_origins or ()):
        yield "CORS_ORIGINS is *, so pages of any site can call the API from a browser"
    same = settings.object_storage == settings.backup_kind
    if settings.backup_media and same and settings.backup_media_bucket is None:
        place = "bucket" if settings.backup_kind == "s3" else "disk"
        yield f"BACKUP_MEDIA puts the copies of pictures on the same {place}; set BACKUP_MEDIA_BUCKET"
    if settings.backup_kind == "s3" and settings.dump_age_recipient is None:
        yield "DUMP_AGE_RECIPIENT isn't set, so anyone who can read the bucket can read the dumps in it"
    if os.geteuid() == 0:
        yield "Perch runs as root; a user of its own is enough (docs/deploying.md)"


def look_at_folder(settings: Settings) -> Iterator[Finding]:
    """Whether we can write to the data folder, and nobody else can read it."""
    folder = settings.data_folder
    if is_nothing_here(settings):
        words = "doesn't exist; run this in the folder of your .env, or `perch up` first"
        yield Finding("warning", "data", f"DATA_DIR {folder} {words}")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / ".probe"
        probe.write_bytes(PROBE)  # not an empty file, which fits even on a full disk
        probe.unlink()
    except OSError as error:
        yield Finding("failed", "data", f"DATA_DIR {folder}: {error.strerror}")
        return
    try:
        Folders(folder).require_folders()
    except CannotRun as error:
        yield Finding("failed", "data", str(error))
    if folder.stat().st_mode & 0o077:
        words = "is open to other users of this machine; run"
        yield Finding("warning", "data", f"DATA_DIR {folder} {words}: chmod 700 {folder}")
    else:
        yield Finding("ok", "data", str(folder))
    if settings.object_storage == "s3" and has_pictures(settings.objects_folder):
        words = (
            "holds pictures, but Perch looks for pictures in the bucket only; with STORAGE=local it shows "
            "those on the disk, and BACKUP_STORAGE=s3 still sends dumps to the bucket"
        )
        yield Finding("warning", "data", f"{settings.objects_folder} {words}")
    for aside in set_aside(folder):
        words = "holds files that Valkey couldn't read and started without; delete it once nobody needs it"
        yield Finding("warning", "data", f"{aside} {words}")


def is_nothing_here(settings: Settings) -> bool:
    """Whether Perch hasn't been started yet, or its data is in another folder: then nothing is made here."""
    only_our_own = settings.embedded_database and settings.embedded_redis
    return only_our_own and not settings.data_folder.exists()


def has_pictures(folder: Path) -> bool:
    """Whether a local store has left objects in this folder."""
    return folder.is_dir() and any(not found.name.startswith(".") for found in folder.iterdir())


def look_at_disks(settings: Settings) -> Iterator[Finding]:
    """Whether there is free space where Perch writes."""
    for disk in disks.looked_at(settings):
        if disk.trouble is not None:
            yield Finding("failed", "disks", ": ".join(disk.trouble))
        else:
            yield Finding("ok", "disks", f"{disk.place}, {disks.in_words(disk.free)} free")


def look_at_pictures() -> Finding:
    """Which decoder processes pictures, as the picture child itself reports."""
    try:
        said = picture_worker.decoder()
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("failed", "pictures", f"the picture child doesn't run: {error}")
    if "pillow-simd" not in said:
        return Finding(
            "warning",
            "pictures",
            f"{said}, not pillow-simd, which is faster (docs/deploying.md)",
        )
    return Finding("ok", "pictures", said)


def look_at_walls() -> Finding:
    """The walls that keep a decoder taken over by an attacker away from everything else."""
    try:
        found = picture_worker.walls()
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("failed", "walls", f"the picture child doesn't run: {error}")
    standing = "; ".join(f"{name}: {what}" for name, what in found.items() if what)
    if missing := [name for name, what in found.items() if not what]:
        lacking = f"this system has no {' and no '.join(missing)} to sandbox the picture child with"
        return Finding("warning", "walls", f"{lacking}; it has {standing or 'limits only'}")
    return Finding("ok", "walls", standing)


COMMANDS = (doctor,)
