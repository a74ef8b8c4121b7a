"""Secrets appear in neither logs nor error reports."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from config import error_reports
from config.logging import TextFormatter, current_work, hide, redact
from config.settings import Settings
from server.core.security import api_keys as keys

HOUSE = Path(__file__).parents[2]


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
        "[('api-key', '{secret}'), ('x', 'y')]",
        "(b'authorization', b'Bearer {secret}')",
        "X-API-Key: {secret}",
        "GET /api/tweets?api_key={secret}&limit=1",
        r"{{\"api-key\": \"{secret}\"}}",
        "S3Settings(access_key='{secret}', secret_key='a, (b); {secret}')",
        "connection to server failed: host=db user=perch password={secret} dbname=perch",
        "postgresql://perch:p@ss@{secret}@db/perch",
        "https://{secret}@sentry.example/1",
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


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/tweets 200, user 5, postgresql://db/perch, perch_data",
        "the password authentication failed for user perch",
        "no key, and no authorization at all: mail alice@example.org",
        "https://example.org/@alice",
    ],
)
def test_text_without_secrets_is_unchanged(text: str) -> None:
    assert redact(text) == text


SECRET_SETTINGS: dict[str, str] = {
    "db_pass": "correct horse; 'battery'",
    "database_url": "postgresql://perch:b%40tt%2Fery%25@db/perch",
    "redis_url": "redis://:stapler-stapler@cache/0",
    "s3_access_key": "AKIDEXAMPLE",
    "backup_media_access_key": "AKIDOFCOPIES",
    "backup_media_secret_key": "hGk2/secret+of+copies=",
    "s3_secret_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCY=",
    "sentry_dsn": "https://0123456789abcdef@sentry.example/7",
    "alert_webhook_url": "https://hooks.example/services/T0/B0/xyzzy",
    "metrics_token": "c0ffee-c0ffee-c0ffee",
    "otel_exporter_otlp_headers": "authorization=Bearer%20tr4ce-tr4ce,x-tenant=hidden-nest",
    "dump_age_recipient": "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
}


@pytest.fixture
def secret_settings() -> Iterator[Settings]:
    """Settings with secrets that log lines and reports must not show."""
    settings = Settings(_env_file=None, **SECRET_SETTINGS)  # type: ignore[call-arg,arg-type]
    hide(settings.secrets)
    yield settings
    hide([])


def test_a_secret_setting_is_redacted_by_its_value(secret_settings: Settings) -> None:
    assert SECRET_SETTINGS.keys() == Settings.SECRET, "each has an example here"
    parts = ["b@tt/ery%", "stapler-stapler", "0123456789abcdef", "/services/T0/B0/xyzzy"]
    for secret in [*SECRET_SETTINGS.values(), *parts]:
        for written in (secret, repr(secret), json.dumps(secret), quote(secret, safe=""), f"<{secret}>"):
            shown = redact(f"it is {written} today")
            assert "[redacted]" in shown, written
            assert secret not in shown
            assert quote(secret, safe="") not in shown
    assert redact("a word of five: horse") == "a word of five: horse"


def test_log_lines_are_redacted_including_their_traceback() -> None:
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


def test_a_logged_value_cannot_forge_a_line_or_control_the_terminal() -> None:
    said = "x\n2026-01-01 00:00:00 INFO forged\x1b[2J\u2028y"
    line = TextFormatter("web-1").format(
        logging.LogRecord("x", logging.INFO, "x", 1, "got %s", (said,), None)
    )
    assert line.endswith(r"got x\n2026-01-01 00:00:00 INFO forged\x1b[2J\u2028y")
    assert "\n" not in line


FAILING = """
from server.cli import main
from server.cli.command import settings_for_command
from server.cli.main import cli

@cli.command()
def fail():
    raise RuntimeError(f"cannot sign in as {settings_for_command().db_pass}")

main()
"""


def test_a_command_that_fails_shows_no_secret(tmp_path: Path) -> None:
    secret = "correct horse battery"
    done = subprocess.run(
        [sys.executable, "-c", FAILING, "fail"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONPATH": str(HOUSE), "DB_PASS": secret},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "RuntimeError: cannot sign in as [redacted]" in done.stderr
    assert secret not in done.stderr + done.stdout


class Collected(Transport):
    """Collects what would be sent to Sentry."""

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
    work = current_work.set("work-7")
    try:
        # Assembled here, because reports contain source lines but no values.
        said = " ".join(["private", "words", key])
        try:
            raise RuntimeError(f"failed with {said}")
        except RuntimeError:
            logging.getLogger("server.x").exception("request with %s failed", said, extra={"more": said})
        logging.getLogger("asyncio").error("never retrieved: " + said)
        logging.getLogger("tasks.x").error("degraded: %s", "no dump for 3 days")
        failed, of_others, degraded = collected.events
        sent = str(collected.events)
        assert key not in sent
        assert "private words" not in sent
        assert failed["exception"]["values"][0]["type"] == "RuntimeError"
        assert failed["logentry"] == {"message": "request with %s failed"}
        assert failed["tags"] == {"work": "work-7"}
        assert failed["environment"] == "dev"
        assert "logentry" not in of_others
        assert degraded["logentry"]["params"] == ["no dump for 3 days"]
        assert not {"request", "user", "extra", "breadcrumbs"} & (failed | of_others | degraded).keys()
    finally:
        current_work.reset(work)
        sentry_sdk.get_client().close()
        original(
            default_integrations=False, auto_enabling_integrations=False
        )  # they would stay for other tests


def test_without_a_dsn_error_reports_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentry_sdk, "init", lambda **_: pytest.fail("it was set up"))
    error_reports.start(Settings(_env_file=None), "web-1")  # type: ignore[call-arg]
