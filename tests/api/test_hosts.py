"""The host names that the server answers to."""

from __future__ import annotations

import pytest

from tests.callers import Caller
from tests.limits.conftest import House, Open, house

__all__ = ["house"]  # a fixture

PUBLIC = "https://perch.example.org:8443"

OURS = [
    "perch.example.org",
    "PERCH.example.org.",
    "perch.example.org:81",
    "www.example.com",
    "a.b.example.net",
]
NOBODYS = [
    "127.0.0.1:8000",
    "192.168.1.20",
    "[::1]:8000",
    "[2001:db8::1]",
    "localhost:8000",
    "web",
    "nas.local",
]
STRANGERS = ["evil.example.org", "example.net", "perch.example.org.evil.example", "127.0.0.1.evil.example"]


async def asked(here: House, host: str, path: str = "/api/instance") -> tuple[int, str]:
    """The status and the error type."""
    answer = await here.client.get(path, headers={"host": host})
    found = answer.json() if answer.headers["content-type"] == "application/json" else {}
    return answer.status_code, found.get("error_type", "")


@pytest.mark.parametrize("host", STRANGERS)
async def test_an_unknown_host_name_is_refused(house: Open, host: str) -> None:
    here = await house(mode="PROD", public_url=PUBLIC, allowed_hosts="www.example.com, *.example.net")
    for path in ("/", "/api/instance", "/api/nothing", "/media/" + "0" * 32, "/api/docs"):
        assert await asked(here, host, path) == (421, "misdirected_request")


@pytest.mark.parametrize("host", [*OURS, *NOBODYS])
async def test_configured_and_unclaimable_host_names_are_answered(house: Open, host: str) -> None:
    here = await house(mode="PROD", public_url=PUBLIC, allowed_hosts="www.example.com, *.Example.net")
    assert await asked(here, host) == (200, "")
    assert await asked(here, host) == (200, "")  # and cached by now


async def test_monitoring_endpoints_accept_any_host_name(house: Open) -> None:
    here = await house(mode="PROD", public_url=PUBLIC, metrics_token="0123456789abcdef")
    assert (await asked(here, "evil.example.org", "/health/live"))[0] == 200
    assert (await asked(here, "evil.example.org", "/health/ready"))[0] == 200
    assert (await asked(here, "evil.example.org", "/metrics"))[0] != 421
    assert await asked(here, "evil.example.org", "/metrics-of-others") == (421, "misdirected_request")


async def test_allowed_hosts_alone_suffice(house: Open) -> None:
    here = await house(mode="PROD", allowed_hosts="perch.example.org")
    assert await asked(here, "perch.example.org") == (200, "")
    assert await asked(here, "other.example.org") == (421, "misdirected_request")


@pytest.mark.parametrize(
    "chosen",
    [{"mode": "PROD"}, {"mode": "DEV", "public_url": PUBLIC}, {"mode": "TEST", "allowed_hosts": "a"}],
)
async def test_any_host_name_works_if_none_is_configured_or_outside_prod(
    house: Open, chosen: dict[str, str]
) -> None:
    assert await asked(await house(**chosen), "anything.example.org") == (200, "")


async def test_a_connection_whose_request_was_refused_serves_the_next_caller(
    house: Open, alice: Caller
) -> None:
    here = await house(mode="PROD", public_url=PUBLIC)
    for _ in range(3):
        assert await asked(here, "evil.example.org") == (421, "misdirected_request")
    assert (await here.caller(alice).get("/api/users/me"))["user"]["id"] == alice.id
