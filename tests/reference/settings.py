"""The settings, from `.env.example`, which a test holds against the code."""

from __future__ import annotations

import re
from pathlib import Path

TITLE = re.compile(r"^# -+ (.*?) -+$")
SETTING = re.compile(r"^# ([A-Z0-9_]+)=(.*)$")


def page(example: Path) -> str:
    """docs/reference/settings.md"""
    out = ["# Settings", "", "Written from [`.env.example`](../../.env.example) by `make reference`.", ""]
    words: list[str] = []
    names: list[tuple[str, str]] = []

    def close() -> None:
        if names:
            shown = ", ".join(f"`{name}`" for name, _ in names)
            defaults = list(dict.fromkeys(default for _, default in names))
            told = " ".join(f"`{default}`" if default else "unset" for default in defaults)
            out.append(f"| {shown} | {told} | {' '.join(words)} |")
            words.clear()
            names.clear()

    for line in [*example.read_text().splitlines(), ""]:
        if title := TITLE.match(line):
            close()
            words.clear()
            out.extend(["", f"## {title[1]}", "", "| setting | default | |", "| --- | --- | --- |"])
        elif found := SETTING.match(line):
            names.append((found[1], found[2]))
        elif line.startswith("#"):
            close()
            words.append(line.removeprefix("#").strip().replace("|", "\\|"))
        elif names:
            close()
        elif words and not any(one.startswith("## ") for one in out):
            out.extend([" ".join(words), ""])
            words.clear()
    text = "\n".join(out)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"
