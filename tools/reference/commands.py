"""The command line, as a page and as a manual page."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from config.version import VERSION
from server.cli.main import cli


def commands() -> Iterator[tuple[str, click.Command]]:
    """Each command with its full name, starting with `perch`."""

    def walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield name, command
        if isinstance(command, click.Group):
            context = click.Context(command, info_name=name)
            for child in command.list_commands(context):
                found = command.get_command(context, child)
                if found is not None and not found.hidden:
                    yield from walk(f"{name} {child}", found)

    yield from walk("perch", cli)


def told(command: click.Command) -> tuple[str, list[str]]:
    """The text of its help, and the lines of its examples."""
    text, _, examples = inspect.cleandoc(command.help or "").partition("\b\n")
    lines = [line.strip("\n") for line in examples.splitlines()[1:]]
    return text.strip(), [line.removeprefix("  ") for line in lines]


def usage(name: str, command: click.Command) -> str:
    pieces = command.collect_usage_pieces(click.Context(command, info_name=name))
    return " ".join([name, *pieces])


def options(name: str, command: click.Command) -> list[tuple[str, str]]:
    """Each option with its description."""
    context = click.Context(command, info_name=name)
    found = [
        parameter.get_help_record(context)
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    return [record for record in found if record is not None and "--help" not in record[0]]


def page() -> str:
    """docs/reference/cli.md"""
    out = ["# Commands", ""]
    out += ["Generated from the code by `make reference`. Each command shows the same with `--help`.", ""]
    out += [
        "Exit codes: 0 for success, 1 if the command failed or found something wrong, 2 if the command line"
    ]
    out += ["or a setting is wrong, 130 after Ctrl+C.", ""]
    for name, command in commands():
        text, examples = told(command)
        out += [f"## {name}", "", f"`{usage(name, command)}`", "", *text.splitlines(), ""]
        if found := options(name, command):
            out += ["| option | |", "| --- | --- |"]
            out += [f"| `{cell(one)}` | {cell(words)} |" for one, words in found]
            out += [""]
        if examples:
            out += ["```sh", *examples, "```", ""]
    return "\n".join(out).rstrip() + "\n"


def cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def manual() -> str:
    """config/man/perch.1, in the macros of man(7)."""
    out = [
        f'.TH PERCH 1 "" "Perch {VERSION}" "Perch"',
        ".SH NAME",
        "perch \\- a microblog that you host yourself",
    ]
    for name, command in commands():
        text, examples = told(command)
        out += [".SH SYNOPSIS" if name == "perch" else f'.SH "{name.upper()}"']
        out += [f".B {roff(usage(name, command))}", ".PP"]
        out += [".PP" if not line else roff(line) for line in text.splitlines()]
        for one, words in options(name, command):
            out += [".TP", f".B {roff(one)}", roff(cell(words))]
        if examples:
            out += [".PP", ".nf", ".RS 4", *map(roff, examples), ".RE", ".fi"]
    out += [".SH EXIT STATUS", "0 for success; 1 if the command failed or found something wrong;"]
    out += ["2 if the command line or a setting is wrong; 130 after Ctrl+C."]
    return "\n".join(out) + "\n"


def roff(text: str) -> str:
    """A line as man(7) writes it."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
