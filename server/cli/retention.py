"""`perch retention` and `perch lifecycle`: how long dumps and logs live."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click
import uvloop

from config.settings import Settings
from server.cli.command import (
    json_option,
    print_json,
    reasons,
    settings_for_command,
    size,
    table,
    with_workshop,
)
from storage.lifecycle import LifecycleUnsupported, prefix_of
from tasks import lifecycle as rules
from tasks.dumps import retention
from tasks.workshop import Workshop, require_ours

T = TypeVar("T")

OUTCOMES: dict[rules.Outcome, str] = {
    "written": "wrote the rules",
    "unchanged": "the rules are already in place",
    "would change": "the rules would be written",
}


@click.group("retention")
def retention_group() -> None:
    """Remove dumps and logs that are past their retention."""


@retention_group.command("apply")
@click.option("--dry-run", is_flag=True, help="Only show what would be removed, and why.")
@json_option
def retention_apply(dry_run: bool, as_json: bool) -> None:
    """Remove what is past its retention, but never the two newest proven dumps. This also runs every day.

    \b
    Example:
      perch retention apply --dry-run
    """

    async def work(workshop: Workshop) -> list[retention.Expired]:
        if not dry_run:
            await require_ours(workshop.backups)
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
    """Show and write the bucket's lifecycle rules.

    They apply to dumps, logs, archives of people's data, and old versions of pictures' second copies.
    """


@lifecycle_group.command("show")
@json_option
def lifecycle_show(as_json: bool) -> None:
    """Show the bucket's lifecycle rules, including those that Perch didn't write.

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
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--adopt", is_flag=True, help="Replace other rules that apply only to Perch's folders.")
@json_option
def lifecycle_apply(dry_run: bool, adopt: bool, as_json: bool) -> None:
    """Write Perch's rules and keep all others. Each retention run does this too.

    \b
    Example:
      perch lifecycle apply --dry-run
    """

    async def work(settings: Settings) -> rules.Applied:
        return await rules.apply(settings, adopt=adopt, dry_run=dry_run)

    if not dry_run and settings_for_command().backup_kind == "s3":  # the rules are for its owner to write
        with_workshop(lambda workshop: require_ours(workshop.backups), begins=True)
    done = with_rules(work)
    if as_json:
        print_json({"outcome": done.outcome, "rules": done.merged.rules})
        return
    table([rule_row(rule) for rule in done.merged.rules], False)
    click.echo(OUTCOMES[done.outcome])


def with_rules(work: Callable[[Settings], Coroutine[Any, Any, T]]) -> T:
    """Run `work`; for a store without such rules, print a one-line error."""
    settings = settings_for_command()
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


COMMANDS = (retention_group, lifecycle_group)
