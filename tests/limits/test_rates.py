"""Rate limits: who is limited by what, and what the answers say about it."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from server.api.http import operation
from server.api.http.admission import WRITE_WEIGHT
from server.context import Context
from server.core.limits.tally import PREFIX
from server.core.live.hub import MISSED_AT_ONCE
from tests import pictures
from tests.callers import Answer, Caller
from tests.limits.conftest import Open
from tests.realtime.listening import listening, settled
from tests.waiting import until


def told(answer: Answer) -> list[int]:
    return [int(answer.headers[f"ratelimit-{name}"]) for name in ("limit", "remaining", "reset")]


async def test_reads_are_counted_per_user_and_reported_in_the_headers(
    house: Open, alice: Caller, bob: Caller
) -> None:
    here = await house(rate_reads="3/day")
    reader = here.caller(alice)
    assert [told(await reader.get("/api/tweets"))[:2] for _ in range(3)] == [[3, 2], [3, 1], [3, 0]]
    refused = await reader.get("/api/users/me")
    assert refused.error == (429, "rate_limited")
    most, left, reset = told(refused)
    assert (most, left) == (3, 0)
    assert 0 < reset <= 86400
    assert abs(int(refused.headers["retry-after"]) - reset) <= 1
    assert (await here.caller(bob).get("/api/tweets")).status == 200
    assert (await reader.post("/api/tweets", json={"tweet_data": "x"})).status == 201


async def test_all_keys_of_a_user_share_their_rate(house: Open, alice: Caller) -> None:
    here = await house(rate_writes="2/day")
    writer = here.caller(alice)
    other = (await writer.post("/api/keys", json={"name": "bot"}))["key"]
    assert (await writer.tweet("one")) > 0
    refused = await Caller(writer.send, other).post("/api/tweets", json={"tweet_data": "two"})
    assert refused.error == (429, "rate_limited")


async def test_more_keys_do_not_allow_more_listing_and_revoking_of_keys(house: Open, alice: Caller) -> None:
    here = await house(rate_reads="3/day", rate_writes="9/day")
    owner = here.caller(alice)
    made = [(await owner.post("/api/keys", json={"name": "x"}))["key"] for _ in range(4)]
    everybody = [Caller(owner.send, key) for key in made]
    assert [(await who.get("/api/keys")).status for who in everybody] == [200, 200, 200, 429]
    statuses = [(await who.delete("/api/keys/999999")).status for who in everybody * 3]
    assert statuses == [404] * 9 + [429] * 3


async def test_a_thief_with_a_stolen_key_cannot_keep_its_owner_from_revoking_it(
    house: Open, alice: Caller
) -> None:
    here = await house(rate_writes="2/day", rate_reads="2/day")
    owner = here.caller(alice)
    stolen = await owner.post("/api/keys", json={"name": "stolen", "scopes": ["read", "write"]})
    thief = Caller(owner.send, stolen["key"])
    for _ in range(4):
        await thief.delete("/api/keys/999999")
        await thief.post("/api/tweets", json={"tweet_data": "spam"})
        await thief.get("/api/tweets")
    assert (await owner.get("/api/tweets")).status == 429
    assert (await owner.get("/api/keys"))["keys"][0]["id"] == stolen["key_id"]
    assert (await owner.delete(f"/api/keys/{stolen['key_id']}?made=true"))["revoked"] == [stolen["key_id"]]


async def test_an_account_is_deleted_and_kept_only_so_often(house: Open, alice: Caller, bob: Caller) -> None:
    """Each time, everything in everybody's memory becomes out of date."""
    here = await house()
    leaving, staying = here.caller(alice), here.caller(bob)
    for _ in range(10):
        assert (await leaving.delete("/api/users/me", json={"handle": "alice"}))["deletion"]
        await leaving.delete("/api/users/me/deletion")
    assert (await leaving.delete("/api/users/me", json={"handle": "alice"})).error == (429, "rate_limited")
    assert (await staying.delete("/api/users/me", json={"handle": "bob"}))["deletion"]


async def test_pictures_have_a_rate_of_their_own(house: Open, alice: Caller, worker: None) -> None:
    here = await house(rate_writes="1/day", rate_uploads="2/day")
    writer = here.caller(alice)
    for _ in range(2):
        assert (await writer.upload(pictures.jpeg())).status == 201
    assert (await writer.upload(pictures.jpeg())).error == (429, "rate_limited")
    assert await writer.tweet() > 0


async def test_keyless_requests_count_per_address_and_for_ipv6_per_network(
    house: Open, anybody: Caller
) -> None:
    here = await house(rate_anonymous="2/day", proxies_count=1)
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"):
        assert (await here.caller(anybody, address).get("/api/instance")).status == 200
    assert (await here.caller(anybody, "2001:db8:1:2::3").get("/api/instance")).status == 429
    assert (await here.caller(anybody, "2001:db8:1:3::1").get("/api/instance")).status == 200
    assert (await here.client.get("/")).status_code == 200
    assert (await here.client.get("/health/live")).status_code == 200


