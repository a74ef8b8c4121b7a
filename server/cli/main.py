"""The command `perch`: the processes, and what an operator does by hand."""

from __future__ import annotations

import sys
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from config import logging as lines
from config.settings import WrongSetting
from config.version import VERSION
from server.cli.exit_codes import FAILED, WRONG
from server.processes.errors import CannotRun

# Where each command is: only what is asked for is imported, so that a shell that completes one does not wait.
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
    "kept": "kept",
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
        """Names that begin so."""
        return [CompletionItem(name) for name in PLACES if name.startswith(incomplete)]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="perch")
def cli() -> None:
    """Perch, a microblog to host yourself.

    Settings come from the environment and from `.env` in the current folder; `.env.example` lists them.

    \b
    Examples:
      perch up                          everything on this machine, PostgreSQL and Valkey included
      perch users add alice --admin     a first administrator; prints the key once
      perch invite                      a link for somebody else, who chooses handle and name
      perch doctor                      what is wrong with the settings and the parts
    """


def main() -> None:
    """Run the command; a reason for the operator is one line, and a mistake of ours a log line."""
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
    except Exception:
        # As a log line, without what must not be shown; Python would print it as it is.
        lines.logger.exception("this should not have happened")
        sys.exit(FAILED)


def stop(reason: str, code: int) -> None:
    """Say why, and end."""
    click.echo(lines.printable(f"perch: {reason}"), err=True)
    sys.exit(code)
