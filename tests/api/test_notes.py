"""Private notes on people."""

from __future__ import annotations

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.features.notes import notes
from server.features.privacy import deletion
from tests.api.test_deletion import due, leave
from tests.callers import Caller
from tests.waiting import until_gone


async def note_of(caller: Caller, user_id: int) -> str:
    """What this user has noted about another."""
    return str((await caller.get(f"/api/users/{user_id}"))["user"].get("note", ""))


async def test_only_the_author_sees_a_note(alice: Caller, bob: Caller, carol: Caller) -> None:
    path = f"/api/users/{bob.id}/note"
    assert (await alice.call("PUT", path, json={"note": " met in Berlin\n"})).body == {"result": True}
    await carol.call("PUT", path, json={"note": "reported twice"})
    assert await note_of(alice, bob.id) == "met in Berlin"
    assert await note_of(carol, bob.id) == "reported twice"
    assert await note_of(bob, bob.id) == ""
    assert await note_of(bob, alice.id) == ""
    await alice.call("PUT", path, json={"note": "met in Bonn"})
    assert await note_of(alice, bob.id) == "met in Bonn"
    await alice.call("PUT", path, json={"note": ""})
    await alice.call("PUT", path, json={"note": ""})
    assert await note_of(alice, bob.id) == ""
    assert await note_of(carol, bob.id) == "reported twice"


async def test_wrong_notes_are_refused_and_change_nothing(alice: Caller, bob: Caller) -> None:
    path = f"/api/users/{bob.id}/note"
    await alice.call("PUT", path, json={"note": "x" * notes.MAX_LENGTH})
    for wrong in ({}, {"note": None}, {"note": "x" * (notes.MAX_LENGTH + 1)}, {"note": "a\0"}, {"text": "x"}):
        assert (await alice.call("PUT", path, json=wrong)).error == (422, "invalid_body")
    assert await note_of(alice, bob.id) == "x" * notes.MAX_LENGTH
    own = await alice.call("PUT", f"/api/users/{alice.id}/note", json={"note": "me"})
    assert own.error == (422, "invalid_body")
    gone = await alice.call("PUT", "/api/users/999/note", json={"note": "who?"})
    assert gone.error == (404, "user_not_found")


async def test_notes_are_exported_to_their_author_alone(alice: Caller, bob: Caller) -> None:
    await alice.call("PUT", f"/api/users/{bob.id}/note", json={"note": "met in Berlin"})
    (found,) = await rows(notes.EXPORT, alice.id, 0, 10)
    assert (found["user_id"], found["handle"], found["note"]) == (bob.id, "bob", "met in Berlin")
    assert await rows(notes.EXPORT, bob.id, 0, 10) == []


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("leaves", ["alice", "bob"])
async def test_notes_go_with_either_account(perch: Context, alice: Caller, bob: Caller, leaves: str) -> None:
    await alice.call("PUT", f"/api/users/{bob.id}/note", json={"note": "met in Berlin"})
    leaving = {"alice": alice, "bob": bob}[leaves]
    await leave(leaving)
    await due(leaving)
    await deletion.resume(perch.jobs, older_than=0)

    async def is_left() -> bool:
        return bool(await rows("SELECT 1 FROM notes UNION ALL SELECT 1 FROM users WHERE id = $1", leaving.id))

    await until_gone(is_left)
