"""`perch dump`: make, list, verify, drill and fetch."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from server.cli.command import (
    BUSY,
    identity_option,
    json_option,
    manifest_of,
    print_json,
    progress,
    read_identity,
    size,
    table,
    with_workshop,
)
from server.cli.exit_codes import FAILED
from server.operations import runs, server_keys
from server.operations.dumps import catalogue
from server.operations.dumps.catalogue import KINDS, Catalogue, Dump, distinct
from server.operations.dumps.errors import DumpDamaged, DumpFailed
from server.operations.dumps.manifest import DumpKind
from server.operations.scheduled_run import RunKind, ScheduledRun
from tasks.dumps import drills
from tasks.dumps.trust import unknown_signature
from tasks.dumps.verifying import verify
from tasks.runs import carry_out
from tasks.workshop import Workshop


@click.group()
def dump() -> None:
    """Make, list, verify, test and fetch dumps of the database."""


@dump.command("now")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="hour",
    show_default=True,
    help="Keep it as a dump of this kind.",
)
@json_option
def dump_now(kind: DumpKind, as_json: bool) -> None:
    """Make a dump now, whatever the schedule says.

    \b
    Example:
      perch dump now --kind day
    """
    run = RunKind(f"dump_{kind}")

    async def work(workshop: Workshop) -> dict[str, Any]:
        claim = await runs.start_manually(run)
        if claim is None:
            raise click.ClickException(BUSY)
        known = (await listing(workshop)).dumps
        expected = known[0].manifest.archive_bytes if known else None
        with progress(f"dumping ({kind})", expected) as show:
            await carry_out(claim, replace(workshop, on_progress=show))
        found = await runs.get(claim.id)
        if found.state != "done":
            raise click.ClickException(found.error or f"the run is {found.state}")
        result: dict[str, Any] = found.result
        return result

    result = with_workshop(work)
    if as_json:
        print_json(result)
    else:
        click.echo(f"made {result['dump']}: {result['rows']} rows, {size(result['stored_bytes'])}")


@dump.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only dumps of this kind.")
@json_option
def dump_list(kind: DumpKind | None, as_json: bool) -> None:
    """List all dumps, newest first. Exits with 1 if any of them has a problem.

    \b
    Example:
      perch dump list --json | jq -r '.[0].id'
    """

    async def work(workshop: Workshop) -> tuple[list[Dump], list[tuple[str, str]]]:
        found = await listing(workshop)
        return distinct(found.dumps), list(found.damaged)

    dumps, damaged = with_workshop(work, begins=True)  # possibly on a lost machine's replacement
    chosen = [found for found in dumps if kind in (None, found.manifest.kind)]
    listed_lines = [dump_row(found, as_json) for found in chosen]
    table(listed_lines, as_json)
    for key, reason in damaged:
        click.echo(f"damaged manifest {key}: {reason}", err=True)
    if damaged or any(line["trouble"] for line in listed_lines):
        sys.exit(FAILED)


@dump.command("verify")
@click.argument("dump_id", metavar="[ID]", required=False)
@click.option("--all", "everything", is_flag=True, help="Verify every dump.")
@identity_option
@json_option
def dump_verify(dump_id: str | None, everything: bool, identity: Path | None, as_json: bool) -> None:
    """Read dumps back in full, check their hashes, and unpack the archives of signed ones.

    Exits with 1 if one is damaged. To unpack an encrypted archive, it needs --identity.

    `latest` is the newest dump.

    \b
    Examples:
      perch dump verify hour-20261124T180500Z-5f3a1c
      perch dump verify --all --json
    """
    if (dump_id is None) is not everything:
        raise click.UsageError("give either the ID of a dump or --all")
    secret = read_identity(identity)

    async def work(workshop: Workshop) -> list[dict[str, Any]]:
        found = await listing(workshop)
        chosen = [found.find(dump_id)] if dump_id else found.dumps
        results = [await verified(each, workshop, secret) for each in chosen]
        results += [
            {"id": key, "folder": "", "good": False, "said": why} for key, why in found.damaged if everything
        ]
        return results

    results = with_workshop(work, begins=True)
    table(results, as_json)
    if not all(result["good"] for result in results):
        sys.exit(FAILED)


async def verified(found: Dump, workshop: Workshop, identity: str | None) -> dict[str, Any]:
    """One dump's line."""
    try:
        with progress(f"reading {found.id}", found.manifest.stored_bytes) as show:
            said = await verify(found, replace(workshop, on_progress=show), identity=identity)
    except DumpFailed as error:
        return {"id": found.id, "folder": found.folder, "good": False, "said": str(error)}
    return {"id": found.id, "folder": found.folder, "good": True, "said": said}


