"""Transient errors are recognised as their libraries raise them."""

from __future__ import annotations

import logging

import asyncpg
import pytest
from taskiq.receiver import Receiver

from config.settings import Settings
from server.core.transient import is_passing
from tasks.worker import calmly

# The message that PostgreSQL sends to a connection before it closes it.
FIELDS = (b"SFATAL", b"C57P01", b"Mterminating connection due to administrator command")
FATAL = b"\0".join(FIELDS) + b"\0\0"
MESSAGE = b"E" + (len(FATAL) + 4).to_bytes(4, "big") + FATAL


@pytest.mark.usefixtures("database")
async def test_a_connection_used_between_its_last_message_and_its_end_is_transient(
    settings: Settings,
) -> None:
    connection = await asyncpg.connect(**settings.database.connect_arguments())
    connection._protocol.data_received(MESSAGE)
    with pytest.raises(asyncpg.exceptions.InternalClientError) as raised:
        await connection.fetch("SELECT 1")
    assert is_passing(raised.value)
    connection.terminate()


def test_an_exception_group_is_transient_if_all_its_errors_are() -> None:
    away, bug = ConnectionRefusedError("away"), KeyError("a bug")
    assert is_passing(ExceptionGroup("both", [away, ExceptionGroup("again", [away])]))
    assert not is_passing(ExceptionGroup("both", [away, bug]))


@pytest.mark.parametrize(
    ("error", "level"), [(ConnectionRefusedError("away"), "WARNING"), (KeyError("a bug"), "ERROR")]
)
def test_a_task_that_fails_with_a_transient_error_raises_no_alarm(
    error: Exception, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = logging.getLogger(Receiver.__module__)
    receiver.addFilter(calmly)
    try:
        receiver.error("Exception found while executing function.", exc_info=error)
    finally:
        receiver.removeFilter(calmly)
    (record,) = caplog.records
    assert record.levelname == level
    assert bool(record.exc_info) == (level == "ERROR")
    if level == "WARNING":
        assert record.getMessage() == "a task stopped and will be retried: ConnectionRefusedError: away"
