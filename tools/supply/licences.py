"""The licences of what we install and serve, as SPDX expressions."""

from __future__ import annotations

import json
import re
from importlib import metadata

from tools.supply.locks import HOUSE, versions

VENDORED = HOUSE / "static" / "vendor" / "vendor.json"

# The licences compatible with distributing Perch under the MIT licence: permissive ones, and MPL-2.0, which
# only requires the source of the package's own files.
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

# Packages that don't declare it in a machine-readable form, or are not installed everywhere; taken from their
# licence files.
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

# The names that older packages use.
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
    """The SPDX expression of its licence; None if it is unknown."""
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
    """Whether all parts of the expression are allowed, or one alternative of a choice."""
    if expression is None:
        return False
    choices = re.sub(r"[()]", "", expression).split(" OR ")
    return any(all(part.strip() in ALLOWED for part in choice.split(" AND ")) for choice in choices)


def python_packages() -> dict[str, str]:
    """The packages that `make run` and `make tracing` install, with their versions."""
    return {**versions("runtime"), **versions("tracing"), **versions("pillow-simd")}


def client_packages() -> dict[str, tuple[str, str]]:
    """The version and licence of each library in the client."""
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
