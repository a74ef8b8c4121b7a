"""`perch recovery-kit`: what a new machine needs besides the store of dumps."""

from __future__ import annotations

import os
from pathlib import Path

import click

from config.settings import Settings
from server.cli.command import settings_for_command, with_database
from server.core import audit
from server.core.audit import TERMINAL, Act
from server.core.database.connection import transaction
from server.operations import recovery_kit, server_key, server_keys
from server.operations.recovery_kit import Surroundings

# The file's name for standard output.
STDOUT = "-"


@click.command("recovery-kit")
@click.argument("file", metavar="FILE")
@click.option("--identity-kept", metavar="PLACE", help="Where you keep the secret key of DUMP_AGE_RECIPIENT.")
@click.option("--check", is_flag=True, help="Read FILE instead, and check that it has this Perch's keys.")
def recovery_kit_command(file: str, identity_kept: str | None, check: bool) -> None:
    """Write the recovery kit to FILE, or to standard output (-).

    It holds the keys that aren't in any dump: the one that signs dumps, and one reserved for secrets in the
    database. Without it, `perch restore` on a new machine can't tell your dumps from anyone else's. Keep it
    away from this server and from the store of dumps, in a password manager or on paper.

    \b
    Examples:
      perch recovery-kit kit.txt
      perch recovery-kit - --identity-kept "the safe in room 12" | lp
      perch recovery-kit kit.txt --check
    """
    settings = settings_for_command()
    if check:
        compare(Path(file))
        return
    if file != STDOUT and Path(file).exists():
        raise click.ClickException(f"{file} already exists")
    text = with_database(lambda: kit_text(settings, identity_kept))
    if file == STDOUT:
        click.echo(text, nl=False)
    else:
        with open(file, "w", encoding="utf-8", opener=private) as out:
            out.write(text)
    with_database(on_record)
    if file != STDOUT:
        click.echo(
            f"wrote the recovery kit to {file}. Move it to a place apart from this server and the store of "
            "dumps, and delete it here."
        )


def compare(file: Path) -> None:
    """Say whether a kit has the keys that this Perch uses now."""
    try:
        kit = recovery_kit.read(file.read_text(errors="replace"))
    except recovery_kit.KitDamaged as error:
        raise click.ClickException(f"{file}: {error}") from None
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    current = {(key.purpose, key.material) for key in with_database(server_keys.listed) if key.is_current}
    if current != {(key.purpose, key.material) for key in kit}:
        raise click.ClickException(f"{file} is the kit of another Perch, or has keys that are no longer used")
    click.echo(f"{file} has the keys of this Perch")


async def kit_text(settings: Settings, identity_kept: str | None) -> str:
    """The kit of this Perch."""
    local = settings.backup_kind == "local"
    place = str(settings.backup_folder) if local else f"bucket {settings.s3_bucket_name} at {settings.s3_url}"
    copies = "none (BACKUP_MEDIA is off)"
    if settings.backup_media:
        own = settings.backup_media_bucket
        url = settings.backup_media_url or settings.s3_url
        copies = f"bucket {own} at {url}" if own else "in the same place"
    around = Surroundings(settings.instance_name, place, copies, settings.dump_age_recipient, identity_kept)
    return recovery_kit.written(await server_keys.listed(), around)


async def on_record() -> None:
    """Record in the audit log that the kit was made, once it is written."""
    async with transaction():
        await server_key.kit_made()
        await audit.record(TERMINAL, Act.RECOVERY_KIT_MADE)


def private(path: str, flags: int) -> int:
    """Open a new file that nobody else can read."""
    return os.open(path, flags | os.O_EXCL, 0o600)


COMMANDS = (recovery_kit_command,)
