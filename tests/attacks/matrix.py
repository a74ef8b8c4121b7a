"""Tries every route with every kind of missing, wrong or insufficient key, and with other people's objects.

It returns what it finds wrong instead of asserting, so that a test can check that it is found.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec

from server.context import App
from server.core.database.connection import row, rows
from server.core.errors import ERRORS
from server.core.security import api_keys as keys
from server.features.api_keys.api_key import ApiKey
from server.operations.queues import DEAD_LETTERS
from tests.attacks.routes import FOREIGN, PUBLIC, Refusal, Route, routes
from tests.attacks.shown import NO_KEY, keys_beyond, wrong_keys
from tests.attacks.world import MOVING, NOBODYS, OWNED, REQUEST_ID, Matrix, Words
from tests.callers import Caller
from tests.thorough import much

# What an id is of, where its name says more: a reply is a tweet, a follower a user.
KINDS = {"reply_id": "tweet", "quote_id": "tweet", "follower_id": "user"}


async def complaints(
    app: App, client: httpx.AsyncClient, alice: Caller, bob: Caller, carol: Caller
) -> list[str]:
    """What the matrix finds wrong with an application's routes; carol must be an administrator."""
    wrong = await wrong_keys(alice, carol)
    shares = itertools.cycle(wrong[shift::6] for shift in range(6))
    matrix = Matrix(client, alice, bob, carol, wrong, shares, await digest_of_all(), app.ctx.perch)
    known = {str(route) for route in routes(app)}
    found = [
        f"{name}: is on the list of public routes, and there is none"
        for name in public()
        if name not in known
    ]
    found += [
        f"{name}: is on the list of foreign objects, and there is none"
        for name in FOREIGN
        if name not in known
    ]
    for route in routes(app):
        try:
            found += [f"{route}: {complaint}" async for complaint in of_route(matrix, route)]
        except LookupError as error:
            found.append(str(error))
    async with matrix.perch.queue() as redis:
        await redis.delete(DEAD_LETTERS)
    return found


def public() -> Iterator[str]:
    """The list of public routes, written as routes are."""
    return (f"{method} {path}" for path, methods in PUBLIC.items() for method in methods)


async def of_route(matrix: Matrix, route: Route) -> Any:
    """What is wrong with one route."""
    scopes = route.operation.scopes if route.operation else ()
    if route.is_public:
        if scopes:
            yield "declares a scope, and is on the list of public routes"
        return
    if not scopes:
        yield "declares no scope, and is not on the list of public routes (PUBLIC of tests/attacks/routes.py)"
    elif scopes == ("read",) and route.method not in ("GET", "HEAD"):
        yield "writes, with a key that may only read"
    ids = await matrix.belongings()
    beyond = await keys_beyond(scopes, matrix.bob, matrix.carol) if scopes else []
    before = await matrix.state()
    for shown in [NO_KEY, *much(usually=next(matrix.shares), thoroughly=matrix.wrong), *beyond]:
        answer = await matrix.ask(route, ids, dict(shown.headers), shown.query)
        for complaint in refused(answer, shown.refusal):
            yield f"{shown.what}: {complaint}"
    if await matrix.state() != before:
        yield "a refused request changed something"
    if route.names_an_object:
        another = await matrix.of_another(route)
        ids = await another.belongings() if another is not matrix else ids
        async for complaint in with_foreign_objects(another, route, ids):
            yield complaint
    await matrix.unblock()
    matrix = await matrix.of_another(route)
    ids = await matrix.belongings()
    answer = await matrix.ask(route, ids, {"api-key": await right_key(matrix, route, scopes)})
    if answer.status_code >= 400:
        yield f"the right key gets {answer.status_code} {answer.text[:200]}, so the others say nothing"
    if route.is_ending:
        await matrix.settled()
    else:
        await matrix.unblock()


async def right_key(matrix: Matrix, route: Route, scopes: tuple[str, ...]) -> str:
    """A key that allows this and nothing else."""
    all_may = str(route) in FOREIGN and FOREIGN[str(route)].member is None
    owner = matrix.carol if "admin" in scopes else matrix.bob if all_may else matrix.alice
    key = keys.generate()
    await ApiKey.create(user_id=owner.id, hash=keys.digest(key), name="x", scopes=list(scopes or ("read",)))
    return key


async def with_foreign_objects(matrix: Matrix, route: Route, ids: dict[str, Any]) -> Any:
    """What is wrong with the route if the object belongs to someone else, or doesn't exist."""
    if str(route) not in FOREIGN:
        yield "nobody says what others may do with the object (FOREIGN of tests/attacks/routes.py)"
        return
    expected = FOREIGN[str(route)]
    for who, refusal in ((matrix.bob, expected.member), (matrix.carol, expected.administrator)):
        before, owned = await matrix.state(), await row(OWNED, matrix.alice.id)
        answer = await matrix.ask(route, ids, {"api-key": who.key})
        if refusal is not None:
            for complaint in refused(answer, refusal):
                yield f"{who.handle} with what is alice's: {complaint}"
            if await matrix.state() != before:
                yield f"{who.handle} was refused, and something changed"
        elif answer.status_code >= 400:
            yield f"{who.handle} may, and got {answer.status_code} {answer.text[:200]}"
        elif await row(OWNED, matrix.alice.id) != owned and not (expected.ruled and who is matrix.carol):
            yield f"{who.handle} changed what is alice's"
    *_, name = re.findall(r"{(\w+_id)}", route.path)
    missing = (404, f"{KINDS.get(name, name.removesuffix('_id'))}_not_found")
    if expected.administrator is not None and expected.administrator[0] == 404:
        missing = expected.administrator  # what is alice's doesn't exist for others, whoever else is named
    for nobodys in NOBODYS:
        answer = await matrix.ask(route, Words(ids, **{name: nobodys}), {"api-key": matrix.carol.key})
        for complaint in refused(answer, missing):
            yield f"{name} {nobodys}: {complaint}"


def refused(answer: httpx.Response, refusal: Refusal) -> Iterator[str]:
    """What is wrong with a refusal."""
    status, error_type = refusal
    if answer.status_code != status:
        yield f"answers {answer.status_code}, not {status} {error_type}"
        return
    if answer.headers.get("content-type") != "application/json":
        yield f"answers {answer.headers.get('content-type')}"
        return
    body = msgspec.json.decode(answer.content)
    if body.keys() != {"result", "error_type", "error_message"} or body["result"] is not False:
        yield f"is not in the envelope: {body}"
    elif body["error_type"] != error_type or error_type not in ERRORS:
        yield f"answers {body['error_type']}, not {error_type}"
    if answer.headers.get("cache-control") != "no-store" or ("www-authenticate" in answer.headers) != (
        status == 401
    ):
        yield f"has the headers {dict(answer.headers)}"
    if not REQUEST_ID.fullmatch(answer.headers.get("x-request-id", "")):
        yield "has no request id"


async def digest_of_all() -> str:
    """The SQL statement that computes a digest of the rows of all tables."""
    found = await rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND NOT tablename = ANY($1) ORDER BY 1",
        list(MOVING),
    )
    parts = [
        f"(SELECT string_agg(t::text, ',' ORDER BY t::text) FROM {table['tablename']} t)" for table in found
    ]
    return f"SELECT md5(concat_ws(';', {', '.join(parts)})) AS found"
