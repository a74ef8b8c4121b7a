#!/usr/bin/env python3
"""Check and update the libraries that the client carries unmodified.

`vendor.json` names every vendored file with its sha384, as the import map's `integrity` spells it.
`check` is for CI: it fails when a file differs, is missing, or is not listed.
`update` fetches a release with `npm pack`, so the registry is whichever npm is set up for.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

VENDOR = Path(__file__).resolve().parent
MANIFEST = VENDOR / "vendor.json"
# What belongs to the tool and not to a package.
OWN_FILES = {"vendor.json", "vendor.py", "imports.json"}

EXAMPLE = """example:
  python static/vendor/vendor.py check
  python static/vendor/vendor.py update preact 11.2.0
"""


class Package(TypedDict):
    """One vendored package. `sources` says where in the npm archive each file comes from."""

    name: str
    version: str
    licence: str
    files: dict[str, str]
    sources: dict[str, str]


def integrity(content: bytes) -> str:
    """The sha384 of `content` in the form that browsers compare."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def load() -> list[Package]:
    packages: list[Package] = json.loads(MANIFEST.read_text(encoding="utf-8"))["packages"]
    return packages


def save(packages: list[Package]) -> None:
    text = json.dumps({"packages": packages}, indent=2, ensure_ascii=False)
    MANIFEST.write_text(text + "\n", encoding="utf-8")


def faults(packages: list[Package]) -> list[str]:
    """Everything in which the folder differs from its manifest, one sentence each."""
    found: list[str] = []
    listed = {path: digest for package in packages for path, digest in package["files"].items()}
    for path, digest in sorted(listed.items()):
        file = VENDOR / path
        if not file.is_file():
            found.append(f"{path} is listed and missing")
        elif integrity(file.read_bytes()) != digest:
            found.append(f"{path} differs from its sha384")
    for file in sorted(VENDOR.rglob("*")):
        path = file.relative_to(VENDOR).as_posix()
        if not file.is_file() or "__pycache__" in file.parts or path in OWN_FILES:
            continue
        if path not in listed:
            found.append(f"{path} is not listed")
    imports: dict[str, str] = json.loads((VENDOR / "imports.json").read_text(encoding="utf-8"))
    for name, path in sorted(imports.items()):
        if path.removeprefix("vendor/") not in listed:
            found.append(f"imports.json maps {name} to {path}, which is not listed")
    return found


def fetch(name: str, version: str, folder: Path) -> tarfile.TarFile:
    """Download one release into `folder` and open it."""
    packed = subprocess.run(
        ["npm", "pack", f"{name}@{version}", "--json", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    archives = list(folder.glob("*.tgz"))
    if len(archives) != 1:
        raise SystemExit(f"npm pack made no archive: {packed.stderr.strip()}")
    return tarfile.open(archives[0])


def read_member(archive: tarfile.TarFile, source: str) -> bytes:
    try:
        member = archive.extractfile(f"package/{source}")
    except KeyError:
        member = None
    if member is None:
        raise SystemExit(f"the release has no {source}: correct `sources` in vendor.json")
    return member.read()


def update(packages: list[Package], name: str, version: str) -> None:
    """Replace the files of one package by those of `version` and rewrite the manifest."""
    package = next((one for one in packages if one["name"] == name), None)
    if package is None:
        known = ", ".join(one["name"] for one in packages)
        raise SystemExit(f"{name} is not vendored; known are {known}")
    with tempfile.TemporaryDirectory() as folder, fetch(name, version, Path(folder)) as archive:
        # Read everything first: a release that lacks a file must not leave half an update.
        contents = {path: read_member(archive, source) for path, source in package["sources"].items()}
        about = json.loads(read_member(archive, "package.json"))
    for path, content in contents.items():
        (VENDOR / path).parent.mkdir(parents=True, exist_ok=True)
        (VENDOR / path).write_bytes(content)
        package["files"][path] = integrity(content)
    package["version"] = about["version"]
    package["licence"] = about["license"]
    save(packages)
    sys.stdout.write(f"{name} {package['version']}: {len(contents)} files\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Check and update the client's vendored libraries.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="verify every hash and that no file is unlisted")
    updating = commands.add_parser("update", help="fetch one package through npm pack")
    updating.add_argument("name", help="a package named in vendor.json")
    updating.add_argument("version", help="the release, for example 11.2.0")
    options = parser.parse_args()

    packages = load()
    if options.command == "update":
        update(packages, options.name, options.version)
        return 0
    found = faults(packages)
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    if not found:
        count = sum(len(package["files"]) for package in packages)
        sys.stdout.write(f"{len(packages)} packages, {count} files: all as listed\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
