"""The software bill of materials, CycloneDX 1.6 in JSON."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tools.supply.licences import VENDORED, licence, python_packages
from tools.supply.locks import HOUSE, normal

CYCLONEDX = HOUSE / ".venv" / "audit" / "bin" / "cyclonedx-py"

Component = dict[str, Any]


def document() -> str:
    """Of the packages of the runtime's lock that are installed here, and of the client's. Deterministic."""
    return json.dumps(bill(json.loads(of_environment())), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def bill(found: dict[str, Any]) -> dict[str, Any]:
    """What cyclonedx-py found, without the tools of tests, and with what it cannot see."""
    packages = python_packages()
    installed = {normal(each["name"]): each for each in found["components"]}
    components = [described(each) for name, each in installed.items() if name in packages]
    if (HOUSE / ".venv" / "pillow-simd").is_dir():
        components.append(pillow_simd(packages["pillow-simd"]))
    components += client()
    root = found["metadata"]["component"]["bom-ref"]
    kept = {root, *(each["bom-ref"] for each in components)}
    edges = {each["ref"]: set(each.get("dependsOn", ())) & kept for each in found["dependencies"]}
    edges[root] = edges.get(root, set()) | (kept - edges.keys() - {root})  # what nobody else asks for
    return {
        **found,
        "components": sorted(components, key=lambda each: str(each["bom-ref"])),
        "dependencies": [{"ref": ref, "dependsOn": sorted(edges.get(ref, ()))} for ref in sorted(kept)],
    }


def of_environment() -> bytes:
    """All that is installed, as cyclonedx-py describes it."""
    options = ["--output-reproducible", "--sv", "1.6", "--of", "JSON", "-o", "-"]
    project = ["--pyproject", str(HOUSE / "pyproject.toml")]
    command = [str(CYCLONEDX), "environment", str(HOUSE / ".venv"), *project, *options]
    return subprocess.run(command, check=True, capture_output=True).stdout


def described(component: Component) -> Component:
    """With its licence as one expression."""
    return {**component, "licenses": [{"expression": licence(normal(component["name"]))}]}


def pillow_simd(version: str) -> Component:
    """It is built into a folder of its own, where cyclonedx-py does not look."""
    purl = f"pkg:pypi/pillow-simd@{version}"
    return described(
        {"bom-ref": purl, "type": "library", "name": "pillow-simd", "version": version, "purl": purl}
    )


def client() -> Iterator[Component]:
    """The vendored libraries, each with its files."""
    for package in json.loads(VENDORED.read_text())["packages"]:
        purl = f"pkg:npm/{quote(package['name'])}@{package['version']}"
        yield {
            "bom-ref": purl,
            "type": "library",
            "name": package["name"],
            "version": package["version"],
            "purl": purl,
            "licenses": [{"expression": package["licence"]}],
            "components": [
                {
                    "bom-ref": f"{purl}#{path}",
                    "type": "file",
                    "name": path,
                    "hashes": [{"alg": "SHA-384", "content": hexadecimal(integrity)}],
                }
                for path, integrity in sorted(package["files"].items())
            ],
        }


def hexadecimal(integrity: str) -> str:
    """As CycloneDX writes what browsers write in base64."""
    return base64.b64decode(integrity.removeprefix("sha384-")).hex()
