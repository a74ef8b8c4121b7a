"""Describes the machine on which figures were measured."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from config.programs import in_wheel


def hardware() -> str:
    """One sentence about the machine."""
    return (
        f"{os.cpu_count()} cores of {processor()}, {memory()} GiB, {platform.system()} {platform.machine()}."
    )


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor() or "an unnamed processor"


def memory() -> int:
    """The memory in GiB."""
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30))


def postgres() -> str:
    """The version of the PostgreSQL that tests and benchmarks start."""
    folders = in_wheel()
    return version_of(str(folders[max(folders)] / "postgres"))


def version_of(program: str) -> str:
    """The version that the program prints, without its name."""
    if shutil.which(program) is None:
        return "missing"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    line = (said.stdout or said.stderr).splitlines()[0].strip()
    return line.removeprefix(program).strip().lstrip("v")
