"""Secrets reach neither logs nor error reports."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from config import error_reports
from config.logging import TextFormatter, redact
from config.settings import Settings
from server.security import keys


@pytest.mark.parametrize(
    "text",
    [
        "key {key} was shown",
        "headers {{'api-key': '{key}', 'x': 'y'}}",
        "api-key: {secret}",
        "Authorization: Bearer {secret}",
        '"authorization": "Basic {secret}"',
        "postgresql://perch:{secret}@db/perch",
        "redis://:{secret}@cache/0",
        "redis://:p@{secret}@cache/0",
        "[(b'api-key', b'{secret}')]",
        "GET /api/join/{invitation} failed",
    ],
)
def test_secret_values_are_redacted(text: str) -> None:
    key, secret = keys.generate(), "s3cr3t-value"
    invitation = keys.generate(keys.INVITATION)
    redacted = redact(text.format(key=key, secret=secret, invitation=invitation))
    assert key[12:] not in redacted
    assert invitation[19:] not in redacted
    assert secret not in redacted
    assert "[redacted]" in redacted


def test_what_is_no_secret_stays() -> None:
    text = "GET /api/tweets 200, user 5, postgresql://db/perch, perch_data"
    assert redact(text) == text


def test_lines_are_redacted_with_their_traceback() -> None:
    key = keys.generate()
    try:
        raise ValueError(f"bad {key}")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "x", 1, "failed", (), (ValueError, error, error.__traceback__)
        )
    line = TextFormatter("web-1").format(record)
    assert "Traceback" in line
    assert key not in line


def test_a_value_can_neither_forge_a_line_nor_speak_to_the_terminal() -> None:
    said = "x\n2026-01-01 00:00:00 INFO forged\x1b[2J\u2028y"
    line = TextFormatter("web-1").format(
        logging.LogRecord("x", logging.INFO, "x", 1, "got %s", (said,), None)
    )
    assert line.endswith(r"got x\n2026-01-01 00:00:00 INFO forged\x1b[2J\u2028y")
    assert "\n" not in line


class Collected(Transport):
    """Keeps what would be sent to Sentry."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events += [item.payload.json for item in envelope.items if item.type == "event"]


def test_error_reports_hold_nothing_secret_or_personal(monkeypatch: pytest.MonkeyPatch) -> None:
    collected = Collected()
    original = sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: original(**options, transport=collected))
    error_reports.start(Settings(_env_file=None, sentry_dsn="http://public@127.0.0.1:1/1"), "web-1")  # type: ignore[call-arg]
    key = keys.generate()
    try:
        try:
            local = " ".join(
                ["private", "words", key]
            )  # put together here: the source is sent, values are not
            raise RuntimeError(f"failed with {key}")
        except RuntimeError:
            logging.getLogger("perch").exception("request with %s failed", key)
        assert local
        assert len(collected.events) == 1
        sent = str(collected.events)
        assert key not in sent
        assert "private words" not in sent
        assert "RuntimeError" in sent
        assert collected.events[0]["environment"] == "dev"
        assert not {"request", "user"} & collected.events[0].keys()
    finally:
        sentry_sdk.get_client().close()
        original()


def test_without_a_dsn_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentry_sdk, "init", lambda **_: pytest.fail("it was set up"))
    error_reports.start(Settings(_env_file=None), "web-1")  # type: ignore[call-arg]
