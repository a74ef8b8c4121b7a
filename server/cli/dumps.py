"""`perch dump`, `perch restore`, `perch retention` and `perch lifecycle`."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec
import uvloop

import storage
from config import logging as lines
from config.settings import Settings
from server.cli import media
from server.cli.command import json_option, print_json, progress, reasons, size, table, with_workshop
from server.domain import runs
from server.models import RunKind, ScheduledRun
from server.models.connection import database
from server.processes import embedded
from storage.base import ObjectStore
from storage.lifecycle import LifecycleUnsupported, prefix_of
from tasks import lifecycle as rules
from tasks.dumps import catalogue, drills, retention
from tasks.dumps.catalogue import KINDS, Dump, distinct
from tasks.dumps.errors import DumpDamaged, DumpFailed
from tasks.dumps.manifest import DumpKind, Manifest, decode, encode
from tasks.dumps.restore import Restored, Source, from_file
from tasks.dumps.restore import restore as restore_dump
from tasks.runs import carry_out
from tasks.workshop import Workshop

FAILED = 1

identity_option = click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of age's secret key (AGE-SECRET-KEY-1…), for encrypted dumps.",
)


@click.group()
def dump() -> None:
    """Make, list, verify, drill and fetch dumps of the database."""


@dump.command("now")
@click.option("--kind", type=click.Choice(KINDS), default="hour", show_default=True, help="Where it is kept.")
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
            raise click.ClickException(
                "another dump or drill runs at this moment: `perch runs list` shows it"
            )
        known = (await catalogue.read(workshop.backups, workshop.settings)).dumps
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
@click.option("--kind", type=click.Choice(KINDS), help="Of this kind only.")
@json_option
def dump_list(kind: DumpKind | None, as_json: bool) -> None:
    """List the dumps that exist, the newest first. Ends with 1 where one is not as it should be.

    \b
    Example:
      perch dump list --json | jq -r '.[0].id'
    """

    async def work(workshop: Workshop) -> tuple[list[Dump], list[tuple[str, str]]]:
        found = await catalogue.read(workshop.backups, workshop.settings)
        return distinct(found.dumps), list(found.damaged)

    dumps, damaged = with_workshop(work)
    chosen = [found for found in dumps if kind in (None, found.manifest.kind)]
    table([dump_row(found, as_json) for found in chosen], as_json)
    for key, reason in damaged:
        click.echo(f"damaged manifest {key}: {reason}", err=True)
    if damaged or any(dump_row(found, as_json)["trouble"] for found in chosen):
        sys.exit(FAILED)


@dump.command("verify")
@click.argument("dump_id", metavar="ID", required=False)
@click.option("--all", "everything", is_flag=True, help="Every dump.")
@identity_option
@json_option
def dump_verify(dump_id: str | None, everything: bool, identity: Path | None, as_json: bool) -> None:
    """Read dumps back: every byte, and the archive to its end. Ends with 1 where one is damaged.

    \b
    Examples:
      perch dump verify hour-20261124T180500Z-5f3a1c
      perch dump verify --all --json
    """
    if (dump_id is None) is not everything:
        raise click.UsageError("give the ID of a dump, or --all")
    secret = read_identity(identity)

    async def work(workshop: Workshop) -> list[dict[str, Any]]:
        found = await catalogue.read(workshop.backups, workshop.settings)
        chosen = [found.find(dump_id)] if dump_id else found.dumps
        results = [await verified(each, workshop, secret) for each in chosen]
        results += [
            {"id": key, "folder": "", "good": False, "said": why} for key, why in found.damaged if everything
        ]
        return results

    results = with_workshop(work)
    table(results, as_json)
    if not all(result["good"] for result in results):
        sys.exit(FAILED)


async def verified(found: Dump, workshop: Workshop, identity: str | None) -> dict[str, Any]:
    """One dump's line."""
    try:
        with progress(f"reading {found.id}", found.manifest.stored_bytes) as show:
            said = await drills.verify(found, workshop, identity=identity, on_progress=show)
    except DumpFailed as error:
        return {"id": found.id, "folder": found.folder, "good": False, "said": str(error)}
    return {"id": found.id, "folder": found.folder, "good": True, "said": said}


