"""The command `perch`: the processes, and what an operator does by hand."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from config import logging as lines
from config.settings import Settings, WrongSetting
from config.version import VERSION
from server.cli.exit_codes import FAILED, WRONG
from server.processes.errors import CannotRun

# The module of each command: only the requested one is imported, so that shell completion is fast.
PLACES = {
    "up": "processes",
    "serve": "processes",
    "worker": "processes",
    "scheduler": "processes",
    "migrate": "processes",
    "users": "moderation",
    "keys": "people",
    "invite": "inviting",
    "invitations": "inviting",
    "audit": "moderation",
    "dump": "dumps",
    "restore": "restoring",
    "kept": "kept_databases",
    "recovery-kit": "recovery_kit",
    "owner": "owner",
    "retention": "retention",
    "lifecycle": "retention",
    "runs": "runs",
    "status": "status",
    "media": "media",
    "reconcile": "reconcile",
    "generate": "generate",
    "import": "importing",
    "doctor": "doctor",
    "completion": "completion",
}


class Commands(click.Group):
    """The commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(PLACES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name."""
        if name not in PLACES:
            return super().get_command(ctx, name)
        found: tuple[click.Command, ...] = import_module(f"server.cli.{PLACES[name]}").COMMANDS
        return next(command for command in found if command.name == name)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names that begin with `incomplete`."""
        return [CompletionItem(name) for name in PLACES if name.startswith(incomplete)]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="perch")
def cli() -> None:
    """Perch, a microblog that you host yourself.

    Settings come from the environment and from `.env` in the current folder; `.env.example` lists them.

    \b
    Examples:
      perch up                          run everything here, including PostgreSQL and Valkey
      perch users add alice --admin     add a first administrator and print their key once
      perch invite                      make an invitation link for someone else
      perch doctor                      check the settings and everything Perch depends on
    """


def main() -> None:
    """Run the command. Any error becomes one line for the operator, never a traceback."""
    try:
        run()
    finally:
        let_go_of_output()


def run() -> None:
    """Run the command, except for the handling of Python's own messages at the end."""
    try:
        cli(standalone_mode=False)
    except WrongSetting as error:
        stop(str(error), WRONG)
    except click.UsageError as error:
        error.show()
        sys.exit(WRONG)
    except click.ClickException as error:
        stop(error.format_message(), FAILED)
    except CannotRun as error:
        stop(str(error), FAILED)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        from server.processes import unforeseen  # its imports would be too slow for shell completion

        stop(unforeseen.told(error, "perch", logs_folder()), FAILED)


def let_go_of_output() -> None:
    """Drop the output if its reader has gone, as `head` does: Python would print a traceback about it."""
    if sys.stdout is None:  # closed
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            stop(f"standard output: {error.strerror}", FAILED)


def logs_folder() -> Path | None:
    """The folder for details of an error, if there is a data folder that keeps logs."""
    try:
        settings = Settings.load()
        return settings.logs_folder if settings.data_folder.is_dir() else None
    except (WrongSetting, OSError):
        return None


def stop(reason: str, code: int) -> None:
    """Print the reason, and exit."""
    click.echo(lines.printable(f"perch: {reason}"), err=True)
    sys.exit(code)
