"""The OpenAPI document is checked against the real routes and answers."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from server.api.http import openapi
from server.context import App
from server.core.database.connection import rows
from server.core.errors import ERRORS
from tests import pictures
from tests.callers import Caller, register
from tests.schemas import matches

# Routes whose answers have formats of their own.
DOCUMENTS = {"/api/openapi.json", "/api/docs", "/api/docs.css"}


@pytest.fixture
def document(app: App) -> dict[str, Any]:
    return openapi.document(app)


def test_every_route_is_described(app: App, document: dict[str, Any]) -> None:
    real = {
        ("/" + re.sub(r"<(\w+):[^>]+>", r"{\1}", str(route.path)).rstrip("/"), method.lower())
        for route in app.router.routes
        for method in route.methods
        if str(route.path).startswith("api")
    }
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert {(path, method) for path, method in real if path not in DOCUMENTS} == described


def test_every_operation_is_fully_described(document: dict[str, Any]) -> None:
    ids = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert operation["responses"].keys() >= {"500", "503"}
            assert {"401", "403"} <= operation["responses"].keys() or operation["security"] == [], path
            with_body = DELETED_BY_NAME if method == "delete" else WITH_BODY if method != "get" else set()
            assert ("requestBody" in operation) == (path in with_body), path
            ids.add(operation["operationId"])
    assert len(ids) == sum(len(methods) for methods in document["paths"].values())


# $1 the follower, $2 the followee.
ASK = "INSERT INTO follow_requests (follower_id, followee_id) VALUES ($1, $2) RETURNING 1"

# Operations that can't be undone are confirmed by a name.
DELETED_BY_NAME = {"/api/users/me", "/api/users/{user_id}"}

# What nobody does to themselves.
OF_OTHERS = ("/follow", "{user_id}/block", "{user_id}/mute", "/note", "/notify", "/reposts/hidden")

WITH_BODY = {
    "/api/tweets/thread",
    "/api/tweets",
    "/api/drafts",
    "/api/drafts/{draft_id}",
    "/api/users/{user_id}/mute",
    "/api/users/{user_id}/note",
    "/api/lists",
    "/api/lists/{list_id}",
    "/api/tweets/{tweet_id}",
    "/api/tweets/{tweet_id}/votes",
    "/api/users/me",
    "/api/preferences",
    "/api/keys",
    "/api/medias",
    "/api/medias/{media_id}",
    "/api/invitations",
    "/api/join",
    "/api/join/link",
    "/api/join/{token}",
    "/api/users/{user_id}/suspension",
    "/api/notifications/read",
    "/api/operations/runs",
    "/api/operations/suspensions",
}


# Not JSON, or about what workers leave behind: these have their own tests.
OTHERWISE = {
    "/api/stream",
    "/api/users/me/export/archive",
    "/api/operations/dumps/{dump}/verification",
    "/api/operations/dead-letters/{letter}",
    "/api/operations/dead-letters/{letter}/retry",
    "/api/operations/suspensions/{suspension_id}/confirmation",
}


@pytest.mark.usefixtures("worker")
async def test_real_answers_match_the_document(
    alice: Caller, bob: Caller, carol: Caller, document: dict[str, Any]
) -> None:
    components = document["components"]["schemas"]
    media = await alice.upload(pictures.jpeg(), alt="alt")
    await alice.post("/api/tweets", json={"tweet_data": "x", "tweet_media_ids": [media["media_id"]]})
    poll = {"options": ["a", "b"]}
    tweet = await alice.post("/api/tweets", json={"tweet_data": "x", "poll": poll})
    await bob.post(f"/api/tweets/{tweet['tweet_id']}/likes")
    await bob.post(f"/api/users/{alice.id}/follow")
    reply = await bob.reply(tweet["tweet_id"])
    quote = await bob.post("/api/tweets", json={"tweet_data": "x", "quote_of_id": tweet["tweet_id"]})
    await alice.call("PUT", f"/api/tweets/{tweet['tweet_id']}", json={"text": "y"})
    (version,) = (await alice.get(f"/api/tweets/{tweet['tweet_id']}/versions"))["versions"]
    draft = await alice.post("/api/drafts", json={"tweets": [{"tweet_data": "x"}]})
    people = await alice.post("/api/lists", json={"title": "x"})
    made = await alice.post("/api/keys", json={"name": "x"})
    dave = await register(alice.send, "dave")
    theirs = await dave.post("/api/keys", json={"name": "x"})
    invited = await carol.post("/api/invitations", json={"note": "x", "max_uses": 2})
    dora, frank, gwen = [await register(alice.send, name, admin=True) for name in ("dora", "frank", "gwen")]
    asked = await dora.post("/api/operations/suspensions", json={"user_id": frank.id})
    await rows("UPDATE users SET created_at = now() - interval '4 days' WHERE id = $1 RETURNING 1", carol.id)
    ids = {
        "tweet_id": tweet["tweet_id"],
        "reply_id": reply,
        "quote_id": quote["tweet_id"],
        "draft_id": draft["draft"]["id"],
        "list_id": people["list"]["id"],
        "version_id": version["id"],
        "follower_id": dave.id,
        "user_id": alice.id,
        "media_id": media["media_id"],
        "key_id": made["key_id"],
        "invitation_id": invited["invitation"]["id"],
        "token": invited["token"],
        "suspension_id": asked["suspension"]["id"],
        "handle": "bob",
        "name": "perch",
    }
    bodies: dict[str, Any] = {
        "/api/tweets": {"tweet_data": "x"},
        "/api/drafts": {"tweets": [{"tweet_data": "x"}]},
        "/api/drafts/{draft_id}": {"tweets": [{"tweet_data": "y"}]},
        "/api/tweets/thread": {"tweets": [{"tweet_data": "x"}, {"tweet_data": "y"}]},
        "/api/users/{user_id}/mute": {"seconds": 3600},
        "/api/users/{user_id}/note": {"note": "x"},
        "/api/lists": {"title": "x"},
        "/api/lists/{list_id}": {"title": "y"},
        "patch /api/tweets/{tweet_id}": {"who_may_reply": "following"},
        "/api/tweets/{tweet_id}/votes": {"choices": [0]},
        "put /api/tweets/{tweet_id}": {"text": "changed"},
        "/api/users/me": {"name": "x"},
        "/api/preferences": {"default_visibility": "unlisted"},
        "/api/keys": {"name": "x"},
        "/api/medias/{media_id}": {"alt": "x"},
        "/api/invitations": {"user_id": alice.id},
        "/api/join": {"token": invited["token"], "handle": "erin"},
        "/api/join/link": {"token": invited["token"]},
        "/api/join/{token}": {"handle": "heidi"},
        "/api/operations/suspensions": {"user_id": gwen.id},
        "/api/users/{user_id}/suspension": {"reason": "x"},
        "/api/notifications/read": {"up_to": 1},
        "/api/operations/runs": {"kind": "drill"},
    }
    # In this order: nobody follows across a block.
    order = {"get": 0, "put": 1, "patch": 1, "post": 2, "delete": 3}
    calls = [(method, path) for path, methods in document["paths"].items() for method in methods]
    for method, path in sorted(calls, key=lambda call: (order[call[0]], -len(call[1]))):
        operation = document["paths"][path][method]
        who = bob if path.endswith(OF_OTHERS) else carol if operation_needs_admin(operation) else alice
        body = bodies.get(f"{method} {path}", bodies.get(path))
        arguments: dict[str, Any] = {"json": body} if body and "requestBody" in operation else {}
        if path == "/api/medias":
            arguments = {"files": {"file": ("x.jpg", pictures.jpeg())}}
        if path in OTHERWISE:
            continue
        if method == "delete" and path in DELETED_BY_NAME:
            arguments = {"json": {"handle": "alice" if path == "/api/users/me" else "dave"}}
        named = {**ids, "user_id": dave.id, "key_id": theirs["key_id"]} if who is carol else ids
        if "{follower_id}" in path:  # accepting and declining both end the request
            await rows("DELETE FROM follows WHERE follower_id = $1 RETURNING 1", dave.id)
            await rows(ASK, dave.id, who.id)
        if path.endswith(("{user_id}/reposts/hidden", "{user_id}/notify")):  # of somebody whom one follows
            await who.delete(f"/api/users/{named['user_id']}/block")
            await who.post(f"/api/users/{named['user_id']}/follow")
        answer = await who.call(method.upper(), path.format(**named), **arguments)
        described = operation["responses"][str(answer.status)]["content"]["application/json"]["schema"]
        assert answer.status < 300, (method, path, answer.body)
        assert matches(answer.body, described, components), (method, path, answer.body)


def operation_needs_admin(operation: dict[str, Any]) -> bool:
    return any(words in operation["description"] for words in ("scope `admin`", "scopes `admin`"))


async def test_the_documented_failures_are_complete(
    document: dict[str, Any],
) -> None:
    documented = {
        name
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        if int(status) >= 400
        for name in answer["content"]["application/json"]["examples"]
    }
    # No route raises these: they come from the router, the parser, /media, or commands.
    elsewhere = {"not_found", "method_not_allowed", "bad_request", "range_not_satisfiable", "too_slow"}
    elsewhere |= {"misdirected_request"}
    assert documented | elsewhere == set(ERRORS)


async def test_the_document_and_its_page_are_served(anybody: Caller, document: dict[str, Any]) -> None:
    served = await anybody.send("GET", "/api/openapi.json")
    assert msgspec.json.decode(served.content) == document
    page = await anybody.send("GET", "/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    for path in document["paths"]:
        assert path in page.text
    assert "<script" not in page.text
    assert not re.search(r"https?://(?!perch)", page.text), "it works offline"
    assert (await anybody.send("GET", "/api/docs.css")).headers["content-type"].startswith("text/css")
