"""The documents only name files, folders, settings and commands that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk import environment_variables

from config.settings import Settings

DOCUMENTS = [
    Path("README.md"),
    Path("CONTRIBUTING.md"),
    Path("SECURITY.md"),
    *sorted(Path("docs").rglob("*.md")),
]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:server|storage|tasks|config|static|tests)/[\w./-]+)`")
TARGET = re.compile(r"`make ([a-z-]+)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)

# `NAME=value` or `NAME` of a setting, in a table row or in a sentence.
SETTING = re.compile(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)(?:=[^`]*)?`")

# Names in capitals that are not settings of Perch.
OTHERS = {
    "ATTACK_SEED",
    "CLOCK_BOOTTIME",
    "KIND_CRON",
    "PR_SET_PDEATHSIG",
    "REDIS_CELERY",
    "KEY_ID",
    "INVITATION_ID",
}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_everything_that_a_document_names_exists(document: Path) -> None:
    assert list(complaints(document, document.read_text())) == []


def complaints(document: Path, text: str) -> Iterator[str]:
    """The names in the document of things that don't exist."""
    for link in LINK.findall(text):
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = document.parent / path if path else document
        if not target.exists():
            yield f"no file {link}"
        elif anchor and anchor not in anchors(target.read_text()):
            yield f"no heading {link}"
    for name in NAMED.findall(text):
        if not Path(name.rstrip(".")).exists():
            yield f"no {name}"
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(), re.MULTILINE))
    for target in TARGET.findall(text):
        if target not in targets:
            yield f"no target {target} of make"
    settings = {name.upper() for name in Settings.model_fields} | set(dir(environment_variables))
    for name in SETTING.findall(text):
        if name not in settings | OTHERS and name not in Path(".env.example").read_text():
            yield f"no setting {name}"


def anchors(text: str) -> set[str]:
    """The anchors of its headings, as code forges generate them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in HEADING.findall(text)
    }
