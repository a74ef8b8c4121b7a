"""What is imported from an ugly old database, and what is reported about the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.database_address import DatabaseAddress
from server.context import Context
from server.core.database.connection import rows
from server.importing.files import FilesInFolder
from storage.base import ObjectStore
from tasks.workshop import ownership_of_pictures
from tests import pictures
from tests.api.media import fetch
from tests.callers import Caller, register
from tests.importing import first
from tests.importing.first import counted, take_over, told, utc
from tests.realtime.listening import listening
from tests.waiting import until_gone

CUT = "the text is larger than 16384 bytes and was cut"
TWICE = "it is in the table twice"
NO_TWEET = "its tweet is missing or wasn't imported"


def showing(anybody: Caller, key: str, user_id: int = 0) -> Caller:
    """The user who has this key."""
    return Caller(anybody.send, key, user_id, "")


async def column(sql: str) -> list[Any]:
    return [next(iter(row.values())) for row in await rows(sql)]


async def test_everything_is_counted_and_each_exception_has_its_reason(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder
) -> None:
    account = await take_over(ugly, perch, files)
    assert counted(account) == {
        "users": (17, 15),
        "keys": (13, 5),
        "tweets": (12, 8),
        "likes": (9, 3),
        "subscriptions": (8, 5),
        "medias": (12, 3),
        "arrays": (0, 0),
        "pictures": (10, 2),
    }
    exceptions = told(account)
    assert exceptions["users"] == [
        ("9", "the id is in the table twice; the first row was imported"),
        ("-5", "the id isn't a positive number that every client can hold"),
        ("11", "the name had control characters, which were removed"),
        *((str(user), "the name has no visible characters; the handle is shown instead") for user in (4, 6)),
        ("5", "the name is longer than 50 characters and was cut"),
    ]
    unusable = "no client can send this key, or it looks like a Perch key but isn't one"
    assert sorted(exceptions["keys"], key=lambda one: int(one[0])) == [
        ("1", "the key is publicly known"),
        ("2", "the key is publicly known"),
        ("3", "the key is also that of user 1, for whom it keeps working"),
        ("6", "the user has no key"),
        ("7", "the user has no key"),
        ("9", "the key is also that of user 8, for whom it keeps working"),
        ("10", unusable),
        ("12", unusable),
        ("15", unusable),
        ("16", "the key is also that of user 8, for whom it keeps working"),
    ]
    assert sorted(exceptions["tweets"]) == [
        ("0", "the id isn't a positive number that every client can hold"),
        ("1", "the id is in the table twice; the first row was imported"),
        ("2", "the text is NULL; imported as empty"),
        ("5", CUT),
        ("6", "its author is missing"),
        ("7", "its author is missing"),
        ("9", "tweet_media_ids names picture 0, which is missing"),
        ("9", "tweet_media_ids names picture 3, which isn't among its media"),
        ("9", "tweet_media_ids names picture 77, which is missing"),
    ]
    assert sorted(exceptions["likes"]) == [
        ("tweet 0, user 4", NO_TWEET),
        ("tweet 1, user 0", "its user is missing"),
        ("tweet 1, user 2", TWICE),
        ("tweet 1, user 99", "its user is missing"),
        ("tweet 6, user 2", NO_TWEET),
        ("tweet 99, user 1", NO_TWEET),
    ]
    assert sorted(exceptions["subscriptions"]) == [
        ("user 1 follows user 2", TWICE),
        ("user 1 follows user 99", "one of the two is missing"),
        *((f"user {n} follows user 1", "it has no time; the time of this import is used") for n in (2,)),
        ("user 2 follows user 2", "Perch doesn't let people follow themselves"),
        *((f"user {n} follows user 1", "it has no time; the time of this import is used") for n in (4, 5)),
    ]
    assert sorted(exceptions["medias"]) == [
        ("tweet 1, picture 2", TWICE),
        ("tweet 10, picture 10", "its picture's link leads nowhere"),
        ("tweet 10, picture 4", "the file is missing"),
        ("tweet 10, picture 8", "its picture's link leads nowhere"),
        ("tweet 10, picture 88", "its picture is missing"),
        ("tweet 10, picture 9", "its picture's link leads nowhere"),
        ("tweet 3, picture 5", "the file isn't a picture of an accepted format"),
        ("tweet 3, picture 6", "the file is larger than 65536 bytes (MEDIA_MAX_BYTES)"),
        ("tweet 99, picture 1", NO_TWEET),
    ]
    assert exceptions["pictures"] == [("3", "no tweet uses it"), ("7", "no tweet uses it")]
    assert account.notes == []
    assert not any(key in str(account) for key in ("five-key", "shared", "k14", "perch_x"))


async def test_people_keep_their_ids_and_get_handles_from_their_names(
    ugly: DatabaseAddress, perch: Context
) -> None:
    await take_over(ugly, perch)
    found = {row["id"]: (row["handle"], row["name"]) for row in await rows("SELECT * FROM users")}
    assert found == {
        1: ("ivan", "Иван"),
        2: ("katia", "Катя"),
        3: ("ivan_3", "Иван"),
        4: ("user4", "user4"),
        5: ("x" * 30, "x" * 50),
        6: ("user6", "user6"),
        7: ("zoe_unal", "Zoë  Ünal"),
        8: ("same", "Same"),
        9: ("same_9", "Same"),
        10: ("user10", "日本"),
        11: ("ab_c", "ab c"),
        12: ("user_12", "User 12"),
        14: ("user15", "user15"),
        15: ("user15_2", "日"),
        16: ("same_16", "Same"),
    }
    assert await column("SELECT DISTINCT is_admin OR demo FROM users") == [False]
    assert await column("INSERT INTO users (handle, name) VALUES ('new', 'new') RETURNING id") == [17]
    assert await column("INSERT INTO tweets (author_id, content) VALUES (1, '') RETURNING id") == [11]


async def test_imported_keys_work_over_http_unless_they_are_publicly_known(
    ugly: DatabaseAddress, perch: Context, anybody: Caller
) -> None:
    await take_over(ugly, perch)
    for key, user_id in (("k4", 4), ("five-key", 5), ("shared", 8), ("k11", 11), ("k14", 14)):
        me = await showing(anybody, key).get("/api/users/me")
        assert (me.status, me["user"]["id"]) == (200, user_id)
        assert me["user"]["scopes"] == ["read", "write", "account"]
    for key in ("test", "test1", "negative", "other", "perch_x", "k15"):
        assert (await showing(anybody, key).get("/api/users/me")).status == 401
    writer = showing(anybody, "k4", 4)
    assert await writer.tweet("still here") == 11


async def test_in_demo_mode_the_old_demo_users_become_the_new_ones(
    ugly: DatabaseAddress, perch: Context, anybody: Caller
) -> None:
    await take_over(ugly, perch, demo=True)
    assert (await showing(anybody, "test").get("/api/users/me"))["user"]["id"] == 1
    assert await column("SELECT id FROM users WHERE demo ORDER BY id") == [1, 2]
    assert await column("SELECT user_id FROM api_keys WHERE public ORDER BY user_id") == [1, 2]


async def test_tweets_keep_text_and_order_and_their_counters_are_recounted(
    ugly: DatabaseAddress, perch: Context, anybody: Caller
) -> None:
    before = datetime.now(UTC)
    await take_over(ugly, perch)
    found = await rows("SELECT id, content, likes_count, created_at FROM tweets ORDER BY id")
    texts = {row["id"]: row["content"] for row in found}
    assert list(texts) == [1, 2, 3, 4, 5, 8, 9, 10]
    assert (texts[1], texts[2], texts[3], texts[4]) == ("hello", "", "", "long " * 400)
    assert (texts[5], texts[8]) == ("я" * 8192, "\x01\x1b\t\u202e")
    assert {row["id"]: row["likes_count"] for row in found if row["likes_count"]} == {1: 2, 10: 1}
    times = [row["created_at"] for row in found]
    assert times == sorted(times)
    assert times[1] - times[0] == timedelta(seconds=1)
    assert times[-1] <= datetime.now(UTC)
    assert times[0] > before - timedelta(minutes=1)
    assert await column(
        "SELECT DISTINCT l.created_at = t.created_at FROM likes l, tweets t WHERE t.id = tweet_id"
    ) == [True]
    assert await column("SELECT max(created_at) <= $1 FROM users".replace("$1", f"'{times[0]}'")) == [True]
    reader = showing(anybody, "k4", 4)
    assert [tweet["id"] for tweet in await reader.timeline()] == list(texts)[::-1]
    ivan = (await reader.get("/api/users/1"))["user"]
    assert (ivan["tweets_count"], ivan["followers_count"], ivan["following_count"]) == (2, 4, 1)
    assert await column("SELECT count(*) FROM outbox") == [0]
    assert await column("SELECT count(*) FROM notifications") == [0]


async def test_follow_times_are_read_in_the_old_servers_time_zone(
    ugly: DatabaseAddress, perch: Context
) -> None:
    account = await take_over(ugly, perch, zone="Europe/Moscow")
    found = await rows("SELECT follower_id, followee_id, created_at FROM follows ORDER BY id")
    made = {(row["follower_id"], row["followee_id"]): row["created_at"] for row in found}
    assert made == {
        (2, 1): account.began_at,
        (5, 1): account.began_at,
        (3, 1): utc("2022-12-31 21:30"),
        (1, 2): utc("2024-01-01 09:00"),
        (4, 1): account.began_at,
    }
    assert [pair for pair in made if made[pair] != account.began_at] == [(3, 1), (1, 2)]


@pytest.mark.usefixtures("worker")
async def test_pictures_are_processed_again_in_the_order_of_their_tweet(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder, anybody: Caller
) -> None:
    account = await take_over(ugly, perch, files)
    assert sum(account.pictures.values()) == 3
    await until_gone(lambda: column("SELECT 1 FROM media_attachments WHERE state = 'pending'"))
    reader = showing(anybody, "k4", 4)
    first_tweet, sharing = await reader.read(1), await reader.read(10)
    assert [item["width"] for item in first_tweet["media"]] == [62, 61]
    assert [item["width"] for item in sharing["media"]] == [61]
    shown = await fetch(reader, first_tweet["attachments"][0])
    assert pictures.opened(shown.content).size == (62, 40)
    assert shown.content != (files.folder / first.NAMES[2]).read_bytes()
    again = await take_over(ugly, perch, files)
    assert again.pictures == {"ready": 3}


async def test_a_running_perch_shows_the_import_at_once_and_open_pages_reload(
    ugly: DatabaseAddress, perch: Context, address: str, anybody: Caller
) -> None:
    await rows("SELECT setval('users_id_seq', 1000)")
    reader = await register(anybody.send, "alice")
    assert await reader.timeline() == []
    async with listening(address, reader) as page:
        await take_over(ugly, perch)
        assert len(await reader.timeline()) == 8
        assert (await page.wait_for("reset"))["reason"] == "restored"
        assert page.kinds == ["reset"]


async def test_this_perch_still_owns_its_bucket_after_an_import(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder, empty_store: ObjectStore
) -> None:
    pictures_of_ours = ownership_of_pictures(empty_store, perch.settings)
    await pictures_of_ours.take_over()
    await take_over(ugly, perch, files)
    assert await pictures_of_ours.is_ours(), "or what people delete would never be removed"
