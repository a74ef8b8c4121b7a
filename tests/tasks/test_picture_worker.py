"""Running picture children: which failures are the picture's fault, and what happens to other pictures."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from config.settings import Settings
from server.context import Context
from storage.base import StorageUnavailable
from storage.local import LocalStore
from tasks import picture_worker, worker
from tasks.picture_worker import ChildDied, PictureChildren, PictureRefused, SlowPicture
from tasks.workshop import Workshop
from tests import disks, pictures
from tests.waiting import until

# A real fork server whose children run something else.
DOING = """
import os, signal, sys, time
from pathlib import Path
from tasks import picture_child, picture_forks
def verdict(original, files, purpose, lane):
    {code}
picture_child.verdict = verdict
picture_forks.main()
"""


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "original"
    path.write_bytes(pictures.jpeg())
    return path


@pytest_asyncio.fixture
async def children() -> AsyncIterator[PictureChildren]:
    found = PictureChildren()
    yield found
    await found.close()


def have_them(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Make the children run this code."""
    monkeypatch.setattr(picture_worker, "FORKS", (sys.executable, "-I", "-c", DOING.format(code=code)))


def living(folder: Path) -> int:
    """The process whose id a child wrote there. Raises ProcessLookupError if it is gone."""
    pid = int((folder / "pid").read_text() or 0)
    if not pid:  # the file is just being written
        return 0
    os.kill(pid, 0)
    return pid


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), 9)",  # as the kernel does if memory runs out
        "os.kill(os.getpid(), 11)",
        "raise SystemExit(1)",
        "os._exit(0)",
        "return 'no verdict'",
        "return {'content_type': 'text/html', 'width': 1, 'height': 1}",
        "return {'width': 100000, 'height': 1}",
        "os.kill(os.getppid(), 9); time.sleep(9)",  # the fork server, and with it this child
    ],
)
async def test_a_child_that_dies_without_a_verdict_is_not_the_pictures_fault(
    monkeypatch: pytest.MonkeyPatch, children: PictureChildren, original: Path, code: str
) -> None:
    have_them(monkeypatch, code)
    with pytest.raises(ChildDied):
        await children.make_variants(original, original.parent)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("os.kill(os.getpid(), signal.SIGXCPU)", "more time or memory"),
        ("time.sleep(60)", "more time or memory"),
        ("return {'refused': 'Because.'}", "Because."),
    ],
)
async def test_a_negative_verdict_or_an_exhausted_limit_refuses_the_picture(
    monkeypatch: pytest.MonkeyPatch, children: PictureChildren, original: Path, code: str, words: str
) -> None:
    have_them(monkeypatch, code)
    monkeypatch.setattr(picture_worker, "WALL_SECONDS", {"slow": 1})
    with pytest.raises(PictureRefused, match=words):
        await children.make_variants(original, original.parent)


@pytest.mark.parametrize(
    "code", ["os.kill(os.getpid(), signal.SIGXCPU)", "time.sleep(60)", "return {'slow': True}"]
)
async def test_an_exhausted_limit_of_the_quick_lane_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, children: PictureChildren, original: Path, code: str
) -> None:
    have_them(monkeypatch, code)
    monkeypatch.setattr(picture_worker, "WALL_SECONDS", {"quick": 1})
    with pytest.raises(SlowPicture):
        await children.make_variants(original, original.parent, lane="quick")


async def test_a_good_picture_is_made(children: PictureChildren, original: Path) -> None:
    made = await children.make_variants(original, original.parent)
    assert made.files[""].stat().st_size > 0
    assert made.variants.content_type == "image/jpeg"


async def test_an_animation_is_not_processed_in_the_quick_lane(
    children: PictureChildren, tmp_path: Path
) -> None:
    small, large = tmp_path / "original", tmp_path / "larger"
    small.write_bytes(pictures.animated_gif())
    large.write_bytes(pictures.animated_gif(frames=12, width=800, height=600))
    assert (await children.make_variants(small, tmp_path, lane="quick")).variants.width == 60
    with pytest.raises(SlowPicture):
        await children.make_variants(large, tmp_path, lane="quick")
    assert (await children.make_variants(large, tmp_path, lane="slow")).variants.width == 800


async def test_the_death_of_a_child_does_not_affect_other_pictures(
    monkeypatch: pytest.MonkeyPatch, children: PictureChildren, original: Path
) -> None:
    """One of a server's two children is killed while the other is working, which then goes on."""
    have_them(
        monkeypatch,
        "waiting = Path(original).parent / 'waiting'\n"
        "    if original.endswith('poison'): os.kill(os.getpid(), 9)\n"
        "    waiting.touch()\n"
        "    while waiting.exists(): time.sleep(0.01)\n"
        "    return {'refused': 'Because.'}",
    )
    other = asyncio.create_task(children.make_variants(original, original.parent))
    waiting = original.parent / "waiting"
    await until(waiting.exists)
    with pytest.raises(ChildDied):
        await children.make_variants(original.with_name("poison"), original.parent)
    waiting.unlink()
    with pytest.raises(PictureRefused):
        await other


