"""What a live stream tells, and to whom."""

from __future__ import annotations

import asyncio
import re
import resource
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from server.context import App, Context
from server.http import openapi
from server.models import ApiKey, event, people
from server.models.connection import rows, transaction
from server.realtime import capacity
from server.wire import events
from tests import pictures
from tests.callers import Caller
from tests.realtime.listening import listening
from tests.schemas import matches
from tests.servers import until


@pytest.fixture(autouse=True)
async def _empty(database: None) -> None:
    await rows("TRUNCATE outbox")


async def test_a_new_tweet_reaches_everybody_and_says_whose_following_it_is(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    async with (
        listening(address, alice) as to_alice,
        listening(address, bob) as to_bob,
        listening(address, carol) as to_carol,
    ):
        tweet_id = await alice.tweet("news")
        for listener, followed in ((to_alice, True), (to_bob, True), (to_carol, False)):
            told = await listener.wait_for("tweet")
            assert told["tweet"]["id"] == tweet_id
            assert told["tweet"]["content"] == "news"
            assert told["followed"] is followed
            assert told["author"]["tweets_count"] == 1


async def test_a_deleted_tweet_is_told(address: str, alice: Caller, bob: Caller) -> None:
    tweet_id = await alice.tweet()
    await bob.post(f"/api/tweets/{tweet_id}/likes")
    async with listening(address, bob) as to_bob:
        await alice.delete(f"/api/tweets/{tweet_id}")
        told = await to_bob.wait_for("tweet_deleted")
        assert told["tweet_id"] == tweet_id
        assert told["author"] == {
            "id": alice.id,
            "tweets_count": 0,
            "followers_count": 0,
            "following_count": 0,
            "version": 3,
        }
        assert to_bob.of("likes") == [], "the likes that went with it are not told apart"


async def test_likes_are_counted_for_all_and_told_as_ones_own_to_oneself(
    address: str, alice: Caller, bob: Caller
) -> None:
    tweet_id = await alice.tweet()
    async with listening(address, alice) as to_alice, listening(address, bob) as to_bob:
        await bob.post(f"/api/tweets/{tweet_id}/likes")
        told = await to_alice.wait_for("likes")
        assert (told["tweet_id"], told["likes_count"]) == (tweet_id, 1)
        own = await to_bob.wait_for("liked")
        assert (own["tweet_id"], own["liked"], own["likes_count"]) == (tweet_id, True, 1)
        assert own["version"] == (await alice.read(tweet_id))["version"]
        await bob.delete(f"/api/tweets/{tweet_id}/likes")
        assert (await to_bob.wait_for("liked", 2))["liked"] is False
        assert (await to_alice.wait_for("likes", 2))["likes_count"] == 0
        assert to_alice.of("liked") == []


async def test_a_tweets_likes_are_told_once_a_second_at_most_and_the_last_number_is_right(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet_id = await alice.tweet()
    async with listening(address, alice) as to_alice:
        began = asyncio.get_running_loop().time()
        for _ in range(15):
            for who in (bob, carol):
                await who.post(f"/api/tweets/{tweet_id}/likes")
            await bob.delete(f"/api/tweets/{tweet_id}/likes")
        told = await to_alice.wait_for("likes")
        while told["likes_count"] != 1:
            told = await to_alice.wait_for("likes", len(to_alice.of("likes")) + 1)
        took = asyncio.get_running_loop().time() - began
        assert len(to_alice.of("likes")) <= took + 1


async def test_follows_and_their_counters_are_told(address: str, alice: Caller, bob: Caller) -> None:
    async with listening(address, alice) as to_alice:
        await bob.post(f"/api/users/{alice.id}/follow")
        told = await to_alice.wait_for("follow")
        assert (told["follower_id"], told["followee_id"], told["followed"]) == (bob.id, alice.id, True)
        profile = (await alice.get(f"/api/users/{alice.id}"))["user"]
        counted = {user["id"]: user for user in told["users"]}
        assert counted[alice.id]["followers_count"] == 1 == profile["followers_count"]
        assert counted[alice.id]["version"] == profile["version"]
        assert counted[bob.id]["following_count"] == 1
        await bob.delete(f"/api/users/{alice.id}/follow")
        assert (await to_alice.wait_for("follow", 2))["followed"] is False


async def test_a_new_name_is_told(address: str, alice: Caller, bob: Caller) -> None:
    async with listening(address, bob) as to_bob:
        await alice.patch("/api/users/me", json={"name": "Alice Liddell"})
        told = await to_bob.wait_for("user")
        assert told["user"] == {"id": alice.id, "name": "Alice Liddell", "handle": "alice"}


@pytest.mark.usefixtures("worker")
async def test_a_picture_is_told_to_its_owner_and_once_attached_to_all(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, alice) as to_alice, listening(address, bob) as to_bob:
        media_id = (await alice.upload(pictures.jpeg()))["media_id"]
        told = await to_alice.wait_for("media")
        assert (told["tweet_id"], told["media"]["id"], told["media"]["state"]) == (None, media_id, "ready")
        tweet_id = await alice.tweet("with a picture", [media_id])
        shown = await to_bob.wait_for("tweet")
        assert [one["id"] for one in shown["tweet"]["media"]] == [media_id]
        assert to_bob.of("media") == []
        await alice.patch(f"/api/medias/{media_id}", json={"alt": "a square"})
        told = await to_bob.wait_for("media")
        assert (told["tweet_id"], told["media"]["alt"]) == (tweet_id, "a square")


async def test_a_broken_picture_leaves_its_tweet_for_all(address: str, alice: Caller, bob: Caller) -> None:
    tweet_id = await alice.tweet()
    await rows(
        "INSERT INTO media_attachments (token, owner_id, tweet_id) VALUES ('x', $1, $2) RETURNING id",
        alice.id,
        tweet_id,
    )
    async with listening(address, bob) as to_bob:
        await rows(
            "UPDATE media_attachments SET state = 'broken', failure = 'x', tweet_id = NULL RETURNING 1"
        )
        told = await to_bob.wait_for("media")
        assert (told["tweet_id"], told["media"]["state"]) == (tweet_id, "broken")


async def test_no_stream_is_opened_with_a_key_of_whose_end_this_process_was_not_told_yet(
    perch: Context, bob: Caller
) -> None:
    """Such a stream would begin after the event that ends it."""
    await until(perch.memory.store.versions.are_believed)
    await bob.get("/api/users/me")
    async with transaction():
        await rows("SET LOCAL session_replication_role = replica")  # no trigger tells anybody
        await rows("UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 RETURNING 1", bob.id)
    assert (await bob.get("/api/users/me")).status == 200  # from memory
    async with asyncio.timeout(5):
        assert (await bob.get("/api/stream")).error == (401, "invalid_key")


async def test_a_revoked_key_gets_nothing_more(address: str, alice: Caller, bob: Caller) -> None:
    made = await bob.post("/api/keys", json={"name": "to be revoked"})
    other = Caller(bob.send, made["key"], bob.id, bob.handle)
    async with listening(address, other) as revoked, listening(address, bob) as kept:
        await alice.tweet("before")
        await revoked.wait_for("tweet")
        await bob.delete(f"/api/keys/{made['key_id']}")
        tweet_id = await alice.tweet("after")
        await revoked.wait_for_end()
        assert revoked.kinds[-1] == "key_revoked"
        assert revoked.heard[-1]["key_id"] == made["key_id"]
        assert [told["tweet"]["content"] for told in revoked.of("tweet")] == ["before"]
        assert (await kept.wait_for("tweet", 2))["tweet"]["id"] == tweet_id
    assert (await other.get("/api/users/me")).error == (401, "invalid_key")


async def test_a_revocation_in_the_same_moment_as_other_events_comes_before_them(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, bob) as to_bob:
        await rows(
            "WITH tweet AS (INSERT INTO tweets (author_id, content) VALUES ($1, 'secret') RETURNING 1) "
            "UPDATE api_keys SET revoked_at = now() WHERE user_id = $2 RETURNING 1",
            alice.id,
            bob.id,
        )
        await to_bob.wait_for_end()
        assert to_bob.kinds == ["key_revoked"]


async def test_a_stream_ends_when_its_key_expires(address: str, alice: Caller, bob: Caller) -> None:
    end = datetime.now(UTC) + timedelta(seconds=1)
    made = await bob.post("/api/keys", json={"name": "short", "expires_at": end.isoformat()})
    async with listening(address, Caller(bob.send, made["key"], bob.id)) as to_bob:
        await to_bob.wait_for_end()
        assert to_bob.kinds == ["key_revoked"]
        assert datetime.now(UTC) >= end


@pytest.mark.parametrize("key", [None, "perch_wrong"])
async def test_without_a_key_there_is_no_stream(anybody: Caller, key: str | None) -> None:
    answer = await Caller(anybody.send, key).get("/api/stream")
    assert answer.error == (401, "invalid_key" if key else "missing_key")


async def test_who_comes_back_gets_what_was_missed_once_and_in_order(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, bob) as first:
        await alice.tweet("one")
        await first.wait_for("tweet")
    missed = [await alice.tweet(f"missed {number}") for number in range(3)]
    await alice.delete(f"/api/tweets/{missed[1]}")
    async with listening(address, bob, last=first.last_id) as second:
        await second.wait_for("tweet_deleted")
        await alice.tweet("live again")
        await second.wait_for("tweet", 3)
        assert second.kinds == ["tweet", "tweet", "tweet_deleted", "tweet"]
        assert second.numbers == sorted(set(second.numbers))
        assert second.numbers[0] > first.numbers[-1]


async def test_who_was_away_for_too_long_is_told_to_begin_anew(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, bob) as first:
        await alice.tweet()
        await first.wait_for("tweet")
    epoch, number = first.last_id.split("-")
    await alice.tweet()
    async with listening(address, alice) as to_alice:  # somebody sees that the log has it
        await asyncio.sleep(0.5)
        assert await event.forget_old(now=datetime.now(UTC) + timedelta(days=2)) >= 1
        for last, reason in (
            (f"{epoch}-{int(number) - 1}", "too_old"),
            (f"{'0' * 12}-{number}", "restored"),
            (f"{epoch}-{int(number) + 1_000}", "restored"),
        ):
            async with listening(address, bob, last=last) as second:
                assert (await second.wait_for("reset"))["reason"] == reason
                await alice.tweet("after")
                await second.wait_for("tweet")
                assert second.kinds == ["reset", "tweet"]
        assert "reset" not in to_alice.kinds


async def test_who_missed_too_much_is_told_to_begin_anew(address: str, alice: Caller, bob: Caller) -> None:
    async with listening(address, bob) as first:
        pass
    await rows(
        "INSERT INTO tweets (author_id, content) SELECT $1, 'x' FROM generate_series(1, 1001) RETURNING 1",
        alice.id,
    )
    async with listening(address, alice) as to_alice:
        await alice.tweet("last")
        await to_alice.until("last")
    async with listening(address, bob, last=first.last_id) as second:
        assert (await second.wait_for("reset"))["reason"] == "too_old"


async def test_an_idle_stream_says_that_it_lives_and_how_far_it_is(
    address: str, alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.blueprints.stream.HEARTBEAT", 0.2)
    async with listening(address, alice) as to_alice:
        # What came for others only moves one's own position too.
        await rows("UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 RETURNING 1", bob.id)
        number = (await event.state()).newest
        async with asyncio.timeout(5):
            while int(to_alice.last_id.split("-")[1]) <= number:
                await to_alice.heartbeat()
        assert to_alice.kinds == []


async def test_events_are_what_the_document_says(app: App, address: str, alice: Caller, bob: Caller) -> None:
    document = openapi.document(app)
    operation = document["paths"]["/api/stream"]["get"]
    schema = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]
    components = document["components"]["schemas"]
    async with listening(address, bob) as to_bob:
        tweet_id = await alice.tweet()
        await bob.post(f"/api/tweets/{tweet_id}/likes")
        await bob.post(f"/api/users/{alice.id}/follow")
        await alice.patch("/api/users/me", json={"name": "A"})
        await to_bob.wait_for("user")
        await to_bob.wait_for("likes")
        await alice.delete(f"/api/tweets/{tweet_id}")
        await to_bob.wait_for("tweet_deleted")
        assert len(set(to_bob.kinds)) == 6
        for told in to_bob.heard:
            data: dict[str, Any] = {name: value for name, value in told.items() if name != "id"}
            shape = next(
                components[ref["$ref"].rsplit("/", 1)[-1]]
                for ref in schema["oneOf"]
                if components[ref["$ref"].rsplit("/", 1)[-1]]["properties"]["type"]["enum"] == [told["type"]]
            )
            assert matches(data, shape, components), (told, shape)


async def test_a_client_that_does_not_read_costs_a_bounded_amount_and_is_told(
    address: str, perch: Context, alice: Caller, bob: Caller
) -> None:
    port = int(address.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**12)
    writer.write(
        f"GET /api/stream HTTP/1.1\r\nhost: x\r\napi-key: {bob.key}\r\nconnection: close\r\n\r\n".encode()
    )
    assert b"200" in await reader.readline()
    # Nobody reads on: the kernel's buffers fill up, then ours.
    await rows(
        "INSERT INTO tweets (author_id, content) "
        "SELECT $1, repeat('x', 16000) FROM generate_series(1, 900) RETURNING 1",
        alice.id,
    )
    async with listening(address, alice) as to_alice:
        await alice.tweet("last")
        await to_alice.until("last")
    got = b""
    async with asyncio.timeout(20):
        while chunk := await reader.read(2**16):
            got += chunk
    writer.close()
    assert b'"type":"reset","reason":"slow"' in got
    assert got.count(b"event: tweet\n") < 900
    assert perch.hub.open_streams == 0


async def test_what_comes_while_a_client_is_behind_comes_in_its_order(
    address: str, alice: Caller, bob: Caller
) -> None:
    behind = socket.socket()
    behind.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**18)
    behind.connect(("127.0.0.1", int(address.rsplit(":", 1)[1])))
    reader, writer = await asyncio.open_connection(sock=behind, limit=2**12)
    writer.write(f"GET /api/stream HTTP/1.1\r\nhost: x\r\napi-key: {bob.key}\r\n\r\n".encode())
    await reader.readuntil(b"event: open\n")
    count = 0
    async with listening(address, alice) as to_alice:
        # The first go straight to the kernel; once its buffers are full, the others wait their turn.
        for more in (3, 400, 3, 3):
            await rows(
                "INSERT INTO tweets (author_id, content) "
                "SELECT $1, repeat('x', 16000) || n FROM generate_series($2::int, $3::int) n RETURNING 1",
                alice.id,
                count,
                count + more - 1,
            )
            count += more
            await to_alice.wait_for("tweet", count)
    got = b""
    async with asyncio.timeout(20):
        while f'x{count - 1}"'.encode() not in got:
            got += await reader.read(2**20)
    writer.close()
    chunked = rb"\r\n[0-9a-f]+\r\n"
    assert [int(number) for number in re.findall(rb'xx(\d+)"', re.sub(chunked, b"", got))] == [*range(count)]


async def test_who_is_told_something_apart_gets_the_rest_too(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet_id = await alice.tweet()
    async with listening(address, bob) as to_bob, listening(address, carol) as to_carol:
        await rows(
            "WITH liked AS (INSERT INTO likes (tweet_id, user_id) VALUES ($1, $2) RETURNING 1), "
            "renamed AS (UPDATE users SET name = 'Carol' WHERE id = $3 RETURNING 1) "
            "INSERT INTO tweets (author_id, content) VALUES ($3, 'in one go') RETURNING 1",
            tweet_id,
            bob.id,
            carol.id,
        )
        for listener in (to_bob, to_carol):
            await listener.until("in one go")
            await listener.wait_for("likes")
            await listener.wait_for("user")
        await to_bob.wait_for("liked")
        assert (to_bob.of("tweet")[-1]["followed"], to_carol.of("tweet")[-1]["followed"]) == (False, True)
        assert to_carol.of("liked") == []
        assert to_bob.numbers == sorted(set(to_bob.numbers))


async def test_more_streams_than_there_are_files_for_are_refused(
    address: str, alice: Caller, bob: Caller
) -> None:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with listening(address, alice):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (capacity.OTHER_FILES + 1, files[1]))
            async with asyncio.timeout(5):
                assert (await bob.get("/api/stream")).error == (503, "unavailable")
            capacity.prepare()  # as a process does when it starts: the system allows more
            async with listening(address, bob):
                pass
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, files)


async def test_keys_other_than_the_shown_one_do_not_end_a_stream(
    address: str, alice: Caller, client: httpx.AsyncClient
) -> None:
    made = await alice.post("/api/keys", json={"name": "another"})
    async with listening(address, alice) as to_alice:
        await alice.delete(f"/api/keys/{made['key_id']}")
        await ApiKey.filter(id=made["key_id"]).delete()
        await alice.tweet()
        await to_alice.wait_for("tweet")
        assert not to_alice.ended


def test_what_is_encoded_fits_on_a_line() -> None:
    person = people.Person(1, "a\nb\r", "x")
    text = events.message(events.EventId("0" * 12, 1), events.Renamed(person, 1))
    assert text.count(b"\n") == 4
    assert b"\r" not in text
    assert msgspec.json.decode(text.split(b"data: ")[1])["user"]["name"] == "a\nb\r"
