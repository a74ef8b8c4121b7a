"""Every command explains itself. Runs in this process, because starting one for each takes half a second."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from server.cli.main import PLACES, cli


def commands(group: click.Group = cli, *path: str) -> Iterator[list[str]]:
    """All commands, including groups."""
    yield list(path)
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        assert found.name == name
        if isinstance(found, click.Group):
            yield from commands(found, *path, name)
        else:
            yield [*path, name]


def test_no_command_is_missing_from_the_list() -> None:
    assert {path[0] for path in commands() if path} == set(PLACES)


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: list[str]) -> None:
    done = CliRunner().invoke(cli, [*path, "--help"], prog_name="perch")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: {' '.join(['perch', *path])}")
    assert "Example" in done.stdout or is_group(path)


def is_group(path: list[str]) -> bool:
    """Whether it is only a group of commands, which have examples of their own."""
    return bool(path) and path in [found[:-1] for found in commands()]
