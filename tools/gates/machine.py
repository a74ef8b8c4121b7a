"""Describes the machine on which the figures were measured."""

from __future__ import annotations

import platform

from config.version import VERSION
from tools.gates import lighthouse
from tools.measuring.machine import hardware, version_of


def described(browser: str) -> str:
    """One sentence about the machine, and one about the versions."""
    node = version_of("node")
    found = f"Lighthouse {lighthouse.version()} on Node {node}, " if lighthouse.PROGRAM.exists() else ""
    return f"{hardware()} Perch {VERSION}, Chromium {browser}, {found}Python {platform.python_version()}."
