"""The headers that every answer has."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from server.context import App
from tests import pictures
from tests.callers import Caller
from tests.limits.conftest import Open, house
from tests.waiting import until

__all__ = ["house"]  # a fixture

COMMON = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def assert_guarded(answer: httpx.Response, resource: str = "same-origin") -> None:
    for name, value in COMMON.items():
        assert answer.headers.get_list(name) == [value], (answer.request.url, name)
    assert answer.headers["cross-origin-resource-policy"] == resource
    (policy,) = answer.headers.get_list("content-security-policy")
    assert policy.startswith("default-src 'none'"), answer.request.url
    assert "unsafe" not in policy
    if not answer.request.url.path.endswith("sw.js"):  # a worker's script is not shown in a frame
        assert "frame-ancestors 'none'" in policy
    assert "access-control-allow-origin" not in answer.headers
    assert "strict-transport-security" not in answer.headers


async def test_every_route_answers_with_the_security_headers(
    app: App, anybody: Caller, alice: Caller
) -> None:
    """With any answer: with a key, without one, and to a method that the route doesn't accept."""
    seen = 0
    for route in app.router.routes:
        path = "/" + re.sub(r"<\w+:[^>]+>", "1", str(route.path))
        for method in sorted(route.methods | {"PUT"}):
            for who in (anybody, alice):
                if path == "/api/stream" and who is alice and method == "GET":
                    continue  # this answer never ends
                assert_guarded(await who.raw(method, path))
                seen += 1
    assert seen > 100


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/nothing", "/media/nothing", "/api/docs", "/sw.js"])
async def test_pages_documents_and_missing_files_have_the_headers(anybody: Caller, path: str) -> None:
    assert_guarded(await anybody.raw("GET", path, headers={"accept": "text/html"}))


async def test_streams_and_pictures_have_the_headers(
    client: httpx.AsyncClient, alice: Caller, worker: None
) -> None:
    async with client.stream("GET", "/api/stream", headers={"api-key": str(alice.key)}) as answer:
        assert_guarded(answer)
    url = (await alice.upload(pictures.jpeg()))["media"]["url"]

    async def is_made() -> bool:
        return "etag" in (await client.get(url)).headers

    await until(is_made)
    assert_guarded(await client.get(url), "cross-origin")
    assert_guarded(await client.get(url, headers={"range": "bytes=5-9"}), "cross-origin")
    etag = (await client.get(url)).headers["etag"]
    assert_guarded(await client.get(url, headers={"if-none-match": etag}), "cross-origin")
    beyond = await client.get(url, headers={"range": "bytes=99999999-"})
    assert beyond.status_code == 416
    assert re.fullmatch(r"bytes \*/\d+", beyond.headers["content-range"])


async def test_other_origins_can_read_nothing_by_default(alice: Caller) -> None:
    headers = {"origin": "https://other.example.org", "access-control-request-method": "POST"}
    assert (await alice.call("OPTIONS", "/api/tweets", headers=headers)).error == (405, "method_not_allowed")


async def test_a_configured_origin_may_call_with_a_key(house: Open, alice: Caller) -> None:
    anywhere = await house(cors_origins="*")
    strange = await anywhere.client.get("/api/instance", headers={b"origin": b"\xff\xfe"})
    assert (strange.status_code, strange.headers.get("access-control-allow-origin")) == (200, None)
    here = await house(cors_origins="https://app.example.org, https://two.example.org/")

    async def asked(method: str, path: str, origin: str, **headers: str) -> Any:
        return await here.client.request(
            method, path, headers={"origin": origin, "api-key": str(alice.key), **headers}
        )

    for origin in ("https://app.example.org", "https://two.example.org"):
        ask = {"access-control-request-method": "POST", "access-control-request-headers": "api-key"}
        preflight = await asked("OPTIONS", "/api/tweets", origin, **ask)
        assert (preflight.status_code, preflight.content) == (204, b"")
        assert preflight.headers["access-control-allow-origin"] == origin
        assert set(preflight.headers["access-control-allow-methods"].split(", ")) == {"GET", "POST"}
        assert "api-key" in preflight.headers["access-control-allow-headers"]
        answer = await asked("GET", "/api/tweets", origin)
        assert answer.headers["access-control-allow-origin"] == origin
        assert "RateLimit-Remaining" in answer.headers["access-control-expose-headers"]
        assert answer.headers["vary"] == "origin"
        assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
        assert "access-control-allow-credentials" not in answer.headers
        assert (await asked("GET", "/api/tweets/9", origin)).headers["access-control-allow-origin"] == origin
    for path, origin in (("/api/tweets", "https://evil.example.org"), ("/", "https://app.example.org")):
        refused = await asked("GET", path, origin)
        assert "access-control-allow-origin" not in refused.headers
        assert refused.headers.get_list("cross-origin-resource-policy") == ["same-origin"]


async def test_hsts_is_sent_with_every_answer_if_it_is_configured(house: Open, anybody: Caller) -> None:
    here = await house(hsts_max_age=31_536_000)
    for path in ("/", "/api/instance", "/api/nothing", "/health/live"):
        answer = await here.client.get(path)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
