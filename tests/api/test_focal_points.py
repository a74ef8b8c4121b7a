"""Focal points of pictures: set by their owner, shown wherever the picture is."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.database.connection import rows
from tests import pictures
from tests.api.test_drafts import save
from tests.callers import Caller
from tests.realtime.listening import listening
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("worker")

POINT = {"x": -0.5, "y": 0.25}


async def uploaded(caller: Caller) -> tuple[int, str]:
    """A new picture that is ready, and the path that describes it."""
    media_id = (await caller.upload(pictures.jpeg(), alt="a hill"))["media_id"]

    async def is_ready() -> bool:
        (found,) = await rows("SELECT state FROM media_attachments WHERE id = $1", media_id)
        return bool(found["state"] == "ready")

    await until(is_ready)
    return media_id, f"/api/medias/{media_id}"


async def test_a_focal_point_is_set_moved_and_removed_beside_the_description(alice: Caller) -> None:
    media_id, path = await uploaded(alice)
    shown = (await alice.patch(path, json={"focus": POINT}))["media"]
    assert (shown["focus"], shown["alt"]) == (POINT, "a hill")
    shown = (await alice.patch(path, json={"alt": "a lake"}))["media"]
    assert (shown["focus"], shown["alt"]) == (POINT, "a lake")
    tweet_id = await alice.tweet("", [media_id])
    assert [one["focus"] for one in (await alice.read(tweet_id))["media"]] == [POINT]
    shown = (await alice.patch(path, json={"alt": "", "focus": {"x": 1, "y": -1}}))["media"]
    assert (shown["focus"], shown["alt"]) == ({"x": 1, "y": -1}, "")
    assert (await alice.read(tweet_id))["media"][0]["focus"] == {"x": 1, "y": -1}
    await alice.patch(path, json={"focus": None})
    assert (await alice.read(tweet_id))["media"][0]["focus"] is None


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "focus"),
        ({"focus": {"x": 0}}, "`y`"),
        ({"focus": {"x": 1.01, "y": 0}}, "focus.x"),
        ({"focus": {"x": 0, "y": -2}}, "focus.y"),
        ({"focus": {"x": "0", "y": 0}}, "focus.x"),
        ({"focus": [0, 0]}, "focus"),
        ({"focus": {"x": 0, "y": 0, "z": 0}}, "`z`"),
    ],
)
async def test_a_point_outside_the_picture_is_refused_by_name(
    alice: Caller, body: dict[str, Any], named: str
) -> None:
    _, path = await uploaded(alice)
    answer = await alice.patch(path, json=body)
    assert answer.error == (422, "invalid_body")
    assert named in answer["error_message"]


async def test_only_the_owner_sets_it(alice: Caller, bob: Caller) -> None:
    media_id, path = await uploaded(alice)
    tweet_id = await alice.tweet("", [media_id])
    assert (await bob.patch(path, json={"focus": POINT})).error == (404, "media_not_found")
    assert (await alice.read(tweet_id))["media"][0]["focus"] is None


async def test_whoever_sees_the_tweet_is_told(address: str, alice: Caller, bob: Caller) -> None:
    media_id, path = await uploaded(alice)
    tweet_id = await alice.tweet("", [media_id])
    async with listening(address, bob) as to_bob:
        await alice.patch(path, json={"focus": POINT})
        told = await to_bob.wait_for("media")
        assert (told["tweet_id"], told["media"]["focus"]) == (tweet_id, POINT)
        await alice.patch(path, json={"focus": POINT})
        await alice.patch(path, json={"focus": None})

        async def is_told() -> bool:
            return to_bob.of("media")[-1]["media"]["focus"] is None

        await until(is_told)
        assert len(to_bob.of("media")) == 2, "what changes nothing is not told"


async def test_drafts_and_earlier_versions_show_it(alice: Caller) -> None:
    media_id, path = await uploaded(alice)
    await alice.patch(path, json={"focus": POINT})
    saved = await save(alice, "", tweets=[{"tweet_data": "", "tweet_media_ids": [media_id]}])
    assert [one["focus"] for one in saved["media"]] == [POINT]
    tweet_id = await alice.tweet("a walk", [media_id])
    edit = {"text": "a long walk", "media": [{"id": media_id, "alt": "a lake"}]}
    assert (await alice.call("PUT", f"/api/tweets/{tweet_id}", json=edit)).status == 200
    assert (await alice.read(tweet_id))["media"][0]["focus"] == POINT
    (version,) = (await alice.get(f"/api/tweets/{tweet_id}/versions"))["versions"]
    assert [(one["alt"], one["focus"]) for one in version["media"]] == [("a hill", POINT)]


async def test_the_database_refuses_points_outside(alice: Caller) -> None:
    media_id, _ = await uploaded(alice)
    for wrong in ("{2,0}", "{0}", "{0,0,0}", "{0,NaN}"):
        with pytest.raises(Exception, match="media_attachments_focus_check"):
            await rows(f"UPDATE media_attachments SET focus = '{wrong}' WHERE id = $1 RETURNING 1", media_id)
