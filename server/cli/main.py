"""The command `perch`: the processes, and what an operator does by hand."""

from __future__ import annotations

import sys

import click

from config import logging as lines
from config.settings import WrongSetting
from config.version import VERSION
from server.cli import (
    doctor,
    dumps,
    generate,
    importing,
    inviting,
    media,
    moderation,
    people,
    processes,
    reconcile,
    restoring,
    retention,
    runs,
)
from server.cli.command import FAILED
from server.processes.embedded import EmbeddedUnavailable
from server.processes.lock import FolderInUse
from server.processes.supervisor import ProgramFailed

# Exit code: the command or a setting is wrong (as click has it).
WRONG = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


for command in (
    *processes.COMMANDS,
    *people.COMMANDS,
    *inviting.COMMANDS,
    *moderation.COMMANDS,
    *dumps.COMMANDS,
    *restoring.COMMANDS,
    *retention.COMMANDS,
    *runs.COMMANDS,
    *media.COMMANDS,
    *reconcile.COMMANDS,
    *generate.COMMANDS,
    *importing.COMMANDS,
    doctor.doctor,
):
    cli.add_command(command)


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
    except (ProgramFailed, FolderInUse, EmbeddedUnavailable) as error:
        stop(str(error), FAILED)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception:
        # As a log line, without what must not be shown; Python would print it as it is.
        lines.logger.exception("this should not have happened")
        sys.exit(FAILED)


def stop(reason: str, code: int) -> None:
    """Say why, and end."""
    click.echo(f"perch: {reason}", err=True)
    sys.exit(code)