@dump.command("drill")
@click.argument("dump_id", metavar="[ID]", default=catalogue.LATEST)
@identity_option
@click.option(
    "--accept-unsigned", is_flag=True, help="Accept a dump that this Perch neither signed nor recorded."
)
@json_option
def dump_drill(dump_id: str, identity: Path | None, accept_unsigned: bool, as_json: bool) -> None:
    """Test a dump (by default the newest) by restoring it into a scratch database.

    \b
    Example:
      perch dump drill
    """
    secret = read_identity(identity)

    async def work(workshop: Workshop) -> ScheduledRun:
        found = await listing(workshop)
        if not found.dumps:
            raise click.ClickException("there is no dump yet; make one with `perch dump now`")
        chosen = found.find(dump_id)
        if not (chosen.is_signed or accept_unsigned or await drills.is_recorded(chosen)):
            raise DumpFailed(f"{unknown_signature(chosen.id)}: use --accept-unsigned to restore it anyway")
        claim = await runs.start_manually(RunKind.DRILL)
        if claim is None:
            raise click.ClickException(BUSY)
        with progress(f"testing {chosen.id}", chosen.manifest.stored_bytes) as show:
            await carry_out(
                claim,
                replace(workshop, on_progress=show),
                lambda _, shop: drills.drilled(chosen, shop, secret),
            )
        return await runs.get(claim.id)

    run = with_workshop(work)
    result = run.result or {}
    if as_json:
        print_json({**result, "proven": run.state == "done", "error": run.error})
    elif run.state == "done" and result["source"] == "stream" and secret is None:
        click.echo(
            f"{result['dump']} is unchanged since its restore test while it was being made: "
            f"{result['rows']} rows"
        )
    elif run.state == "done":
        click.echo(f"{result['dump']} is proven: {result['rows']} rows restored in {result['seconds']:.1f} s")
    else:
        click.echo(f"not proven: {run.error}")
    if run.state != "done":
        sys.exit(FAILED)


@dump.command("fetch")
@click.argument("dump_id", metavar="ID")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def dump_fetch(dump_id: str, file: Path) -> None:
    """Copy a dump to FILE and its manifest to FILE.json, to use with `perch restore FILE` elsewhere.

    `latest` is the newest dump.

    \b
    Example:
      perch dump fetch hour-20261124T180500Z-5f3a1c perch.dump.zst
    """
    if file.exists():
        raise click.ClickException(f"{file} already exists")
    if not file.absolute().parent.is_dir():
        raise click.ClickException(f"the folder {file.absolute().parent} doesn't exist")

    async def work(workshop: Workshop) -> Dump:
        found = (await listing(workshop)).find(dump_id)
        partial = file.with_name(file.name + ".part")
        digest = hashlib.sha256()
        done = 0
        out = await asyncio.to_thread(open, partial, "wb", opener=private)
        with out, progress(f"fetching {found.id}", found.manifest.stored_bytes) as show:
            async with workshop.backups.read(found.key) as stored:
                async for piece in stored.body:
                    await asyncio.to_thread(out.write, piece)
                    digest.update(piece)
                    done += len(piece)
                    show(done)
        if digest.hexdigest() != found.manifest.sha256:
            partial.unlink()
            raise DumpDamaged(f"the dump {dump_id} is damaged: its bytes differ from those that were stored")
        manifest_of(file).write_bytes(found.text)
        partial.rename(file)
        return found

    found = with_workshop(work, begins=True)
    click.echo(f"wrote {file} ({size(found.manifest.stored_bytes)}) and {manifest_of(file)}")


def private(path: str, flags: int) -> int:
    """Open a new file that nobody else can read."""
    return os.open(path, flags, 0o600)


def dump_row(found: Dump, as_json: bool) -> dict[str, Any]:
    """A dump's line."""
    manifest = found.manifest
    return {
        "id": found.id,
        "kind": manifest.kind,
        "slot": manifest.slot.isoformat() if as_json else manifest.slot,
        "bytes": manifest.stored_bytes if as_json else size(manifest.stored_bytes),
        "rows": sum(manifest.rows.values()),
        "seconds": manifest.seconds,
        "encrypted": manifest.encryption is not None,
        "signed": found.is_signed,
        "proven": found.is_proven,
        "trouble": found.trouble or (found.drill.error if found.drill else None),
    }


async def listing(workshop: Workshop) -> Catalogue:
    """The catalogue of dumps, including which of them this Perch signed."""
    return await catalogue.read(workshop.backups, workshop.settings, await server_keys.keyring())


COMMANDS = (dump,)