@dump.command("drill")
@click.argument("dump_id", metavar="[ID]", default=catalogue.LATEST)
@identity_option
@json_option
def dump_drill(dump_id: str, identity: Path | None, as_json: bool) -> None:
    """Prove a dump (the newest, where none is named) by restoring it into a scratch database.

    \b
    Example:
      perch dump drill
    """
    secret = read_identity(identity)

    async def work(workshop: Workshop) -> ScheduledRun:
        found = await catalogue.read(workshop.backups, workshop.settings)
        if not found.dumps:
            raise click.ClickException("there is no dump yet: `perch dump now` makes one")
        chosen = found.find(dump_id)
        claim = await runs.start_manually(RunKind.DRILL)
        if claim is None:
            raise click.ClickException(
                "another dump or drill runs at this moment: `perch runs list` shows it"
            )
        with progress(f"drilling {chosen.id}", chosen.manifest.stored_bytes) as show:
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
            f"{result['dump']} is unchanged since it was restored while it was made: {result['rows']} rows"
        )
    elif run.state == "done":
        click.echo(
            f"{result['dump']} is proven: {result['rows']} rows came back in {result['seconds']:.1f} s"
        )
    else:
        click.echo(f"not proven: {run.error}")
    if run.state != "done":
        sys.exit(FAILED)


@dump.command("fetch")
@click.argument("dump_id", metavar="ID")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def dump_fetch(dump_id: str, file: Path) -> None:
    """Copy a dump into FILE, and its manifest into FILE.json, for `perch restore FILE` elsewhere.

    \b
    Example:
      perch dump fetch hour-20261124T180500Z-5f3a1c perch.dump.zst
    """
    if file.exists():
        raise click.ClickException(f"{file} is there already")
    if not file.absolute().parent.is_dir():
        raise click.ClickException(f"there is no folder {file.absolute().parent}")

    async def work(workshop: Workshop) -> Dump:
        found = (await catalogue.read(workshop.backups, workshop.settings)).find(dump_id)
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
            raise DumpDamaged(f"the dump {dump_id} is damaged: its bytes are not those that were stored")
        manifest_of(file).write_bytes(encode(found.manifest))
        partial.rename(file)
        return found

    found = with_workshop(work)
    click.echo(f"{file}: {size(found.manifest.stored_bytes)}, and {manifest_of(file)}")


def private(path: str, flags: int) -> int:
    """Open a new file for nobody else's eyes."""
    return os.open(path, flags, 0o600)


def manifest_of(file: Path) -> Path:
    """Where a fetched dump's manifest lies."""
    return file.with_name(file.name + ".json")


@click.command()
@click.argument("source", metavar="ID|FILE")
@click.option(
    "--force", is_flag=True, help="Also where the database holds data, which is kept under another name."
)
@click.option("--into", metavar="DBNAME", help="Restore into another database of the same server.")
@identity_option
@json_option
def restore(source: str, force: bool, into: str | None, identity: Path | None, as_json: bool) -> None:
    """Restore a dump by its ID, or from a FILE that was fetched (or made by `pg_dump -Fc`).

    It is restored beside the database that is there and takes its place by renaming. Running processes come
    back to it by themselves. `latest` is the newest dump.

    \b
    Examples:
      perch restore latest
      perch restore hour-20261124T180500Z-5f3a1c --force
      perch restore perch.dump.zst --into perch_to_look_at
    """
    settings, secret = Settings.load(), read_identity(identity)
    lines.configure("perch", "WARNING", shape="text")

    async def run() -> Restored:
        store = storage.for_backups(settings)
        await store.open()
        try:
            async with chosen_source(source, settings, store) as found:
                length = found.manifest.stored_bytes if found.manifest else Path(source).stat().st_size
                with progress("restoring", length) as show:
                    return await restore_dump(
                        found,
                        settings,
                        force=force,
                        into=into,
                        identity=secret,
                        on_progress=show,
                        say=lambda text: click.echo(text, err=True),
                    )
        finally:
            await store.close()

    with embedded.database_for_command(settings), reasons(settings):
        done = uvloop.run(run())
        if not as_json:
            tell_restored(done)
        missing = [] if into else uvloop.run(missing_pictures(settings))
    if as_json:
        print_json({**msgspec.to_builtins(done), "missing_pictures": missing})
    elif missing:
        click.echo(
            f"{len(missing)} objects of pictures are missing in storage (`perch media check` lists them all):"
        )
        for key in missing[:10]:
            click.echo(f"  {key}")


def tell_restored(done: Restored) -> None:
    """What was done, for people."""
    click.echo(f"restored {done.rows} rows into {done.database}")
    if done.migrated:
        click.echo(f"brought to this version: {', '.join(done.migrated)}")
    if done.kept:
        click.echo(f"what was there before is kept until somebody says: DROP DATABASE {done.kept}")


async def missing_pictures(settings: Settings) -> list[str]:
    """The objects that the restored rows lack."""
    async with database(settings, name="perch restore"):
        return list((await media.examine(settings)).missing)


