"""Statements as spans of traces (`config.traces`): their text, which holds no values, and their time."""

from __future__ import annotations

from typing import Any

from asyncpg.connection import LoggedQuery

from config import traces


async def follow(connection: Any) -> None:
    """Tell of every statement of this connection from now on."""
    connection.add_query_logger(tell)


def tell(query: LoggedQuery) -> None:
    """One is done, or failed; called in the context of whoever sent it."""
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
