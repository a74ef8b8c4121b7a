"""Lifecycle rules: ours coexist with other people's, on two S3 servers."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from config.settings import Settings
from storage.lifecycle import merge, rule, same
from storage.s3 import S3Store
from tasks import lifecycle
from tests import servers

FOREIGN = {
    "ID": "photos of the year",
    "Status": "Enabled",
    "Filter": {"Prefix": "photos/"},
    "Expiration": {"Days": 365},
}
# Rules as the first implementation writes them: for its own folders, and without spare days.
FIRST = {
    "ID": "delete hourly dumps",
    "Status": "Enabled",
    "Filter": {"Prefix": "backup_database/hour_dumps"},
    "Expiration": {"Days": 3},
}
OURS = [rule("hour", "backup_database/hour_dumps/", 3), rule("proven", "backup_database/proven/", None)]


def test_foreign_rules_are_kept_and_ours_are_added_once() -> None:
    once = merge([FOREIGN], OURS)
    assert FOREIGN in once.rules
    assert once.covering == []
    assert same(merge(once.rules, OURS).rules, once.rules)
    changed = merge(once.rules, [rule("hour", "backup_database/hour_dumps/", 9), OURS[1]])
    assert len(changed.rules) == 3


def test_a_rule_whose_name_begins_like_ours_is_not_ours() -> None:
    theirs = {**FOREIGN, "ID": "perch-photos-to-glacier"}
    neighbour = {**FIRST, "Filter": {"Prefix": "backup_database_of_others/"}}
    merged = merge([theirs, neighbour], OURS, guarded=["backup_database/proven/"], adopt=True)
    assert [found["ID"] for found in merged.rules[:2]] == ["perch-photos-to-glacier", "delete hourly dumps"]


@pytest.mark.parametrize(
    ("changes", "covers"),
    [
        ({}, True),
        ({"Filter": {"Prefix": ""}}, True),
        ({"Filter": {"Prefix": "backup_database/"}}, True),
        ({"Filter": {"Prefix": "backup_database/proven/x"}}, True),
        ({"Filter": {"Prefix": "backup_database/other/"}}, False),
        ({"Status": "Disabled"}, False),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, False),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, False),
        ({"Filter": {"And": {"Prefix": "backup_database/", "Tags": [{"Key": "a", "Value": "b"}]}}}, False),
    ],
)
def test_a_foreign_rule_that_covers_our_folders_is_reported(changes: dict[str, Any], covers: bool) -> None:
    merged = merge([{**FIRST, **changes}], OURS)
    assert bool(merged.covering) is covers
    assert len(merged.rules) == 3  # reported, but not changed


def test_the_old_form_of_a_prefix_is_understood_too() -> None:
    old = {"ID": "x", "Status": "Enabled", "Prefix": "photos/", "Expiration": {"Days": 365}}
    assert same([old], [{**FOREIGN, "ID": "x"}])
    assert not same([old], [FOREIGN])
    assert not same([old], [old, old])


def test_adopting_replaces_only_rules_within_our_folders() -> None:
    whole = {**FIRST, "ID": "everything", "Filter": {"Prefix": ""}}
    merged = merge([FOREIGN, FIRST, whole], OURS, adopt=True)
    assert merged.adopted == [FIRST]
    assert merged.covering == [whole]
    assert [found["ID"] for found in merged.rules] == [
        "photos of the year",
        "everything",
        "perch-hour",
        "perch-proven",
    ]


@pytest_asyncio.fixture(params=["moto_url", "ceph_url"])
async def bucket(
    request: pytest.FixtureRequest, settings: Settings
) -> AsyncIterator[tuple[S3Store, Settings]]:
    where = servers.bucket(request.getfixturevalue(request.param), f"rules-{secrets.token_hex(4)}")
    await servers.make_bucket(where)
    store = S3Store(where)
    await store.open()
    update = {
        "backup_storage": "s3",
        "s3_url": where.url,
        "s3_bucket_name": where.name,
        "s3_access_key": where.access_key,
        "s3_secret_key": where.secret_key,
    }
    yield store, settings.model_copy(update=update)
    await store.close()


async def test_rules_are_written_once_and_a_dry_run_changes_nothing(bucket: tuple[S3Store, Settings]) -> None:
    store, settings = bucket
    assert await store.lifecycle() == []
    assert (await lifecycle.apply(settings, dry_run=True)).outcome == "would change"
    assert await store.lifecycle() == []
    assert (await lifecycle.apply(settings)).outcome == "written"
    written = await store.lifecycle()
    assert same(written, lifecycle.ours(settings))
    assert (await lifecycle.apply(settings)).outcome == "unchanged"
    assert (await lifecycle.apply(settings, dry_run=True)).outcome == "unchanged"
    assert await store.lifecycle() == written


async def test_a_foreign_rule_is_kept_but_one_in_our_folders_can_be_adopted(
    bucket: tuple[S3Store, Settings], caplog: pytest.LogCaptureFixture
) -> None:
    store, settings = bucket
    await store.set_lifecycle([FOREIGN, FIRST])
    assert (await lifecycle.apply(settings)).outcome == "written"
    assert "delete hourly dumps" in caplog.text
    assert "photos" not in caplog.text
    assert same(await store.lifecycle(), [FOREIGN, FIRST, *lifecycle.ours(settings)])
    assert (await lifecycle.apply(settings, adopt=True)).outcome == "written"
    assert same(await store.lifecycle(), [FOREIGN, *lifecycle.ours(settings)])
    assert (await lifecycle.apply(settings, adopt=True)).outcome == "unchanged"
