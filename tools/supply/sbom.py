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
    """The SBOM of the installed packages of the runtime lock and those of the client. Deterministic."""
    return json.dumps(bill(json.loads(of_environment())), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def bill(found: dict[str, Any]) -> dict[str, Any]:
    """The findings of cyclonedx-py without test tools, plus what it can't see."""
    packages = python_packages()
    installed = {normal(each["name"]): each for each in found["components"]}
    components = [described(each) for name, each in installed.items() if name in packages]
    if (HOUSE / ".venv" / "pillow-simd").is_dir():
        components.append(pillow_simd(packages["pillow-simd"]))
    components += client()
    root = found["metadata"]["component"]["bom-ref"]
    kept = {root, *(each["bom-ref"] for each in components)}
    edges = {each["ref"]: set(each.get("dependsOn", ())) & kept for each in found["dependencies"]}
    edges[root] = edges.get(root, set()) | (kept - edges.keys() - {root})  # dependencies of no other package
    return {
        **found,
        "components": sorted(components, key=lambda each: str(each["bom-ref"])),
        "dependencies": [{"ref": ref, "dependsOn": sorted(edges.get(ref, ()))} for ref in sorted(kept)],
    }


def of_environment() -> bytes:
    """Everything that is installed, as cyclonedx-py describes it."""
    options = ["--output-reproducible", "--sv", "1.6", "--of", "JSON", "-o", "-"]
    project = ["--pyproject", str(HOUSE / "pyproject.toml")]
    command = [str(CYCLONEDX), "environment", str(HOUSE / ".venv"), *project, *options]
    return subprocess.run(command, check=True, capture_output=True).stdout


def described(component: Component) -> Component:
    """The component with its licence as a single expression."""
    return {**component, "licenses": [{"expression": licence(normal(component["name"]))}]}


def pillow_simd(version: str) -> Component:
    """pillow-simd is built into a folder of its own, where cyclonedx-py doesn't look."""
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
    """Convert base64, as browsers write hashes, to hexadecimal, as CycloneDX does."""
    return base64.b64decode(integrity.removeprefix("sha384-")).hex()