async def test_a_child_has_no_secrets_and_no_open_files(
    monkeypatch: pytest.MonkeyPatch, children: PictureChildren, original: Path
) -> None:
    monkeypatch.setenv("DB_PASS", "secret")
    have_them(
        monkeypatch, "return {'refused': repr((sorted(os.environ), len(os.listdir('/proc/self/fd')) - 1))}"
    )
    with pytest.raises(PictureRefused, match=r"^\(\['GLIBC_TUNABLES'(, 'LC_CTYPE')?\], 3\)$"):
        await children.make_variants(original, original.parent)


async def test_a_cancelled_picture_leaves_no_child_behind(
    monkeypatch: pytest.MonkeyPatch, children: PictureChildren, original: Path
) -> None:
    have_them(monkeypatch, "(Path(original).parent / 'pid').write_text(str(os.getpid()))\n    time.sleep(60)")
    waiting = asyncio.create_task(children.make_variants(original, original.parent))
    await until(lambda: (original.parent / "pid").exists() and living(original.parent) > 0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(ProcessLookupError):
        living(original.parent)


async def test_the_fork_server_ends_when_there_is_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, children: PictureChildren, original: Path
) -> None:
    monkeypatch.setattr(picture_worker, "IDLE_SECONDS", 0)
    have_them(monkeypatch, "return {'refused': str(os.getppid())}")
    servers = set()
    for _ in range(2):
        with pytest.raises(PictureRefused) as refused:
            await children.make_variants(original, original.parent)
        server = int(str(refused.value))
        servers.add(server)
        await until(lambda: not Path(f"/proc/{server}").exists())  # noqa: B023
    assert len(servers) == 2


@pytest.mark.fault("storage")
@pytest.mark.parametrize("make", [pictures.jpeg, pictures.png, pictures.animated_gif])
async def test_a_full_disk_is_not_the_pictures_fault(
    children: PictureChildren, tmp_path: Path, make: Callable[[], bytes]
) -> None:
    with disks.small(tmp_path / "disk", megabytes=1) as disk:
        original = disk / "original"
        original.write_bytes(make())
        with disks.full(disk), pytest.raises(StorageUnavailable, match="No space left"):
            await children.make_variants(original, disk)
        made = await children.make_variants(original, disk)
        assert made.files[""].stat().st_size > 0


@pytest.mark.parametrize(
    ("standing", "needed", "missing", "refuses"),
    [
        ({"landlock": "version 4", "seccomp": "filter"}, True, [], False),
        ({"landlock": None, "seccomp": "filter"}, True, ["landlock"], False),
        ({"landlock": None, "seccomp": None}, False, ["landlock", "seccomp"], False),
        ({"landlock": None, "seccomp": None}, True, ["landlock", "seccomp"], True),
    ],
)
def test_without_a_sandbox_no_picture_is_processed_unless_settings_allow_it(
    standing: dict[str, str | None], needed: bool, missing: list[str], refuses: bool
) -> None:
    found, unsafe = picture_worker.missing_walls(standing, needed=needed)
    assert (found, unsafe is not None) == (missing, refuses)


async def test_a_worker_says_which_walls_are_missing_and_refuses_pictures_if_it_must(
    perch: Context, original: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = perch.settings.model_copy(update={"mode": "PROD"})
    production = Workshop.of(settings, perch.store, LocalStore(settings.backup_folder), perch.jobs)
    half = worker.with_walls(production, {"landlock": None, "seccomp": "filter"})
    assert half.pictures is production.pictures
    assert "without landlock" in caplog.records[-1].getMessage()
    none = worker.with_walls(production, {"landlock": None, "seccomp": None})
    assert caplog.records[-1].levelname == "ERROR"
    with pytest.raises(StorageUnavailable, match="PICTURE_SANDBOX"):
        await none.pictures.make_variants(original, original.parent)
    assert worker.with_walls(production, {"landlock": "version 4", "seccomp": "filter"}) is production


async def test_pictures_that_may_not_be_processed_wait(original: Path) -> None:
    children = PictureChildren("no picture is made here")
    with pytest.raises(StorageUnavailable, match="no picture is made here"):
        await children.make_variants(original, original.parent)


def test_the_sandbox_is_required_in_production_by_default() -> None:
    def needs(**settings: Any) -> bool:
        return Settings(_env_file=None, **settings).needs_sandbox  # type: ignore[call-arg]

    assert [needs(mode="PROD"), needs(mode="DEV"), needs(mode="PROD", picture_sandbox="optional")] == [
        True,
        False,
        False,
    ]
    assert needs(picture_sandbox="required")
