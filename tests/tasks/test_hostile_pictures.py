"""Hostile pictures in real child processes: each gets a verdict within the limits and harms nothing else."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from tasks import picture_child, picture_worker
from tasks.picture_worker import TOO_MUCH, Made, PictureChildren, PictureRefused, SlowPicture
from tests import hostile, mutations, pictures
from tests.thorough import much

# The real fork server with other CPU limits for its lanes. When it ends, it writes down the peak memory of
# its children (kB).
WATCHED = """
import resource
from pathlib import Path
from tasks import picture_child, picture_forks
picture_child.CPU_SECONDS, picture_child.SCANS = {seconds}, {scans}
try:
    picture_forks.main()
finally:
    Path({file!r}).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""


@dataclass
class Attacked:
    """A fork server that decodes pictures, and the results."""

    children: PictureChildren
    folder: Path
    verdicts: Counter[str] = field(default_factory=Counter)
    slow: int = 0

    async def all(self, files: Iterable[bytes]) -> None:
        """Decode as many pictures at once as there are cores. Raises ChildDied if one gets no verdict."""
        left = iter(enumerate(files))

        async def some() -> None:
            for number, data in left:
                await self.one(data, name=str(number))

        async with asyncio.TaskGroup() as group:
            for _ in range(os.cpu_count() or 1):
                group.create_task(some())

    async def one(self, data: bytes, *, name: str) -> str:
        """The result as a worker sees it; if it succeeds, the variants are in the folder of that name."""
        folder = self.folder / name
        folder.mkdir()
        original = folder / "original"
        original.write_bytes(data)
        try:
            made = await self.in_its_lane(original, folder)
            verdict = "ready"
            assert pictures.opened(made.files[""].read_bytes()).size == (
                made.variants.width,
                made.variants.height,
            )
        except PictureRefused as refused:
            verdict = str(refused)
            assert verdict.endswith(".")
        assert {file.name for file in folder.iterdir()} <= {"original", "variant", "variant-small"}
        assert original.read_bytes() == data
        self.verdicts["ready" if verdict == "ready" else "refused"] += 1
        return verdict

    async def in_its_lane(self, original: Path, folder: Path) -> Made:
        try:
            return await self.children.make_variants(original, folder, lane="quick")
        except SlowPicture:
            self.slow += 1
            return await self.children.make_variants(original, folder, lane="slow")

    async def peak(self) -> int:
        """End the fork server, which must still be the first one; returns a child's peak memory in bytes."""
        assert self.children._forks is not None
        assert self.children._forks.returncode is None
        await self.children.close()
        return int((self.folder / "peak").read_text()) * 1024

    @property
    def words(self) -> str:
        return ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(self.verdicts.items()))


@pytest.fixture
def seconds() -> dict[str, int]:
    """The CPU seconds allowed in each lane."""
    return picture_child.CPU_SECONDS


@pytest.fixture
def scans() -> int:
    """The number of scans allowed in a JPEG."""
    return picture_child.SCANS


@pytest_asyncio.fixture
async def attacked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds: dict[str, int], scans: int
) -> AsyncIterator[Attacked]:
    watched = WATCHED.format(file=str(tmp_path / "peak"), seconds=seconds, scans=scans)
    monkeypatch.setattr(picture_worker, "FORKS", (sys.executable, "-I", "-c", watched))
    children = PictureChildren()
    yield Attacked(children, tmp_path)
    await children.close()


@pytest.mark.fault("poison")
async def test_bombs_stay_within_the_limits(attacked: Attacked, measured: Callable[[str], None]) -> None:
    await attacked.all(make() for make in hostile.BOMBS.values())
    peak = await attacked.peak()
    measured(f"{len(hostile.BOMBS)} bombs: {attacked.words}; the largest child had {peak >> 20} MiB")
    assert attacked.slow == 0
    assert peak <= picture_child.MEMORY_BYTES


@pytest.mark.fault("poison")
@pytest.mark.parametrize(("seconds", "scans"), [({"quick": 1, "slow": 1}, 1 << 20)])
async def test_a_picture_that_takes_too_long_ends_at_the_limit_of_its_lane(attacked: Attacked) -> None:
    assert await attacked.one(hostile.jpeg_with_scans(10_000), name="scans") == TOO_MUCH
    assert attacked.slow == 1


@pytest.mark.fault("pictures")
async def test_mutated_pictures_get_a_verdict(attacked: Attacked, measured: Callable[[str], None]) -> None:
    count = much(usually=100, thoroughly=10_000)
    await attacked.all(mutations.mutated(seed) for seed in range(count))
    peak = await attacked.peak()
    measured(f"{count:,} mutated: {attacked.words}, no child died; the largest had {peak >> 20} MiB")
    assert attacked.verdicts.total() == count
    assert attacked.verdicts["ready"] > count / 10, "the mutations do not reach beyond the headers"
    assert peak <= picture_child.MEMORY_BYTES


@pytest.mark.fault("poison")
async def test_only_the_picture_is_left_of_a_polyglot_file(attacked: Attacked) -> None:
    for name, (data, evil) in hostile.polyglots().items():
        assert evil in data
        assert await attacked.one(data, name=name) == "ready"
        for variant in ("variant", "variant-small"):
            assert evil not in (attacked.folder / name / variant).read_bytes()


@pytest.mark.fault("poison")
async def test_files_of_other_kinds_are_refused(attacked: Attacked) -> None:
    for name, data in hostile.STRANGERS.items():
        assert await attacked.one(data, name=name) == picture_child.BROKEN
