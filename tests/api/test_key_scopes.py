"""What each scope of an API key allows."""

from __future__ import annotations

from server.api.http import openapi
from server.context import App
from server.core.database.connection import rows
from server.core.security import api_keys as keys
from server.core.security.api_keys import SCOPES
from server.features.api_keys.api_keys import adopt
from tests.callers import Caller, with_key
from tests.waiting import until


async def test_a_key_that_reads_does_not_write(alice: Caller) -> None:
    made = await alice.post("/api/keys", json={"name": "reader", "scopes": ["read"]})
    reader = with_key(alice, made["key"])
    assert (await reader.get("/api/tweets")).status == 200
    answer = await reader.post("/api/tweets", json={"tweet_data": "x"})
    assert answer.error == (403, "out_of_scope")
    assert "write" in answer["error_message"]
    assert (await reader.post("/api/keys", json={"name": "more"})).error == (403, "out_of_scope")


async def test_a_key_that_writes_does_not_manage_the_account(alice: Caller, carol: Caller) -> None:
    """Lent to a program for an hour, the key ends nothing that existed before and leaves nothing behind."""
    made = await alice.post("/api/keys", json={"name": "bot", "scopes": ["read", "write"]})
    bot = with_key(alice, made["key"])
    mine = next(key["id"] for key in (await bot.get("/api/keys"))["keys"] if not key["current"])
    await alice.post("/api/users/me/export")
    refused = [
        await bot.delete(f"/api/keys/{mine}"),
        await bot.post("/api/keys", json={"name": "another"}),
        await bot.patch("/api/users/me", json={"name": "Mallory"}),
        await bot.post("/api/users/me/export"),
        await bot.get("/api/users/me/export/archive"),
        await bot.call("DELETE", "/api/users/me", json={"handle": "alice"}),
        await bot.get("/api/users/me/deletion"),
        await bot.delete("/api/users/me/deletion"),
    ]
    assert [answer.error for answer in refused] == [(403, "out_of_scope")] * len(refused)
    assert all("account" in answer["error_message"] for answer in refused)
    assert (await bot.post("/api/tweets", json={"tweet_data": "x"})).status == 201
    assert (await alice.get("/api/users/me"))["user"]["name"] == "alice"
    moderator = await carol.post("/api/keys", json={"name": "bot", "scopes": ["read", "write", "admin"]})
    for answer in (
        await with_key(carol, moderator["key"]).post("/api/invitations", json={"admin": True}),
        await with_key(carol, moderator["key"]).post("/api/invitations", json={"user_id": alice.id}),
        await with_key(carol, moderator["key"]).delete("/api/invitations/1"),
    ):
        assert answer.error == (403, "out_of_scope")


def test_no_route_that_changes_something_accepts_a_read_key(app: App) -> None:
    for path, method, _, operation in openapi.operations(app):
        assert method == "get" or operation.scopes != ("read",), (method, path)


async def test_a_key_passes_on_only_the_scopes_that_it_has(carol: Caller) -> None:
    every = [[s for n, s in enumerate(SCOPES) if chosen >> n & 1] for chosen in range(1, 1 << len(SCOPES))]
    for scopes in every:
        made = await carol.post("/api/keys", json={"name": "parent", "scopes": scopes})
        parent = with_key(carol, made["key"])
        for wanted in every:
            answer = await parent.post("/api/keys", json={"name": "child", "scopes": wanted})
            allowed = "account" in scopes and set(wanted) <= set(scopes)
            assert answer.status == (201 if allowed else 403), (scopes, wanted)
            if allowed:
                assert answer["details"]["scopes"] == wanted


async def test_no_key_makes_one_with_more_scopes(alice: Caller, carol: Caller) -> None:
    admin = {"name": "x", "scopes": ["admin"]}
    assert (await alice.post("/api/keys", json=admin)).error == (403, "out_of_scope")
    lesser = await carol.post("/api/keys", json={"name": "lesser", "scopes": ["write", "account"]})
    assert (await with_key(carol, lesser["key"]).post("/api/keys", json=admin)).error == (403, "out_of_scope")
    assert (await carol.post("/api/keys", json=admin)).status == 201


MADE_BEFORE = """
    INSERT INTO api_keys (user_id, hash, name, scopes) VALUES ($1, $2, 'old', '{read,write}') RETURNING id
"""


async def test_a_key_made_by_an_earlier_version_gets_the_account_scope_eventually(alice: Caller) -> None:
    """A process of an earlier version, which doesn't know the scope, made it alongside renewed processes."""
    new = await alice.post("/api/keys", json={"name": "new", "scopes": ["read", "write"]})
    old = keys.generate()
    await rows(MADE_BEFORE, alice.id, keys.digest(old))
    assert (await with_key(alice, old).post("/api/keys", json={"name": "x"})).status == 403
    assert await adopt() == 1
    await until(lambda: works(with_key(alice, old)))
    assert (await with_key(alice, new["key"]).post("/api/keys", json={"name": "x"})).status == 403
    assert await adopt() == 0


async def test_a_read_key_older_than_the_account_scope_downloads_the_archive(
    alice: Caller,
) -> None:
    new = await alice.post("/api/keys", json={"name": "new", "scopes": ["read"]})
    old = keys.generate()
    await rows(MADE_BEFORE.replace("read,write", "read"), alice.id, keys.digest(old))
    assert await adopt() == 1
    assert (await with_key(alice, old).get("/api/keys"))["keys"][0]["scopes"] == ["read", "archive"]
    fetched = [await with_key(alice, key).get("/api/users/me/export/archive") for key in (old, new["key"])]
    assert [answer.error for answer in fetched] == [(404, "export_not_found"), (403, "out_of_scope")]
    asked = await alice.post("/api/keys", json={"name": "new", "scopes": ["read", "archive"]})
    assert asked.error == (422, "invalid_body")


async def works(caller: Caller) -> bool:
    return (await caller.post("/api/keys", json={"name": "x"})).status == 201
