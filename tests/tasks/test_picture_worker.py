"""Running the picture child: what is the picture's fault, and what is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tasks import picture_worker
from tasks.picture_worker import ChildDied, PictureRefused, make_variants
from tests import pictures


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "original"
    path.write_bytes(pictures.jpeg())
    return path


async def run(monkeypatch: pytest.MonkeyPatch, original: Path, code: str) -> None:
    """In the child's place an interpreter that does this."""
    monkeypatch.setattr(picture_worker, "CHILD", (sys.executable, "-I", "-c", code))
    await make_variants(original, original.parent)


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.kill(os.getpid(), 9)",  # as the kernel does when memory runs out
        "import os; os.kill(os.getpid(), 11)",
        "raise SystemExit(1)",
        "print('no verdict')",
        'print(\'{"content_type": "text/html", "width": 1, "height": 1}\')',
        'print(\'{"width": 100000, "height": 1}\')',
    ],
)
async def test_a_death_without_a_verdict_is_not_the_pictures_fault(
    monkeypatch: pytest.MonkeyPatch, original: Path, code: str
) -> None:
    with pytest.raises(ChildDied):
        await run(monkeypatch, original, code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "more time or memory"),
        ("import time; time.sleep(60)", "more time or memory"),
        ('print(\'{"refused": "Because."}\')', "Because."),
    ],
)
async def test_a_verdict_or_a_spent_limit_refuses(
    monkeypatch: pytest.MonkeyPatch, original: Path, code: str, words: str
) -> None:
    monkeypatch.setattr(picture_worker, "WALL_SECONDS", 1)
    with pytest.raises(PictureRefused, match=words):
        await run(monkeypatch, original, code)


async def test_a_good_picture_is_made(original: Path) -> None:
    made = await make_variants(original, original.parent)
    assert made.large.stat().st_size > 0
    assert made.variants.content_type == "image/jpeg"
