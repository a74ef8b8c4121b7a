"""Under which licences others let us use what we install and serve, in SPDX's words."""

from __future__ import annotations

import json
import re
from importlib import metadata

from tools.supply.locks import HOUSE, versions

VENDORED = HOUSE / "static" / "vendor" / "vendor.json"

# What the MIT licence of Perch may be distributed with: permissive ones, and MPL-2.0, which asks for the
# source of the package's own files only.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CNRI-Python",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "TCL",
    "Unlicense",
    "Zlib",
}

# Packages that do not say it in a form that a program reads, or are not installed everywhere; as their
# licence files have it.
BY_HAND = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "cronsim": "BSD-3-Clause",
    "html5tagger": "Unlicense",
    "pillow-simd": "MIT-CMU",
    "pyrage": "MIT",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "taskiq-dependencies": "MIT",
    "uvloop": "MIT OR Apache-2.0",
}

# What older packages call it.
NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def licence(package: str) -> str | None:
    """An SPDX expression; None where nobody says it."""
    if package in BY_HAND:
        return BY_HAND[package]
    try:
        said = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return None
    if "License-Expression" in said:
        return said["License-Expression"]
    classifiers = [each.rsplit(" :: ", 1)[1] for each in said.get_all("Classifier", []) if " License" in each]
    words = [*said.get_all("License", []), *classifiers]
    return next((NAMES.get(each, each) for each in words if NAMES.get(each, each) in ALLOWED), None)


def is_allowed(expression: str | None) -> bool:
    """Whether all of its parts are, or one where there is a choice."""
    if expression is None:
        return False
    choices = re.sub(r"[()]", "", expression).split(" OR ")
    return any(all(part.strip() in ALLOWED for part in choice.split(" AND ")) for choice in choices)


def python_packages() -> dict[str, str]:
    """What `make run` and `make tracing` install, and the versions."""
    return {**versions("runtime"), **versions("tracing"), **versions("pillow-simd")}


def client_packages() -> dict[str, tuple[str, str]]:
    """What the client carries: version and licence."""
    packages = json.loads(VENDORED.read_text())["packages"]
    return {each["name"]: (each["version"], each["licence"]) for each in packages}


def table() -> str:
    """The rows of docs/dependencies.md."""
    lines = ["| package | version | licence |", "| --- | --- | --- |"]
    for name, version in sorted(python_packages().items()):
        lines.append(f"| {name} | {version} | {licence(name) or 'unknown'} |")
    for name, (version, said) in sorted(client_packages().items()):
        lines.append(f"| {name} (`static/vendor`) | {version} | {said} |")
    return "\n".join(lines) + "\n"
