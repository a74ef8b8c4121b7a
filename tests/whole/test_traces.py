"""Traces of a running Perch as a collector gets them: from a request through its tasks to the database."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from config.version import VERSION
from tests import pictures, posts, proxy, servers, traces
from tests.callers import Caller
from tests.proxy import Hang
from tests.traces import Span
from tests.waiting import until
from tests.whole.conftest import Perch, log_of, perch, running

WORDS = "a text that nobody else is to read"


@dataclass
class Traced:
    """A Perch and the collector to which it sends traces."""

    perch: Perch
    collector: posts.Taker

    @property
    def spans(self) -> list[Span]:
        """All spans received so far."""
        return traces.spans(self.collector.posts)

    async def trace(self, name: str, whole: Callable[[list[Span]], bool]) -> list[Span]:
        """Wait for the newest complete trace whose first span has this name."""
        found: list[Span] = []

        def there() -> bool:
            spans = self.spans
            roots = [span for span in spans if span.name == name and not span.parent]
            found[:] = [span for span in spans if roots and span.trace == roots[-1].trace]
            return whole(found)

        await until(there)
        return found


@contextmanager
def tracing(folder: Path, **settings: str) -> Iterator[Traced]:
    """Run a Perch for the duration of the block; the spans received stay available afterwards."""
    with (
        posts.taken() as collector,
        running(folder, OTEL_EXPORTER_OTLP_ENDPOINT=f"{collector.url}/otlp/", **settings) as found,
    ):
        yield Traced(found, collector)


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    chosen = {
        "WEB_CONCURRENCY": "1",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=nest%20one",
        "OTEL_RESOURCE_ATTRIBUTES": "service.namespace=classroom",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with tracing(tmp_path_factory.mktemp("traced"), **chosen) as found:
        yield found


@pytest_asyncio.fixture
async def alice(traced: Traced) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(base_url=traced.perch.url, timeout=30) as client:
        yield (await traced.perch.register(client))[0]


async def test_a_request_with_its_statements_and_tasks_is_one_trace(traced: Traced, alice: Caller) -> None:
    answer = await alice.raw("POST", "/api/medias", files={"file": ("x.jpg", pictures.jpeg())})
    assert answer.status_code == 201

    def whole(spans: list[Span]) -> bool:
        return {"SERVER", "CONSUMER", "CLIENT"} <= {span.kind for span in spans}

    spans = await traced.trace("POST /api/medias", whole)
    (request,) = [span for span in spans if span.kind == "SERVER"]
    assert request.attributes["http.route"] == "/api/medias"
    assert int(request.attributes["http.response.status_code"]) == 201
    assert request.attributes["perch.work"] == answer.headers["x-request-id"]
    assert request.process["service.instance.id"].endswith("/web-1")
    assert (request.process["service.name"], request.process["service.version"]) == ("perch", VERSION)
    assert request.process["service.namespace"] == "classroom"
    (task,) = [span for span in spans if span.kind == "CONSUMER"]
    assert (task.name, task.parent) == ("media.process_picture", request.id)
    assert task.process["service.instance.id"].endswith("/worker")
    above = {span.parent for span in spans if span.kind == "CLIENT"}
    assert above == {request.id, task.id}
    assert all(0 <= span.seconds < 30 for span in spans)


async def test_spans_contain_nothing_that_users_wrote(traced: Traced, alice: Caller) -> None:
    tweet = await alice.tweet(WORDS)
    await alice.delete(f"/api/tweets/{tweet}")
    await traced.trace("DELETE /api/tweets/{tweet_id}", lambda spans: len(spans) > 1)
    sent = b"".join(post.body for post in traced.collector.posts)
    for personal in (WORDS, str(alice.key), "127.0.0.1"):
        assert personal.encode() not in sent
    # Of random bytes, two may look like a handle.
    assert str(alice.handle).encode() not in b"\n".join(re.findall(rb"[ -~]{6,}", sent))
    texts = [span.attributes.get("db.query.text", "") for span in traced.spans]
    assert any(text.startswith(("INSERT INTO", "WITH")) and "$1" in text for text in texts)


async def test_the_collector_receives_spans_as_configured(traced: Traced, alice: Caller) -> None:
    await alice.get("/api/users/me")
    await traced.trace("GET /api/users/me", bool)
    for post in traced.collector.posts:
        assert (post.path, post.headers["x-tenant"]) == ("/otlp/v1/traces", "nest one")


async def test_failures_are_marked_as_failed_with_the_kind_of_error(traced: Traced, alice: Caller) -> None:
    connection = await traced.perch.connect()
    await connection.execute("ALTER TABLE tweets RENAME COLUMN content TO others")
    try:
        assert (await alice.post("/api/tweets", json={"tweet_data": WORDS})).status == 500
    finally:
        await connection.execute("ALTER TABLE tweets RENAME COLUMN others TO content")
        await connection.close()
    spans = await traced.trace("POST /api/tweets", lambda spans: any(span.failed for span in spans))
    assert {span.attributes["error.type"] for span in spans if span.failed} == {"500", "UndefinedColumnError"}
    assert WORDS.encode() not in b"".join(post.body for post in traced.collector.posts)


def test_a_hanging_collector_delays_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    with posts.taken() as collector, proxy.before(("127.0.0.1", collector.server_port)) as gate:
        gate.mode = Hang()
        folder = tmp_path_factory.mktemp("deaf")
        with running(folder, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{gate.port}") as found:
            for _ in range(20):
                assert httpx.get(f"{found.url}/api/tweets", timeout=2).status_code == 401
            began = time.monotonic()
            found.process.terminate()
            assert found.process.wait(60) == 0
            assert time.monotonic() - began < 15
            assert "Traceback" not in log_of(found)


def test_the_last_spans_of_a_stopping_part_are_sent(tmp_path_factory: pytest.TempPathFactory) -> None:
    slowly = {"OTEL_BSP_SCHEDULE_DELAY": "60000", "OTEL_TRACES_SAMPLER_ARG": "1"}
    with tracing(tmp_path_factory.mktemp("last"), **slowly) as found:
        httpx.get(f"{found.perch.url}/api/instance")
        assert "GET /api/instance" not in {span.name for span in found.spans}
    assert "GET /api/instance" in {span.name for span in found.spans}


def test_no_spans_are_sent_with_a_sample_rate_of_zero(tmp_path_factory: pytest.TempPathFactory) -> None:
    chosen = {"OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_TRACES_SAMPLER_ARG": "0"}
    with tracing(tmp_path_factory.mktemp("none"), **chosen) as found:
        httpx.get(f"{found.perch.url}/api/instance")
    assert found.collector.posts == []


def test_without_an_address_no_tracing_library_is_loaded() -> None:
    asked = "import server.main, sys; print({'config.spans', 'opentelemetry.exporter'} & set(sys.modules))"
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, env=servers.environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_wrong_address_or_header_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("wrong")
    wrong = perch(folder, "doctor", OTEL_EXPORTER_OTLP_ENDPOINT="collector:4318")
    assert "OTEL_EXPORTER_OTLP_ENDPOINT: must be an address like https://host" in wrong.stderr
    secret = "Bearer s3cr3t"
    wrong = perch(folder, "doctor", OTEL_EXPORTER_OTLP_HEADERS=secret)
    assert "OTEL_EXPORTER_OTLP_HEADERS: must be name=value" in wrong.stderr
    assert secret not in wrong.stderr