@asynccontextmanager
async def chosen_source(source: str, settings: Settings, store: ObjectStore) -> AsyncIterator[Source]:
    """A file, or a dump of the catalogue, being read while the block lasts."""
    path = Path(source)
    if path.is_file():
        beside = manifest_of(path)
        yield from_file(path, decode(beside.read_bytes(), Manifest) if beside.is_file() else None)
        return
    found = await catalogue.read(store, settings)
    if not found.dumps:
        raise click.ClickException(f"{source} is no file, and there is no dump in the store of backups")
    chosen = found.find(source)
    if chosen.trouble:
        raise DumpDamaged(f"the dump {chosen.id}: {chosen.trouble}")
    async with store.read(chosen.key) as stored:
        yield Source(chosen.id, stored.body, chosen.manifest)


def read_identity(file: Path | None) -> str | None:
    """The secret key in age's file of it."""
    if file is None:
        return None
    for line in file.read_text(errors="replace").splitlines():
        if line.startswith("AGE-SECRET-KEY-1"):
            return line.strip()
    raise click.ClickException(f"{file} holds no secret key of age (AGE-SECRET-KEY-1…)")


def dump_row(found: Dump, as_json: bool) -> dict[str, Any]:
    """A dump's line."""
    manifest = found.manifest
    row: dict[str, Any] = {
        "id": found.id,
        "kind": manifest.kind,
        "slot": manifest.slot.isoformat() if as_json else manifest.slot,
        "bytes": manifest.stored_bytes if as_json else size(manifest.stored_bytes),
        "rows": sum(manifest.rows.values()),
        "seconds": manifest.seconds,
        "encrypted": manifest.encryption is not None,
        "proven": found.is_proven,
        "trouble": found.trouble or (found.drill.error if found.drill else None),
    }
    return row


@click.group("retention")
def retention_group() -> None:
    """Remove dumps and logs that have had their time."""


@retention_group.command("apply")
@click.option("--dry-run", is_flag=True, help="Only say what would go, and why.")
@json_option
def retention_apply(dry_run: bool, as_json: bool) -> None:
    """Remove what is past its days, never the newest two proven dumps. It runs by itself each day.

    \b
    Example:
      perch retention apply --dry-run
    """

    async def work(workshop: Workshop) -> list[retention.Expired]:
        found = await retention.expired(workshop)
        if not dry_run:
            await retention.remove(found, workshop)
        return found

    found = with_workshop(work)
    rows = [
        {"what": item.what, "bytes": item.bytes if as_json else size(item.bytes), "reason": item.reason}
        for item in found
    ]
    table(rows, as_json)
    if not as_json:
        verb = "would be removed" if dry_run else "removed"
        click.echo(f"{len(found)} {verb}, {size(sum(item.bytes for item in found))}")


@click.group("lifecycle")
def lifecycle_group() -> None:
    """The bucket's lifecycle rules for dumps and logs."""


@lifecycle_group.command("show")
@json_option
def lifecycle_show(as_json: bool) -> None:
    """Print the rules of the bucket, ours and those of others.

    \b
    Example:
      perch lifecycle show --json
    """

    async def work(settings: Settings) -> Any:
        return (await rules.apply(settings, dry_run=True)).before

    found = with_rules(work)
    if as_json:
        print_json(found)
        return
    table([rule_row(rule) for rule in found], False)


@lifecycle_group.command("apply")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--adopt", is_flag=True, help="Replace rules of others that lie within our folders.")
@json_option
def lifecycle_apply(dry_run: bool, adopt: bool, as_json: bool) -> None:
    """Write our rules among those of others, which stay. It is done by itself with each retention run.

    \b
    Example:
      perch lifecycle apply --dry-run
    """

    async def work(settings: Settings) -> rules.Applied:
        return await rules.apply(settings, adopt=adopt, dry_run=dry_run)

    done: rules.Applied = with_rules(work)
    if as_json:
        print_json({"outcome": done.outcome, "rules": done.merged.rules})
        return
    table([rule_row(rule) for rule in done.merged.rules], False)
    click.echo(
        f"the rules {'are' if done.outcome != 'would change' else ''} {done.outcome}".replace("  ", " ")
    )


def with_rules(work: Any) -> Any:
    """Run it; a store without such rules is said in a line."""
    settings = Settings.load()
    lines.configure("perch", "WARNING", shape="text")
    with reasons(settings):
        try:
            return uvloop.run(work(settings))
        except LifecycleUnsupported as error:
            raise click.ClickException(str(error)) from None


def rule_row(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule's line."""
    return {
        "id": rule.get("ID"),
        "prefix": prefix_of(rule),
        "days": rule.get("Expiration", {}).get("Days"),
        "unfinished": rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
        "status": rule.get("Status"),
    }


COMMANDS = (dump, restore, retention_group, lifecycle_group)
