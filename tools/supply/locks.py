"""The lock files, as pip reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
LOCKS = HOUSE / "config" / "locks"

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; (?P<where>.*))?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Locked:
    """One locked package; `hashes` is the number of its files that may be installed."""

    name: str
    version: str
    hashes: int


def locked(lock: str) -> Iterator[Locked]:
    """The packages of a lock. Raises ValueError for any other line, such as an address or an option."""
    text = (LOCKS / f"{lock}.txt").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        requirement, *hashes = re.split(r"\s+(?=--hash=)", line.strip())
        found = REQUIREMENT.fullmatch(requirement)
        if found is None or not all(HASH.fullmatch(each) for each in hashes):
            raise ValueError(f"{lock}.txt: {line[:100]}")
        yield Locked(normal(found["name"]), found["version"], len(hashes))


def versions(lock: str) -> dict[str, str]:
    """The versions by package name."""
    return {each.name: each.version for each in locked(lock)}


def normal(name: str) -> str:
    """The normalised name: https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", name).lower()