async def test_all_users_behind_one_address_share_a_limit(house: Open, alice: Caller, bob: Caller) -> None:
    here = await house(rate_address="4/day", proxies_count=1)
    for who in (alice, bob, alice, bob):
        assert (await here.caller(who, "203.0.113.9").get("/api/tweets")).status == 200
    assert (await here.caller(bob, "203.0.113.9").get("/api/tweets")).error == (429, "rate_limited")
    assert (await here.caller(bob, "203.0.113.10").get("/api/tweets")).status == 200


@pytest.mark.parametrize(
    ("configured", "headers", "counted"),
    [
        ({}, {"x-forwarded-for": "203.0.113.1"}, None),
        ({"proxies_count": 1}, {"x-forwarded-for": "198.51.100.1, 203.0.113.1"}, "203.0.113.1"),
        ({"proxies_count": 2}, {"x-forwarded-for": "198.51.100.1, 203.0.113.1"}, "198.51.100.1"),
        ({"proxies_count": 2}, {"x-forwarded-for": "203.0.113.1"}, "127.0.0.1"),
        ({"proxies_count": 1}, {"x-forwarded-for": "nobody"}, "127.0.0.1"),
        ({"proxies_count": 1}, {"forwarded": "for=203.0.113.1"}, "127.0.0.1"),
        ({"real_ip_header": "X-Real-IP"}, {"x-real-ip": "203.0.113.2"}, "203.0.113.2"),
        ({"real_ip_header": "X-Real-IP"}, {"x-forwarded-for": "203.0.113.1"}, "127.0.0.1"),
        (
            {"proxies_count": 1, "trusted_proxies": "10.0.0.0/8"},
            {"x-forwarded-for": "203.0.113.1"},
            "127.0.0.1",
        ),
        (
            {"proxies_count": 1, "trusted_proxies": "10.0.0.0/8, 127.0.0.1"},
            {"x-forwarded-for": "::ffff:203.0.113.1"},
            "203.0.113.1",
        ),
    ],
)
async def test_client_addresses_are_trusted_only_as_configured(
    house: Open, anybody: Caller, configured: dict[str, object], headers: dict[str, str], counted: str | None
) -> None:
    here = await house(rate_anonymous="9/day", **configured)
    answer = await here.caller(anybody).get("/api/instance", headers=headers)
    assert answer.headers.get("ratelimit-remaining") == ("8" if counted else None)
    if counted:
        assert here.rates.anonymous.count(counted) == 7


async def test_the_number_of_open_streams_per_user_is_limited(
    house: Open, alice: Caller, bob: Caller
) -> None:
    here = await house(streams_per_user=2)

    async def status(who: Caller) -> int:
        async with here.client.stream("GET", "/api/stream", headers={"api-key": str(who.key)}) as answer:
            return answer.status_code

    async with (
        here.client.stream("GET", "/api/stream", headers={"api-key": str(alice.key)}),
        here.client.stream("GET", "/api/stream", headers={"api-key": str(alice.key)}),
    ):
        assert await status(alice) == 429
        assert await status(bob) == 200

    async def may_open_one() -> bool:
        return await status(alice) == 200

    await until(may_open_one)


async def test_what_a_stream_missed_counts_as_reads(house: Open, alice: Caller, bob: Caller) -> None:
    """Ten missed events count as one read. With too many of them, the client has to reload."""
    here = await house(rate_reads="5/day")
    hub = here.app.ctx.perch.hub
    async with listening(here.url, alice) as first:
        await bob.tweet("before")
        await first.wait_for("tweet")
    await until(lambda: hub.open_streams == 0)  # so nothing of what follows is in memory
    for number in range(50):
        await bob.tweet(str(number))
    await settled()
    async with listening(here.url, alice, last=first.last_id) as second:
        assert (await second.wait_for("reset"))["reason"] == "too_old"
        # Two of the five reads opened the streams.
        assert 0 < len(second.of("tweet")) <= 3 * MISSED_AT_ONCE


