"""Checks of dependencies that need no internet access."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from tools.supply import licences
from tools.supply.locks import HOUSE, LOCKS, locked, normal, versions

DOCUMENT = HOUSE / "docs" / "dependencies.md"
TABLE = re.compile(r"(?<=<!-- packages: begin -->\n).*(?=<!-- packages: end -->)", re.DOTALL)


def faults() -> Iterator[str]:
    """Everything that is wrong, one sentence each."""
    for file in sorted(LOCKS.glob("*.txt")):
        try:
            bare = [each.name for each in locked(file.stem) if not each.hashes]
        except ValueError as error:
            yield f"a line is not a package with hashes: {error}"
            continue
        if bare:
            yield f"{file.name} has no hashes of {', '.join(bare)}"
    yield from of_locks()
    yield from of_licences()
    if TABLE.sub(lambda _: licences.table(), DOCUMENT.read_text()) != DOCUMENT.read_text():
        yield "docs/dependencies.md is not of these locks: `python -m tools.supply write` renews it"


def of_locks() -> Iterator[str]:
    """Check that no lock has another version than the tested one, and that each dependency has a reason."""
    tested = versions("dev")
    for lock in ("production", "runtime", "tracing"):
        for name, version in versions(lock).items():
            if tested.get(name) != version:
                yield f"{lock}.txt has {name} {version}, and what is tested is {tested.get(name)}"
    reasons = (HOUSE / "CONTRIBUTING.md").read_text().split("## Why each dependency")[1]
    for name in direct():
        if name not in tested:
            yield f"pyproject.toml asks for {name}, which is not locked"
        if name not in {normal(word) for word in re.findall(r"[\w@/.-]+", reasons)}:
            yield f"CONTRIBUTING.md has no reason for {name}"


def direct() -> Iterator[str]:
    """The direct dependencies in pyproject.toml."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    for requirements in (project["dependencies"], *project["optional-dependencies"].values()):
        for requirement in requirements:
            yield normal(re.split(r"[^A-Za-z0-9._-]", requirement)[0])


def of_licences() -> Iterator[str]:
    for name in licences.python_packages():
        if not licences.is_allowed(said := licences.licence(name)):
            yield f"the licence of {name} is not on the list: {said}"
    for name, (_, said) in licences.client_packages().items():
        if not licences.is_allowed(said):
            yield f"the licence of {name} is not on the list: {said}"


def write() -> None:
    """Update the document's table."""
    DOCUMENT.write_text(TABLE.sub(lambda _: licences.table(), DOCUMENT.read_text()))
