"""The interface texts in every language; runs without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"

ENTRY = re.compile(r'^  "([a-z_.0-9]+)":', re.MULTILINE)
USE = re.compile(r"""\bt\(\s*"([a-z_.0-9]+)"|words="([a-z_.0-9]+)"|"(shortcuts\.[a-z_]+)\"""")
PARTS = (".js", "-more.js", "-consent.js", "-join.js", "-operations.js", "-settings.js")
FORMS = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}


def keys(file: str) -> list[str]:
    return ENTRY.findall((STATIC / "i18n" / file).read_text())


@pytest.mark.parametrize("part", PARTS)
def test_both_languages_have_the_same_keys(part: str) -> None:
    assert keys(f"en{part}") == keys(f"ru{part}")


def test_no_key_is_given_twice() -> None:
    given = [key for part in PARTS for key in keys(f"en{part}")]
    assert len(given) == len(set(given))


def test_every_used_key_has_a_text() -> None:
    given = {key for part in PARTS for key in keys(f"en{part}")}
    for file in STATIC.rglob("*.js"):
        if "vendor" in file.parts or "i18n" in file.parts:
            continue
        used = {next(filter(None, groups)) for groups in USE.findall(file.read_text())}
        assert used <= given, file


@pytest.mark.parametrize("language", FORMS)
def test_every_counted_text_has_all_plural_forms(language: str) -> None:
    for part in PARTS:
        text = (STATIC / "i18n" / f"{language}{part}").read_text()
        for entry in re.findall(r'^  "[^"]+": \{(.*?)\},$', text, re.MULTILINE | re.DOTALL):
            assert set(re.findall(r'\b(one|few|many|other): "', entry)) == FORMS[language], entry