async def test_changing_names_cost_other_users_no_query(
    house: Open, alice: Caller, bob: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    here = await house()
    for caller in (alice, bob):
        assert (await here.caller(caller).get("/api/users/me")).status == 200
    await here.caller(bob).patch("/api/users/me", json={"name": "Robert"})
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        await here.caller(alice).get("/api/users/me")
    assert not [line for line in caplog.messages if "FROM api_keys" in line]
    assert (await here.caller(bob).get("/api/users/me"))["user"]["name"] == "Robert"


async def test_a_large_response_counts_as_many_reads(
    house: Open, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or one user could keep a server busy with sending pages of the longest texts."""
    here = await house(rate_reads="1000/day")
    reader = here.caller(alice)
    for _ in range(5):
        await reader.tweet("x" * 1000)
    for weight in (256 << 10, 1000):
        monkeypatch.setattr(operation, "READ_WEIGHT", weight)
        page = await reader.raw("GET", "/api/tweets?likers=0")
        before = int(page.headers["ratelimit-remaining"])
        (_, after, _) = told(await reader.get("/api/users/me"))
        assert before - after == 1 + len(page.content) // weight


LONG = {"tweet_data": "👍🏽" * 1000}  # 8,000 bytes


async def test_a_large_body_counts_as_many_writes(house: Open, alice: Caller) -> None:
    """Or one user could have the longest texts sent to all streams 120 times a minute."""
    here = await house(rate_writes="6/day")
    writer = here.caller(alice)
    answers = [await writer.post("/api/tweets", json=body) for body in ({"tweet_data": "x"}, LONG, LONG)]
    assert [told(answer)[1] for answer in answers] == [5, 3, 1]
    # It takes more than is left.
    assert (await writer.post("/api/tweets", json=LONG)).status == 429
    assert len((await writer.get("/api/tweets"))["tweets"]) == 3


async def test_bodies_are_counted_before_anything_is_written_even_if_all_heads_came_first(
    perch: Context, house: Open, alice: Caller
) -> None:
    here = await house(rate_writes="7/day")
    body = json.dumps(LONG, ensure_ascii=False).encode()
    head = (
        f"POST /api/tweets HTTP/1.1\r\nHost: x\r\napi-key: {alice.key}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    port = here.client.base_url.port
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
    for _, writer in connections:
        writer.write(head + body[:1])

    async def are_admitted() -> bool:
        names = [name async for name in perch.redis.scan_iter(f"{PREFIX}writes:*:{alice.id}")]
        return [await perch.redis.get(name) for name in names] == [b"5"]

    await until(are_admitted)
    for _, writer in connections:
        writer.write(body[1:])
    answers = [await reader.read() for reader, _ in connections]
    for _, writer in connections:
        writer.close()
        await writer.wait_closed()
    assert sorted(answer[9:12] for answer in answers) == [b"201", b"201", b"429", b"429", b"429"]


async def test_the_alternative_texts_of_a_tweets_pictures_count_as_writes(
    house: Open, alice: Caller, worker: None
) -> None:
    """They are sent to all streams too, when the tweet is."""
    here = await house(rate_writes="100/day")
    writer = here.caller(alice)
    media = [(await writer.upload(pictures.jpeg(), alt="👍🏽" * 1000))["media_id"] for _ in range(2)]
    answer = await writer.post("/api/tweets", json={"tweet_data": "x", "tweet_media_ids": media})
    after = await writer.post("/api/tweets", json={"tweet_data": "x"})
    assert answer.status == 201
    assert told(answer)[1] - told(after)[1] > 16_000 // WRITE_WEIGHT


async def test_names_change_only_so_often(house: Open, alice: Caller) -> None:
    """Each change makes everybody read everything anew."""
    here = await house(rate_writes="1000/day")
    writer = here.caller(alice)
    answers = [await writer.patch("/api/users/me", json={"name": f"name {n}"}) for n in range(31)]
    assert [answer.status for answer in answers] == [200] * 30 + [429]
    assert (await writer.post("/api/tweets", json={"tweet_data": "x"})).status == 201


async def test_undoing_a_deletion_is_limited_even_if_there_is_none(house: Open, alice: Caller) -> None:
    here = await house(rate_writes="1000/day")
    answers = [await here.caller(alice).call("DELETE", "/api/users/me/deletion") for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]


async def test_mentions_are_limited_by_their_number(house: Open, alice: Caller) -> None:
    here = await house()
    writer = here.caller(alice)
    many = " ".join(f"@p{number}" for number in range(20))
    answers = [await writer.post("/api/tweets", json={"tweet_data": many}) for _ in range(101)]
    assert [answer.status for answer in answers] == [201] * 100 + [429]
    assert answers[-1].error == (429, "rate_limited")
    assert (await writer.post("/api/tweets", json={"tweet_data": "nobody, a@b.example"})).status == 201


async def test_edits_are_limited_per_hour(house: Open, alice: Caller, bob: Caller) -> None:
    here = await house(rate_writes="1000/day")
    tweet_id = await alice.tweet("0")
    path = f"/api/tweets/{tweet_id}"
    answers = [await here.caller(alice).call("PUT", path, json={"text": str(one)}) for one in range(1, 22)]
    assert [answer.status for answer in answers] == [200] * 20 + [429]
    assert (await here.caller(alice).post("/api/tweets", json={"tweet_data": "x"})).status == 201
    his = f"/api/tweets/{await bob.tweet('0')}"
    assert (await here.caller(bob).call("PUT", his, json={"text": "1"})).status == 200
