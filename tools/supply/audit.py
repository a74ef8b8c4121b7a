"""Which vulnerabilities are known of what is locked, by pip-audit."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tools.supply.locks import HOUSE, LOCKS

PIP_AUDIT = HOUSE / ".venv" / "audit" / "bin" / "pip-audit"

# pip-audit itself would end with 0 where nobody could be asked.
NONE_KNOWN, SOME_KNOWN, NOT_ASKED = 0, 1, 2


def run() -> int:
    """Ask about all locks, say what is known; the exit code."""
    found: dict[str, dict[str, Any]] = {}
    for lock in ("dev", "pillow-simd"):  # the first holds all that is installed elsewhere
        # A resolver of its own could install what it asks about: the lock says all.
        command = [str(PIP_AUDIT), "--disable-pip", "--require-hashes", "-r", str(LOCKS / f"{lock}.txt")]
        asked = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            found.update({each["name"]: each for each in json.loads(asked.stdout)["dependencies"]})
        except (ValueError, KeyError):
            last = asked.stderr.strip().splitlines()[-1:]
            sys.stderr.write(f"audit: the database could not be asked: {''.join(last)}\n")
            return NOT_ASKED
    return verdict(list(found.values()))


def verdict(dependencies: list[dict[str, Any]]) -> int:
    """What pip-audit's JSON means."""
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
