"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from config.version import VERSION
from tests.gates import lighthouse


def described(browser: str) -> str:
    """One sentence of the machine, one of the versions."""
    node = version_of("node")
    found = f"Lighthouse {lighthouse.version()} on Node {node}, " if lighthouse.PROGRAM.exists() else ""
    return (
        f"{os.cpu_count()} cores of {processor()}, {memory()} GiB, {platform.system()} {platform.machine()}. "
        f"Perch {VERSION}, Chromium {browser}, {found}Python {platform.python_version()}."
    )


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor() or "an unnamed processor"


def memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30))


def version_of(program: str) -> str:
    """What it says of itself."""
    if shutil.which(program) is None:
        return "missing"
    return (
        subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        .stdout.strip()
        .lstrip("v")
    )
