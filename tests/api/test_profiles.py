"""What people say about themselves on their profiles."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.core.viewer import Viewer
from server.features.people import accounts
from server.features.people.about import Changes
from server.features.privacy import deletion
from tests.api.test_deletion import due, leave
from tests.api.test_exports import made
from tests.callers import Caller
from tests.waiting import until_gone

ABOUT = {
    "bio": "I write at https://perch.example with @bob. #birds",
    "pronouns": "she/her",
    "fields": [{"name": "Website", "value": "perch.example"}, {"name": "Team", "value": "Платформа"}],
    "bot": True,
}


async def shown(caller: Caller, user_id: int) -> dict[str, Any]:
    """What the profile says, as this user sees it."""
    user = (await caller.get(f"/api/users/{user_id}"))["user"]
    return {name: user[name] for name in ABOUT if name in user}


async def test_everyone_sees_what_a_user_says_about_themselves(alice: Caller, bob: Caller) -> None:
    assert await shown(bob, alice.id) == {}, "nothing is said that nobody has said"
    answer = await alice.patch("/api/users/me", json=ABOUT)
    assert {name: answer["user"][name] for name in ABOUT} == ABOUT
    assert await shown(bob, alice.id) == ABOUT
    assert (await bob.get("/api/users/by-handle/alice"))["user"]["bio"] == ABOUT["bio"]
    assert (await alice.get("/api/users/me"))["user"]["fields"] == ABOUT["fields"]


async def test_what_is_not_named_stays(alice: Caller, bob: Caller) -> None:
    await alice.patch("/api/users/me", json=ABOUT)
    await alice.patch("/api/users/me", json={"name": "Alice L."})
    assert await shown(bob, alice.id) == ABOUT
    await alice.patch("/api/users/me", json={"bio": "  \n", "fields": []})
    assert await shown(bob, alice.id) == {"pronouns": "she/her", "bot": True}
    await alice.patch("/api/users/me", json={"pronouns": " ", "bot": False})
    assert await shown(bob, alice.id) == {}
    assert (await bob.get(f"/api/users/{alice.id}"))["user"]["name"] == "Alice L."


async def test_space_and_empty_lines_are_dropped(alice: Caller, bob: Caller) -> None:
    fields = [{"name": " ", "value": ""}, {"name": " Website ", "value": " perch.example "}]
    await alice.patch("/api/users/me", json={"bio": "\n two\nlines ", "fields": fields * 2})
    website = {"name": "Website", "value": "perch.example"}
    assert await shown(bob, alice.id) == {"bio": "two\nlines", "fields": [website, website]}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "bio"),
        ({"bio": "x" * 501}, "bio"),
        ({"bio": "a\0b"}, "bio"),
        ({"bio": "x" + "\u0301" * 9000}, "bio"),
        ({"pronouns": "x" * 41}, "pronouns"),
        ({"pronouns": "she\nher"}, "pronouns"),
        ({"pronouns": "she\u202eher"}, "pronouns"),
        ({"fields": [{"name": "a", "value": "b"}] * 5}, "fields"),
        ({"fields": [{"name": "a", "value": ""}]}, "fields[0].value"),
        ({"fields": [{"name": "", "value": "b"}]}, "fields[0].name"),
        ({"fields": [{"name": "a", "value": "b"}, {"name": "x" * 61, "value": "b"}]}, "fields[1].name"),
        ({"fields": [{"name": "a", "value": "x" * 256}]}, "fields[0].value"),
        ({"fields": [{"name": "a"}]}, "value"),
        ({"fields": [{"name": "a", "value": "b", "verified_at": None}]}, "verified_at"),
        ({"bot": "yes"}, "bot"),
        ({"name": "", "bio": "new"}, "name"),
    ],
)
async def test_what_breaks_a_rule_is_refused_by_name_and_changes_nothing(
    alice: Caller, body: dict[str, Any], named: str
) -> None:
    await alice.patch("/api/users/me", json=ABOUT)
    answer = await alice.patch("/api/users/me", json=body)
    assert answer.error == (422, "invalid_body")
    assert named in answer["error_message"]
    assert await shown(alice, alice.id) == ABOUT


async def test_the_longest_profile_fits(alice: Caller, bob: Caller) -> None:
    longest = {
        "bio": "й" * 500,
        "pronouns": "й" * 40,
        "fields": [{"name": "й" * 60, "value": "й" * 255}] * 4,
        "bot": True,
    }
    await alice.patch("/api/users/me", json=longest)
    assert await shown(bob, alice.id) == longest


async def test_hidden_users_say_nothing_to_others(alice: Caller, bob: Caller, carol: Caller) -> None:
    await alice.patch("/api/users/me", json=ABOUT)
    await carol.post(f"/api/users/{alice.id}/suspension", json={"hide_tweets": True})
    assert await shown(bob, alice.id) == {}
    await carol.delete(f"/api/users/{alice.id}/suspension")
    assert await shown(bob, alice.id) == ABOUT


async def test_a_name_is_told_though_the_request_began_before_another_change(
    perch: Context, alice: Caller, bob: Caller
) -> None:
    tweet_id = await alice.tweet()
    began = Viewer(alice.id, "alice", "alice", False, 0, frozenset())
    await alice.patch("/api/users/me", json={"name": "Alice L."})
    assert (await bob.read(tweet_id))["author"]["name"] == "Alice L."
    now = await accounts.change(began, "alice", Changes(), {}, perch.jobs)
    assert (now.name, (await bob.read(tweet_id))["author"]["name"]) == ("alice", "alice")
    await alice.patch("/api/users/me", json={"name": "Alice L."})
    assert (await accounts.change(began, None, Changes(bio="hello"), {}, perch.jobs)).name == "Alice L."


@pytest.mark.usefixtures("worker")
async def test_it_is_in_the_archive_and_goes_with_the_account(perch: Context, alice: Caller) -> None:
    await alice.patch("/api/users/me", json=ABOUT)
    await alice.post("/api/users/me/export")
    await made(alice)
    answer = await alice.raw("GET", "/api/users/me/export/archive")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        profile = json.loads(archive.read("profile.json"))
    assert {name: profile[name] for name in ABOUT} == ABOUT
    await leave(alice)
    await due(alice)
    await deletion.resume(perch.jobs, older_than=0)

    async def is_left() -> bool:
        return bool(
            await rows("SELECT 1 FROM profiles UNION ALL SELECT 1 FROM users WHERE id = $1", alice.id)
        )

    await until_gone(is_left)
