"""Known vulnerabilities of what is locked, according to pip-audit; and what no database covers."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.supply import carried
from tools.supply.locks import HOUSE, LOCKS, versions

PIP_AUDIT = HOUSE / ".venv" / "audit" / "bin" / "pip-audit"

# pip-audit itself would exit with 0 if nobody could be asked.
NONE_KNOWN, SOME_KNOWN, NOT_ASKED = 0, 1, 2


class NoAnswer(Exception):
    """The database could not be queried; the message says why."""


def run() -> int:
    """Check all locks and the originals of forks, and print what is known; returns the exit code."""
    found: dict[str, dict[str, Any]] = {}
    try:
        for lock in ("dev", "pillow-simd"):  # the first one contains everything that is installed elsewhere
            for each in asked(LOCKS / f"{lock}.txt", "--require-hashes"):
                found[each["name"]] = each
        for fork, (original, version) in carried.originals(versions("pillow-simd")).items():
            for each in of_one(original, version):
                name = f"{fork}, which is {original}"
                found[name] = {**each, "name": name}
    except NoAnswer as error:
        sys.stderr.write(f"audit: the database could not be asked: {error}\n")
        return NOT_ASKED
    code = verdict(list(found.values()))
    for line in carried.to_compare():
        sys.stdout.write(f"audit: {line}\n")
    return code


def of_one(package: str, version: str) -> list[dict[str, Any]]:
    """What is known about a package that is not installed. Raises NoAnswer."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(f"{package}=={version}\n")
        return asked(requirements, "--no-deps")


def asked(requirements: Path, option: str) -> list[dict[str, Any]]:
    """What the database knows about these packages, as pip-audit's JSON. Raises NoAnswer."""
    # With a resolver, pip-audit might install what it checks; without one, the file must list everything.
    command = [str(PIP_AUDIT), "--disable-pip", option, "-r", str(requirements)]
    done = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise NoAnswer("".join(done.stderr.strip().splitlines()[-1:])) from None
    return found


def verdict(dependencies: list[dict[str, Any]]) -> int:
    """Print what pip-audit's JSON means; returns the exit code."""
    unasked = [each for each in dependencies if "skip_reason" in each]
    vulnerable = [each for each in dependencies if each.get("vulns")]
    for each in vulnerable:
        for known in each["vulns"]:
            mended = ", ".join(known["fix_versions"]) or "no version"
            sys.stderr.write(f"audit: {each['name']} {each['version']}: {known['id']}, mended in {mended}\n")
    if unasked:
        names = ", ".join(each["name"] for each in unasked[:3])
        sys.stderr.write(
            f"audit: of {len(unasked)} of {len(dependencies)} packages nothing is known, as the database did "
            f"not answer about them: {names}…\n"
        )
    if vulnerable:
        return SOME_KNOWN
    if unasked or not dependencies:
        return NOT_ASKED
    sys.stdout.write(f"audit: nothing is known against any of {len(dependencies)} packages\n")
    return NONE_KNOWN
