"""Records statements as trace spans (`config.traces`): their duration, and their text without values."""

from __future__ import annotations

from typing import Any

from asyncpg.connection import LoggedQuery

from config import traces


async def follow(connection: Any) -> None:
    """Record every statement of this connection from now on."""
    connection.add_query_logger(tell)


def tell(query: LoggedQuery) -> None:
    """Record a statement that has ended or failed. Called in the context of the code that sent it."""
    if traces.spans is None:
        return
    text = " ".join(query.query.split())
    verb = text.partition(" ")[0].rstrip(";").upper()
    traces.spans.past(
        verb,
        "CLIENT",
        query.elapsed,
        {"db.system.name": "postgresql", "db.operation.name": verb, "db.query.text": text},
        None if query.exception is None else type(query.exception).__name__,
    )
