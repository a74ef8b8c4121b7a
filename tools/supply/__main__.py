"""`python -m tools.supply check|write|sbom|audit`: see docs/dependencies.md."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from tools.supply import audit, check, sbom
from tools.supply.locks import HOUSE


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    match arguments:
        case ["check"]:
            return say(check.faults())
        case ["write"]:
            check.write()
            return 0
        case ["sbom"]:
            (HOUSE / "sbom.json").write_text(sbom.document())
            return 0
        case ["sbom", file]:
            Path(file).write_text(sbom.document())
            return 0
        case ["audit"]:
            return say(check.faults()) or audit.run()
    sys.stderr.write(f"{__doc__}\n")
    return 64


def say(faults: Iterable[str]) -> int:
    lines = list(faults)
    for line in lines:
        sys.stderr.write(f"supply: {line}\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
