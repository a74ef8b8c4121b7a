"""Third-party code inside packages, under another name than the one used in advisories.

pillow-simd is Pillow of the version before `.post`, and PyPI's advisories only mention Pillow. Two wheels
contain programs, about which no package registry has advisories: their versions are printed, with the page to
compare them with.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from config import programs
from server.processes import valkey
from server.processes.embedded import EmbeddedUnavailable

# The names that advisories use for forks.
FORKS = {"pillow-simd": "pillow"}

# The authors' lists of vulnerable versions.
PAGES = {
    "PostgreSQL": "https://www.postgresql.org/support/security/",
    "Valkey": "https://github.com/valkey-io/valkey/security/advisories",
}

NUMBER = re.compile(r"\d+(?:\.\d+)+")


def originals(packages: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """For each fork among these packages, the original and its version."""
    return {
        fork: (original, re.sub(r"\.?post\d+$", "", packages[fork]))
        for fork, original in FORKS.items()
        if fork in packages
    }


def to_compare() -> Iterator[str]:
    """A sentence for each program, which a person must act on."""
    for name, program in found():
        version = version_of(program)
        said = f"the wheel carries {name} {version}" if version else f"{program} does not say its version"
        yield f"{said}; no registry has advisories about {name}, so compare it with {PAGES[name]}"


def found() -> Iterator[tuple[str, Path]]:
    """The bundled programs that are installed here."""
    for _, folder in sorted(programs.in_wheel().items()):
        yield "PostgreSQL", folder / "postgres"
    try:
        yield "Valkey", valkey.binary()
    except EmbeddedUnavailable:
        return


def version_of(program: Path) -> str | None:
    """The version that the program prints."""
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    number = NUMBER.search(said)
    return number[0] if number else None
