"""Administrators' actions are recorded, and the record can't be changed."""

from __future__ import annotations

import pytest
from asyncpg.exceptions import RaiseError

from server.core.database.connection import rows
from tests.callers import Caller


async def acts(carol: Caller, count: int) -> list[tuple[str, int | None, int | None]]:
    """The newest `count` acts, oldest first, as (act, user id, subject id)."""
    page = await carol.get("/api/audit", params={"limit": count})
    return [(act["act"], act["user_id"], act["subject_id"]) for act in page["acts"][::-1]]


async def test_each_act_is_recorded_with_its_actor(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet_id = await bob.tweet("unwanted")
    await carol.delete(f"/api/tweets/{tweet_id}")
    await carol.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True, "reason": "spam"})
    await carol.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True, "reason": "spam"})
    await carol.delete(f"/api/users/{bob.id}/suspension")
    await carol.delete(f"/api/users/{bob.id}/suspension")
    invitation = (await carol.post("/api/invitations", json={"note": "x"}))["invitation"]["id"]
    await carol.delete(f"/api/invitations/{invitation}")
    assert await acts(carol, 5) == [
        ("tweet.delete", bob.id, tweet_id),
        ("user.suspend", bob.id, None),
        ("user.unsuspend", bob.id, None),
        ("invitation.create", None, invitation),
        ("invitation.revoke", None, invitation),
    ]
    newest = (await carol.get("/api/audit", params={"limit": 4}))["acts"][-1]
    assert newest["actor"] == {"id": carol.id, "name": "carol", "handle": "carol"}
    assert newest["user"]["handle"] == "bob"
    assert newest["key_id"] == (await carol.get("/api/keys"))["keys"][0]["id"]
    assert newest["details"] == {"hide_tweets": True, "reason": "spam"}
    assert not newest["on_terminal"]
    assert "unwanted" not in str((await carol.get("/api/audit")).body)


async def test_a_failed_act_is_not_recorded(alice: Caller, bob: Caller, carol: Caller) -> None:
    before = await acts(carol, 1)
    tweet_id = await bob.tweet()
    assert (await alice.delete(f"/api/tweets/{tweet_id}")).error == (403, "not_author")
    assert (await carol.delete("/api/tweets/999")).error == (404, "tweet_not_found")
    assert (await carol.delete("/api/users/999/suspension")).error == (404, "user_not_found")
    own = await carol.tweet()
    await carol.delete(f"/api/tweets/{own}")
    assert await acts(carol, 1) == before, "one's own tweets are nobody's business"


async def test_only_administrators_read_the_audit_log_and_it_is_paged(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    assert (await alice.get("/api/audit")).error == (403, "out_of_scope")
    for _ in range(2):
        await carol.delete(f"/api/tweets/{await bob.tweet()}")
    first = await carol.get("/api/audit", params={"limit": 1})
    second = await carol.get("/api/audit", params={"limit": 1, "before": first["next"]})
    assert first["acts"][0]["id"] == second["acts"][0]["id"] + 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_acts SET act = 'x'", "DELETE FROM audit_acts", "TRUNCATE audit_acts"],
)
@pytest.mark.usefixtures("database")
async def test_audit_log_rows_cannot_be_changed(statement: str) -> None:
    with pytest.raises(RaiseError, match="never changed"):
        await rows(statement)
