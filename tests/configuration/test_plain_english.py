"""Phrases that must not come back: new readers had to read each of them twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.core.errors import ERRORS

# The replacement for each phrase.
INSTEAD = {
    r"\b(?:for|to|of|by|from|with) who\b": "for anyone who",
    r"\bone (?:cannot|may not|can't)\b": "you can't",
    r"\bone's own\b": "your own",
    r"\boneself\b": "yourself, or themselves",
    r"\b(?:is|are|was|were|be) told of\b": "is notified of",
    r"\bor not any more\b": "say what is true now",
    r"\bnobody said otherwise\b": "by default",
    r"\bof theirs\b": "their",
    r"\bis tried again by itself\b": "we'll keep trying",
    r"\bWhom Perch protects\b": "threat model",
    r"\b[Tt]he machine burnt down\b": "disaster recovery",
    r"\bwhat stands round\b": "the sandbox",
    r"\broom on the disks?\b": "disk space",
}

DOCUMENTS = [
    *(Path(name) for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ".env.example")),
    Path("config/man/perch.1"),
    *sorted(Path("docs").rglob("*.md")),
]


def found_in(text: str) -> list[str]:
    """The phrases that occur in the text, each with its replacement."""
    plain = " ".join(text.split())
    return [
        f"{match[0]!r}: {instead}" for word, instead in INSTEAD.items() for match in re.finditer(word, plain)
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_no_document_contains_a_banned_phrase(document: Path) -> None:
    assert found_in(document.read_text()) == []


@pytest.mark.parametrize("error", ERRORS.values(), ids=lambda error: error.error_type)
def test_no_public_error_contains_a_banned_phrase(error: type) -> None:
    assert found_in(error.message) == []  # type: ignore[attr-defined]


def test_a_banned_phrase_is_found_across_a_line_break() -> None:
    assert found_in("A link is public to\nwho knows it.") == ["'to who': for anyone who"]
