"""What must be true of every answer, whatever was requested."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from server.core.errors import ERRORS
from tests.attacks.exchange import Connection, NoAnswer, Reply, connected
from tests.attacks.generated import Attack

# How long an answer may take, and how long to wait for one that may not come at all. Both in seconds.
PATIENCE, GLANCE = 20, 0.25

PROBE = b"GET /api/instance HTTP/1.1\r\nhost: perch\r\nconnection: close\r\n\r\n"

REQUEST_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}")

# Internals of a server: tracebacks, SQL, Python's representations, modules, folders.
INSIDES = re.compile(
    rb"Traceback|File \"|\.py\b|site-packages|SELECT |INSERT |UPDATE |RETURNING|asyncpg|tortoise|sanic"
    rb"|msgspec|redis|asyncio|pydantic|NoneType|<class|<[a-z_.]+ object|object at 0x|Exception\b|[a-z]Error\b"
    rb"|/usr/|/home/|/tmp/|/root|localhost|127\.0\.0\.1|psycopg|\bb'|\\x[0-9a-f]{2}",
    re.IGNORECASE,
)

# The path of a request, which may follow a host.
ADDRESS = re.compile(rb"^\S* (?:[a-z]+://[^/ ]*)?(?P<path>/[^ ?#]*)", re.IGNORECASE)

# Answers whose formats are their own.
DOCUMENTS = (b"/api/docs", b"/api/openapi.json", b"/api/stream", b"/api/users/me/export/archive")


async def complaints(port: int, attack: Attack) -> tuple[list[int], list[str]]:
    """Send the attack; returns the statuses, and what was wrong with the answers and the connection."""
    statuses: list[int] = []
    found: list[str] = []
    async with connected(port) as connection:
        connection.send(attack.raw)
        try:
            reply = await first(connection, attack)
            while reply is not None:
                statuses.append(reply.status)
                found += wrong_with(reply, attack)
                if reply.is_stream:
                    return statuses, found
                if reply.closes:
                    if attack.answers and not await connection.ends():
                        found.append("says that the connection closes, and leaves it open")
                    return statuses, found
                if len(statuses) >= attack.answers:
                    found += await probed(connection, attack)
                    return statuses, found
                reply = await connection.reply(head_only=False, within=PATIENCE)
        except NoAnswer as error:
            found.append(str(error))
    return statuses, found


async def first(connection: Connection, attack: Attack) -> Reply | None:
    """The first answer; None if none was required and none came."""
    head_only = attack.raw[:5].upper() == b"HEAD "
    try:
        return await connection.reply(head_only=head_only, within=PATIENCE if attack.answers else GLANCE)
    except NoAnswer:
        if attack.answers:
            raise
        return None


async def probed(connection: Connection, attack: Attack) -> list[str]:
    """What is wrong with the answer to a plain request on the same connection: it must be to that request."""
    connection.send(PROBE)
    try:
        reply = await connection.reply(head_only=False, within=PATIENCE if attack.answers else GLANCE)
    except NoAnswer as error:
        return [f"the next request: {error}"] if attack.answers else []
    if not attack.answers:  # nobody can say which request it answers
        return [f"the next request: {complaint}" for complaint in wrong_with(reply, attack)]
    if reply.status != 200 or not reply.body.startswith(b'{"result":true,"instance":'):
        return [f"the next request got {reply.status} {reply.body[:200]!r}"]
    return [] if await connection.ends() else ["the connection does not end"]


def wrong_with(reply: Reply, attack: Attack) -> Iterator[str]:
    """What is wrong with this answer."""
    said = f"{reply.status} {reply.headers} {reply.body[:300]!r}"
    asked = ADDRESS.search(attack.raw)
    path = asked["path"] if asked else b""
    if reply.status >= 500:
        yield f"fails: {said}"
    if not REQUEST_ID.fullmatch(reply.headers.get("x-request-id", "")):
        yield f"has no request id: {said}"
    if reply.headers.keys() & {"server", "x-powered-by", "set-cookie"} or "x-forged" in reply.headers:
        yield f"has headers that it should not: {said}"
    if reply.headers.get("x-content-type-options") != "nosniff":
        yield f"does not say nosniff: {said}"
    kind = reply.headers.get("content-type", "")
    is_document = any(document in path for document in DOCUMENTS) and reply.status < 400
    if (
        (path == b"/api" or path.startswith(b"/api/"))
        and not is_document
        and kind != "application/json"
        and reply.status != 304
    ):
        yield f"is not JSON: {said}"
    if reply.status >= 400 and kind != "application/json" and not kind.startswith("text/html"):
        yield f"is a failure without the envelope: {said}"
    if kind == "application/json" and reply.body and not is_document:
        yield from wrong_envelope(reply, said)


def wrong_envelope(reply: Reply, said: str) -> Iterator[str]:
    """What is wrong with this JSON answer."""
    try:
        body = msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        yield f"is broken JSON: {said}"
        return
    if body.get("result") is not (reply.status < 400):
        yield f"has a result that does not fit its status: {said}"
    if reply.status >= 400:
        if body.keys() != {"result", "error_type", "error_message"} or body["error_type"] not in ERRORS:
            yield f"is not in the envelope: {said}"
        if INSIDES.search(reply.body):
            yield f"tells of the inside: {said}"
