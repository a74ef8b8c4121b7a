"""Users created by operators and at the first start."""

from __future__ import annotations

import asyncio

import pytest

from server.core.cache.store import Store
from server.core.cache.versions import Versions
from server.core.errors import HandleTaken, InvalidBody, InvalidKey
from server.core.security import api_keys as keys
from server.core.viewer import Viewer
from server.features.api_keys.api_key import ApiKey
from server.features.api_keys.api_keys import authenticate
from server.features.api_keys.api_keys import create as create_key
from server.features.people import accounts
from server.features.people.user import User

pytestmark = pytest.mark.usefixtures("database")


async def test_demo_users_are_created_once_however_many_processes_start() -> None:
    made = await asyncio.gather(*(accounts.create_demo_users() for _ in range(8)))
    assert sorted(made) == [False] * 7 + [True]
    assert await User.all().order_by("id").values_list("handle", "name") == [
        ("test", "Иван"),
        ("test1", "Катя"),
    ]
    assert await ApiKey.filter(public=True).count() == 2


@pytest.mark.parametrize("handle", ["", "Alice", "a b", "a-b", "é", "a" * 31, "a\n", "..", "me@here"])
async def test_a_handle_that_breaks_the_rule_is_refused(handle: str) -> None:
    with pytest.raises(InvalidBody, match="handle"):
        await accounts.create(handle)


async def test_a_handle_can_be_taken_only_once() -> None:
    await accounts.create("alice")
    results = await asyncio.gather(
        *(accounts.create(name) for name in ("alice", "bob", "bob")), return_exceptions=True
    )
    assert [isinstance(result, HandleTaken) for result in results].count(True) == 2
    assert await User.all().count() == 2


async def test_the_first_key_works_and_is_stored_nowhere() -> None:
    _, key = await accounts.create("alice")
    record = await ApiKey.get()
    assert record.hash == keys.digest(key)
    assert len(keys.digest(key)) == 32


def test_keys_are_random_and_recognised_by_their_checksum() -> None:
    made = {keys.generate() for _ in range(1000)}
    assert len(made) == 1000
    for key in made:
        assert key.startswith("perch_")
        assert keys.is_plausible(key)
        assert not keys.is_plausible(key[:-1] + ("0" if key[-1] != "0" else "1"))
        assert not keys.is_plausible(key[:20] + ("0" if key[20] != "0" else "1") + key[21:])


async def test_demo_keys_are_refused_outside_demo_mode() -> None:
    await accounts.create_demo_users()
    store = Store(Versions(), 0)
    for_demo = await authenticate("test", store, demo=True)
    assert isinstance(for_demo, Viewer)
    assert for_demo.name == "Иван"
    _, another = await create_key(await User.get(handle="test"), "bot")
    by_another = await authenticate(another, store, demo=True)
    assert isinstance(by_another, Viewer)
    assert by_another.name == "Иван"
    for key in ("test", another):
        assert await authenticate(key, store, demo=False) is InvalidKey
