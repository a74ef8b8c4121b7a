"""The OpenAPI document as tools use it: requests are generated from it, and the answers checked."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.core.database.connection import rows
from tests.callers import Caller
from tests.thorough import much

pytestmark = pytest.mark.whole

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# Its answer never ends; tests/realtime checks it against the document.
ENDLESS = "/api/stream"

# Headers that say where a request ends: a request with a wrong one is malformed and reaches no route.
FRAMING = {"content-length", "transfer-encoding", "expect", "connection", "upgrade", "host"}

EXAMPLES = much(usually=2, thoroughly=150)


@pytest.mark.fault("document")
async def test_answers_to_generated_requests_match_the_openapi_document(
    address: str, carol: Caller, measured: Callable[[str], None]
) -> None:
    await rows("UPDATE api_keys SET public = true RETURNING id")  # so that no request revokes it
    statuses = await asyncio.to_thread(hold, address, {"api-key": str(carol.key)})
    assert statuses.keys() >= {200, 201, 404, 422}
    assert 401 not in statuses
    measured(f"{statuses.total():,} requests that fit the document or nearly do, answered {sorted(statuses)}")


def hold(address: str, headers: dict[str, str]) -> Counter[int]:
    """Check all operations against the document; returns the statuses that were answered."""
    schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
    statuses: Counter[int] = Counter()
    with requests.Session() as session:
        session.headers.update(headers)
        session.hooks["response"].append(lambda answer, **_: statuses.update([answer.status_code]))
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]  # the document is valid
            if operation.path == ENDLESS:
                continue
            try_out(operation, GenerationMode.POSITIVE, session)
            with contextlib.suppress(Unsatisfiable):  # without parameters nothing can be wrong
                try_out(operation, GenerationMode.NEGATIVE, session)
    return statuses


def try_out(operation: Any, mode: GenerationMode, session: requests.Session) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.headers = {name: it for name, it in (case.headers or {}).items() if name.lower() not in FRAMING}
        case.call_and_validate(session=session, checks=CHECKS, timeout=30)

    ask()
