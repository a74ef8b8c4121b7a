"""When a disk counts as low, whether it is small or large, and how that is reported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.settings import Settings
from server.operations import condition
from server.operations.disks import enough, existing, looked_at
from tests import disks

GB = 10**9


def settings(folder: Path, **chosen: object) -> Settings:
    return Settings(_env_file=None, data_dir=folder, **chosen)  # type: ignore[call-arg,arg-type]


@pytest.mark.parametrize(
    ("size", "low", "well"),
    [
        (10_000 * GB, 9 * GB, 900 * GB),  # a huge disk with 9 % free has plenty of space
        (100 * GB, 9 * GB, 11 * GB),  # less than a tenth
        (50 * GB, 4 * GB, 6 * GB),
        (10 * GB, 1.9 * GB, 2.1 * GB),  # less than 2 GB
        (4 * GB, 0.9 * GB, 1.1 * GB),  # a tiny disk doesn't count as low for ever
        (0.1 * GB, 0.02 * GB, 0.03 * GB),
    ],
)
def test_a_disk_is_low_by_a_share_or_by_bytes_whatever_its_size(size: float, low: float, well: float) -> None:
    assert low < enough(int(size)) <= well


async def test_a_disk_that_fills_up_is_reported_until_there_is_space(tmp_path: Path) -> None:
    with disks.small(tmp_path / "data", 64) as data:
        assert await condition.of_disks(settings(data)) == []
        with disks.full(data):
            (trouble,) = await condition.of_disks(settings(data))
            assert trouble.word == "disk_data"
            assert trouble.sentence == "the disk that holds the data is nearly full"
            assert trouble.detail == f"0 B of 67.1 MB free at {data}"
        assert await condition.of_disks(settings(data)) == []


async def test_a_disk_without_free_inodes_is_reported(tmp_path: Path) -> None:
    with disks.small(tmp_path / "data", 64) as data:
        disks.remounted(data, "nr_inodes=200")
        for number in range(198):
            (data / str(number)).touch()
        (trouble,) = await condition.of_disks(settings(data))
        assert trouble.sentence == "the disk that holds the data has room for few more files"


async def test_a_disk_that_became_read_only_is_reported(tmp_path: Path) -> None:
    with disks.small(tmp_path / "data", 64) as data:
        disks.remounted(data, "ro")
        (trouble,) = await condition.of_disks(settings(data))
        assert trouble.sentence == "the disk that holds the data is read-only"


async def test_each_disk_is_checked_once_even_if_it_holds_several_folders(tmp_path: Path) -> None:
    with disks.small(tmp_path / "elsewhere", 64) as elsewhere:
        chosen = settings(tmp_path / "data", backup_dir=elsewhere / "not" / "made" / "yet")
        assert [disk.place for disk in looked_at(chosen)] == ["data", "backups"]
        with disks.full(elsewhere):
            assert [found.word for found in await condition.of_disks(chosen)] == ["disk_backups"]
    assert [disk.place for disk in looked_at(settings(tmp_path / "data"))] == ["data"]
    bucket = {"s3_url": "http://127.0.0.1:1", "s3_bucket_name": "x", "s3_access_key": "x"}
    away = settings(tmp_path / "data", backup_dir=elsewhere, s3_secret_key="x", **bucket)
    assert [disk.place for disk in looked_at(away)] == ["data"]


async def test_a_disk_that_does_not_answer_is_reported(tmp_path: Path) -> None:
    nowhere = tmp_path / ("a name that no disk takes" * 20)
    trouble = (await condition.of_disks(settings(nowhere)))[0]
    assert trouble.sentence == "the disk that holds the data can't be checked"
    assert trouble.detail == f"{nowhere}: File name too long"


def test_a_folder_that_does_not_exist_yet_is_on_its_parents_disk(tmp_path: Path) -> None:
    assert existing(tmp_path / "a" / "b") == tmp_path
    assert os.statvfs(existing(tmp_path / "a")).f_blocks == os.statvfs(tmp_path).f_blocks
