"""The settings, from `.env.example`, which a test compares with the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

TITLE = re.compile(r"^# -+ (.*?) -+$")
COLON = re.compile(r":$")  # in the file, the settings follow it; in the table, nothing does
SETTING = re.compile(r"^# ([A-Z0-9_]+)=(.*)$")


def page(example: Path) -> str:
    """docs/reference/settings.md"""
    out = ["# Settings", "", "Generated from [`.env.example`](../../.env.example) by `make reference`.", ""]
    in_table = False
    for block in example.read_text().split("\n\n"):
        words: list[str] = []
        for names, line in settings_of(block.splitlines()):
            if title := TITLE.match(line):
                out += ["", f"## {title[1]}", ""]
                in_table = False
            elif not names:
                words.append(line.removeprefix("#").strip().replace("|", "\\|"))
            else:
                if not in_table:
                    out += ["| setting | default | |", "| --- | --- | --- |"]
                    in_table = True
                out.append(f"{row(names)} {COLON.sub('.', ' '.join(words))} |")
                words = []
        if words:  # this line applies to the whole section
            out += [" ".join(words), ""]
    text = "\n".join(out)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def settings_of(lines: list[str]) -> Iterator[tuple[list[tuple[str, str]], str]]:
    """Each line of the table; settings documented together share a line, with their names and defaults."""
    for is_setting, group in groupby(lines, key=lambda line: SETTING.match(line) is not None):
        if is_setting:
            yield [(found[1], found[2]) for line in group if (found := SETTING.match(line))], ""
        else:
            yield from (([], line) for line in group)


def row(names: list[tuple[str, str]]) -> str:
    """The beginning of a table row."""
    defaults = [f"`{default}`" if default else "unset" for _, default in names]
    shown = defaults[0] if len(set(defaults)) == 1 else ", ".join(defaults)
    return f"| {', '.join(f'`{name}`' for name, _ in names)} | {shown} |"
