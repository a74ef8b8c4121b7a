"""The archive of a user's own data: requested, made, downloaded, and removed when it expires."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from server.core.database.connection import rows
from server.features.follows import personal as follows
from server.features.notifications import personal as notifications
from server.features.privacy import exports
from server.features.relations import personal as relations
from storage import object_keys
from storage.base import ObjectStore
from tests import pictures
from tests.api.media import fetch, objects
from tests.callers import Caller
from tests.jobs import LostJobs
from tests.waiting import until_gone

GONE = (404, "export_not_found")
FOLDER = "tweets_media"


async def altered() -> AsyncIterator[bytes]:
    yield b"another picture"


async def ask(caller: Caller, store: ObjectStore) -> None:
    """Request an archive without any worker being told."""
    assert (await exports.ask(caller.id, LostJobs(), store)).state == "pending"


async def made(caller: Caller) -> dict[str, Any]:
    async def pending() -> bool:
        return bool((await caller.get("/api/users/me/export"))["export"]["state"] == "pending")

    await until_gone(pending)
    export: dict[str, Any] = (await caller.get("/api/users/me/export"))["export"]
    return export


async def make(caller: Caller, store: ObjectStore) -> None:
    """Make the archive in this process."""
    (found,) = await rows("SELECT id FROM exports WHERE user_id = $1", caller.id)
    claimed = await exports.claim(found["id"])
    assert claimed is not None
    await exports.make(found["id"], *claimed, store, FOLDER, days=7)


async def test_whoever_is_leaving_is_in_nobodys_archive(alice: Caller, bob: Caller) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    await alice.post(f"/api/users/{bob.id}/follow")
    await alice.post(f"/api/users/{bob.id}/mute")
    exported = [follows.EXPORT_FOLLOWING, follows.EXPORT_FOLLOWERS, notifications.EXPORT, relations.EXPORT]
    assert [len(await rows(one, alice.id, 0, 10)) for one in exported] == [1, 1, 1, 1]
    assert (await bob.call("DELETE", "/api/users/me", json={"handle": "bob"})).status == 200
    assert [await rows(one, alice.id, 0, 10) for one in exported] == [[], [], [], []]


@pytest.mark.usefixtures("worker")
async def test_an_archive_holds_everything_of_its_user(
    alice: Caller, bob: Caller, carol: Caller, empty_store: ObjectStore
) -> None:
    media = (await carol.upload(pictures.jpeg(), alt="a hill"))["media"]
    tweet_id = await carol.tweet("до свидания", [media["id"]])
    his = await bob.tweet("bob's own words")
    await carol.post(f"/api/tweets/{his}/likes")
    await carol.post(f"/api/tweets/{his}/reposts")
    await carol.post(f"/api/users/{bob.id}/follow")
    await alice.post(f"/api/users/{carol.id}/follow")
    await carol.post("/api/hashtags/Perch/follow")
    await carol.post("/api/invitations", json={"note": "class"})
    await carol.post(f"/api/users/{bob.id}/suspension", json={"reason": "spam"})
    asked = await carol.post("/api/users/me/export")
    assert (asked.status, asked["export"]["state"]) == (202, "pending")
    export = await made(carol)
    assert export["state"] == "ready"
    ends = datetime.fromisoformat(export["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < ends <= timedelta(days=7)
    answer = await carol.raw("GET", "/api/users/me/export/archive")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="perch-carol.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) == export["size"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        read = {
            name.removesuffix(".json"): json.loads(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".json")
        }
        (picture,) = read["pictures"]
        shown = await fetch(carol, media["url"])
        assert archive.read(picture["file"]) == shown.content
    assert read["profile"]["handle"] == "carol"
    ((mine, text),) = [(tweet["id"], tweet["text"]) for tweet in read["tweets"]]
    assert (mine, text) == (tweet_id, "до свидания")
    assert read["tweets"][0]["pictures"] == [media["id"]]
    assert (picture["alt"], picture["tweet_id"]) == ("a hill", tweet_id)
    assert [like["tweet_id"] for like in read["likes"]] == [his]
    assert [repost["tweet_id"] for repost in read["reposts"]] == [his]
    assert [(who["handle"], who["reposts_hidden"]) for who in read["following"]] == [("bob", False)]
    assert [hashtag["name"] for hashtag in read["followed_hashtags"]] == ["Perch"]
    assert [who["handle"] for who in read["followers"]] == ["alice"]
    assert read["keys"][0]["scopes"] == ["read", "write", "account", "admin"]
    assert read["invitations"][0]["note"] == "class"
    act = read["acts"][-1]
    assert (act["act"], act["done_by_you"], act["details"]) == ("user.suspend", True, {"hide_tweets": False})
    assert "spam" not in json.dumps(read["acts"])
    whole = json.dumps(read)
    assert "bob's own words" not in whole
    assert not any("hash" in key for key in read["keys"])
    assert str(carol.key) not in whole


@pytest.mark.usefixtures("worker")
async def test_an_archive_names_damaged_and_missing_pictures(alice: Caller, empty_store: ObjectStore) -> None:
    names, tokens = [], []
    for _ in range(3):
        media = (await alice.upload(pictures.jpeg()))["media"]
        await alice.tweet("with a picture", [media["id"]])
        names.append(f"pictures/{media['id']}.jpg")
        tokens.append(urlsplit(media["url"]).path.rpartition("/")[2])
    damaged, missing = (object_keys.variant(FOLDER, token) for token in tokens[1:])
    await empty_store.put(damaged, altered(), content_type="image/jpeg")
    await empty_store.delete(missing)
    await ask(alice, empty_store)
    await make(alice, empty_store)
    answer = await alice.raw("GET", "/api/users/me/export/archive")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.read(names[1]) == b"another picture"
        told = archive.read("PROBLEMS.txt").decode().splitlines()
    assert [line.partition(" ")[0] for line in told] == names[1:]


async def test_nobody_downloads_an_archive_of_another_user(
    alice: Caller, bob: Caller, anybody: Caller, empty_store: ObjectStore
) -> None:
    await ask(alice, empty_store)
    assert (await alice.get("/api/users/me/export/archive")).error == GONE
    await make(alice, empty_store)
    (key,) = await objects(empty_store)
    assert key.startswith(object_keys.EXPORTS)
    assert (await anybody.get("/api/users/me/export/archive")).error == (401, "missing_key")
    assert (await bob.get("/api/users/me/export/archive")).error == GONE
    assert (await bob.get("/api/users/me/export"))["export"] is None
    token = key.removeprefix(object_keys.EXPORTS)
    for address in (f"/media/{token}", f"/media/{key}", f"/media/..%2f{key}"):
        assert (await fetch(anybody, address)).status_code == 404


async def test_only_one_archive_an_hour_is_made(alice: Caller, empty_store: ObjectStore) -> None:
    await ask(alice, empty_store)
    await ask(alice, empty_store)
    await make(alice, empty_store)
    again = await alice.post("/api/users/me/export")
    assert (again.status, again["export"]["state"]) == (202, "ready")
    await rows("UPDATE exports SET created_at = now() - interval '61 min' RETURNING 1")
    await ask(alice, empty_store)
    assert (await alice.get("/api/users/me/export/archive")).error == GONE
    await make(alice, empty_store)
    assert (await alice.raw("GET", "/api/users/me/export/archive")).status_code == 200
    # The previous archive was removed when this one was requested.
    assert await exports.sweep(empty_store, now=datetime.now(UTC) + timedelta(hours=7)) == 0
    assert (await alice.raw("GET", "/api/users/me/export/archive")).status_code == 200


async def test_an_expired_archive_is_removed(alice: Caller, empty_store: ObjectStore) -> None:
    await ask(alice, empty_store)
    await make(alice, empty_store)
    await rows("UPDATE exports SET expires_at = now() RETURNING 1")
    assert (await alice.get("/api/users/me/export"))["export"] is None
    assert (await alice.get("/api/users/me/export/archive")).error == GONE
    assert await exports.sweep(empty_store) == 1
    assert await objects(empty_store) == []
    assert await rows("SELECT 1 FROM exports") == []


@pytest.mark.fault("worker-killed")
async def test_an_archive_is_retried_after_a_killed_worker_but_not_forever(
    alice: Caller, empty_store: ObjectStore
) -> None:
    await ask(alice, empty_store)
    (found,) = await rows("SELECT id FROM exports")
    for _ in range(exports.MAX_ATTEMPTS):
        assert await exports.claim(found["id"]) is not None
        assert await exports.claim(found["id"]) is None, "somebody is at it"
        assert await exports.resume(LostJobs(), older_than=0) == 0
        await rows("UPDATE exports SET working_until = now() - interval '1 s' RETURNING 1")
        assert await exports.resume(LostJobs(), older_than=0) == 1
    assert await exports.claim(found["id"]) is None
    assert (await alice.get("/api/users/me/export"))["export"]["state"] == "failed"
    await ask(alice, empty_store)


async def test_an_archive_of_a_user_deleted_meanwhile_is_not_kept(
    alice: Caller, empty_store: ObjectStore
) -> None:
    await ask(alice, empty_store)
    (found,) = await rows("SELECT id FROM exports")
    claimed = await exports.claim(found["id"])
    assert claimed is not None
    assert await exports.remove_of(alice.id, empty_store)
    await exports.make(found["id"], *claimed, empty_store, FOLDER, days=7)
    assert await objects(empty_store) == []
