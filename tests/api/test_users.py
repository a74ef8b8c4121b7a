"""Users and follows."""

from __future__ import annotations

import pytest

from server.core.database.connection import rows
from tests.callers import Caller


async def test_me_is_the_owner_of_the_key(alice: Caller) -> None:
    user = (await alice.get("/api/users/me"))["user"]
    assert (user["id"], user["name"], user["handle"]) == (alice.id, "alice", "alice")
    assert user["followers"] == user["following"] == []
    assert user["scopes"] == ["read", "write", "account"]


async def test_me_lists_the_scopes_of_an_administrator(carol: Caller) -> None:
    assert (await carol.get("/api/users/me"))["user"]["scopes"] == ["read", "write", "account", "admin"]


async def test_a_follow_is_seen_from_both_sides(alice: Caller, bob: Caller) -> None:
    assert (await alice.post(f"/api/users/{bob.id}/follow")).body == {"result": True}
    seen = (await alice.get(f"/api/users/{bob.id}"))["user"]
    assert seen["followers"] == [{"id": alice.id, "name": "alice", "handle": "alice"}]
    assert (seen["followers_count"], seen["following_count"], seen["followed"]) == (1, 0, True)
    mine = (await alice.get("/api/users/me"))["user"]
    assert mine["following"] == [{"id": bob.id, "name": "bob", "handle": "bob"}]
    assert (mine["followers_count"], mine["following_count"], mine["followed"]) == (0, 1, False)
    assert "scopes" not in seen


async def test_following_and_unfollowing_are_idempotent(alice: Caller, bob: Caller) -> None:
    path = f"/api/users/{bob.id}/follow"
    assert [(await alice.post(path)).status for _ in range(2)] == [200, 200]
    assert (await bob.get("/api/users/me"))["user"]["followers_count"] == 1
    assert [(await alice.delete(path)).status for _ in range(2)] == [200, 200]
    assert (await bob.get("/api/users/me"))["user"]["followers_count"] == 0


async def test_a_follower_is_removed_and_may_come_back(alice: Caller, bob: Caller, carol: Caller) -> None:
    for caller in (bob, carol):
        await caller.post(f"/api/users/{alice.id}/follow")
    await alice.post(f"/api/users/{bob.id}/follow")
    for _ in range(2):  # the second time changes nothing
        assert (await alice.delete(f"/api/users/{bob.id}/follower")).status == 200
        followers = (await alice.get(f"/api/users/{alice.id}/followers"))["users"]
        assert [user["handle"] for user in followers] == ["carol"]
        shown = (await bob.get(f"/api/users/{alice.id}"))["user"]
        assert not shown["followed"]
        assert shown["followers_count"] == 1
        # Whom she follows herself is another matter.
        assert (await alice.get(f"/api/users/{bob.id}"))["user"]["followed"]
    assert (await alice.delete("/api/users/999999/follower")).error == (404, "user_not_found")
    await bob.post(f"/api/users/{alice.id}/follow")
    assert (await alice.get("/api/users/me"))["user"]["followers_count"] == 2


async def test_users_cannot_follow_themselves(alice: Caller) -> None:
    assert (await alice.post(f"/api/users/{alice.id}/follow")).error == (422, "self_follow")
    assert (await alice.delete(f"/api/users/{alice.id}/follow")).status == 200


@pytest.mark.parametrize("user_id", ["999", "0", "9223372036854775808", "9" * 30])
@pytest.mark.parametrize(
    ("method", "end"),
    [
        ("GET", ""),
        ("GET", "/tweets"),
        ("GET", "/followers"),
        ("GET", "/following"),
        ("POST", "/follow"),
        ("DELETE", "/follow"),
    ],
)
async def test_an_unknown_user_is_not_found(alice: Caller, method: str, end: str, user_id: str) -> None:
    assert (await alice.call(method, f"/api/users/{user_id}{end}")).error == (404, "user_not_found")


async def test_a_user_is_found_by_handle(alice: Caller, bob: Caller) -> None:
    for handle in ("bob", "BOB"):
        assert (await alice.get(f"/api/users/by-handle/{handle}"))["user"]["id"] == bob.id


@pytest.mark.parametrize("handle", ["nobody", "2", "a%00b", "%D0%B1%D0%BE%D0%B1", "a" * 31])
async def test_an_unknown_handle_is_not_found(alice: Caller, bob: Caller, handle: str) -> None:
    assert (await alice.get(f"/api/users/by-handle/{handle}")).error == (404, "user_not_found")


async def test_embedded_users_are_limited_and_the_viewer_comes_first(alice: Caller, bob: Caller) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    await alice.post(f"/api/users/{bob.id}/follow")
    await rows(
        "WITH crowd AS (INSERT INTO users (handle, name) SELECT 'u' || n, 'u' || n "
        "FROM generate_series(1, 120) n RETURNING id) "
        "INSERT INTO follows (follower_id, followee_id) "
        "SELECT id, $1 FROM crowd UNION ALL SELECT $1, id FROM crowd",
        alice.id,
    )
    seen = (await bob.get(f"/api/users/{alice.id}"))["user"]
    assert (seen["followers_count"], seen["following_count"]) == (121, 121)
    for people in (seen["followers"], seen["following"]):
        assert len(people) == 100
        assert people[0]["id"] == bob.id
        assert len({person["id"] for person in people}) == 100


async def test_followers_and_following_are_listed_in_pages(alice: Caller, bob: Caller, carol: Caller) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    await carol.post(f"/api/users/{alice.id}/follow")
    await alice.post(f"/api/users/{carol.id}/follow")
    first = await alice.get(f"/api/users/{alice.id}/followers", params={"limit": 1})
    assert first["users"] == [{"id": carol.id, "name": "carol", "handle": "carol", "followed": True}]
    rest = await alice.get(f"/api/users/{alice.id}/followers", params={"limit": 1, "before": first["next"]})
    assert rest["users"] == [{"id": bob.id, "name": "bob", "handle": "bob", "followed": False}]
    assert rest["next"] is None
    following = await bob.get(f"/api/users/{alice.id}/following")
    assert [user["handle"] for user in following["users"]] == ["carol"]


@pytest.mark.parametrize("name", ["Алиса", "a" * 50, "  trimmed  ", "O'Brien <b>", "👩‍👩‍👧"])
async def test_a_new_display_name_shows_everywhere(alice: Caller, bob: Caller, name: str) -> None:
    tweet_id = await alice.tweet()
    assert (await alice.patch("/api/users/me", json={"name": name}))["user"]["name"] == name.strip()
    assert (await bob.read(tweet_id))["author"]["name"] == name.strip()


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "a" * 51},
        {"name": "two\nlines"},
        {"name": "a\0b"},
        {"name": 5},
        {},
        {"name": "x", "handle": "y"},
    ],
)
async def test_an_invalid_display_name_is_refused(alice: Caller, body: dict[str, object]) -> None:
    assert (await alice.patch("/api/users/me", json=body)).error == (422, "invalid_body")
    assert (await alice.get("/api/users/me"))["user"]["name"] == "alice"
