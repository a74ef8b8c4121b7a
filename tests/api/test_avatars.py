"""The pictures of profiles: uploaded, shown wherever their owner is, replaced and removed."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from PIL import Image

from server.context import Context
from server.core.database.connection import rows
from server.features.media import cleanup
from storage.base import ObjectStore
from tests import pictures
from tests.api.media import fetch, stored
from tests.callers import Caller
from tests.realtime.listening import listening
from tests.waiting import until, until_gone

pytestmark = pytest.mark.usefixtures("worker")


async def upload(caller: Caller, purpose: str, picture: bytes | None = None) -> int:
    """Upload a picture for this purpose, and wait until it is ready."""
    answer = await caller.upload(picture or pictures.jpeg(1000, 600), purpose=purpose)
    assert answer.status == 201
    number = int(answer["media_id"])

    async def is_ready() -> bool:
        (found,) = await rows("SELECT state FROM media_attachments WHERE id = $1", number)
        return bool(found["state"] == "ready")

    await until(is_ready)
    return number


async def put_on(caller: Caller, purpose: str = "avatar", picture: bytes | None = None) -> str:
    """Show a new picture on the profile; returns its path."""
    number = await upload(caller, purpose, picture)
    user = (await caller.patch("/api/users/me", json={f"{purpose}_id": number}))["user"]
    return str(user[purpose])


async def opened(caller: Caller, url: str) -> Image.Image:
    answer = await fetch(caller, url)
    assert answer.status_code == 200
    return Image.open(io.BytesIO(answer.content))


async def test_an_avatar_is_square_in_three_sizes(alice: Caller, bob: Caller) -> None:
    path = await put_on(alice)
    sizes = {suffix: (await opened(bob, path + suffix)).size for suffix in ("", "-medium", "-small")}
    assert sizes == {"": (400, 400), "-medium": (192, 192), "-small": (96, 96)}
    # The middle of a gradient that is wider than high.
    red = [(await opened(bob, path)).convert("RGB").getpixel((x, 200))[0] for x in (2, 397)]  # type: ignore[index]
    assert 40 < red[0] < 70
    assert 185 < red[1] < 215


async def test_an_upright_avatar_of_a_phone_is_cut_upright(alice: Caller) -> None:
    picture = await opened(alice, await put_on(alice, picture=pictures.lying_phone_picture()))
    assert picture.size == (400, 400)
    assert not picture.getexif()


async def test_a_small_avatar_is_not_enlarged(alice: Caller) -> None:
    path = await put_on(alice, picture=pictures.png(50, 80))
    assert [(await opened(alice, path + suffix)).size for suffix in ("", "-medium", "-small")] == [
        (50, 50)
    ] * 3


async def test_only_the_large_variant_of_an_avatar_moves(alice: Caller) -> None:
    path = await put_on(alice, picture=pictures.animated_gif(4, 300, 200))
    frames = {
        suffix: getattr(await opened(alice, path + suffix), "n_frames", 1)
        for suffix in ("", "-medium", "-small")
    }
    assert frames == {"": 4, "-medium": 1, "-small": 1}


async def test_a_header_is_three_times_as_wide_as_high(alice: Caller, bob: Caller) -> None:
    path = await put_on(alice, "header", pictures.jpeg(2000, 2000))
    assert [(await opened(bob, path + suffix)).size for suffix in ("", "-small")] == [(1500, 500), (600, 200)]
    moving = await put_on(alice, "header", pictures.animated_gif(3, 300, 300))
    assert getattr(await opened(bob, moving), "n_frames", 1) == 1
    assert (await bob.get(f"/api/users/{alice.id}"))["user"]["header"] == moving


async def test_it_is_wherever_its_owner_is(alice: Caller, bob: Caller, carol: Caller) -> None:
    mine = await alice.tweet("mine")
    his = await bob.tweet("hello @alice")
    reply = await alice.reply(his)
    assert "avatar" not in (await bob.read(mine))["author"]
    path = await put_on(alice)
    await alice.post(f"/api/tweets/{his}/likes")
    await alice.post(f"/api/tweets/{his}/reposts")
    await alice.post(f"/api/users/{bob.id}/follow")
    await carol.post(f"/api/users/{alice.id}/follow")
    members = {one["id"]: one for one in (await bob.get("/api/users/members"))["users"]}
    seen: dict[str, Any] = {
        "a tweet": (await bob.read(mine))["author"],
        "All": (await bob.timeline())[0]["author"],
        "a mention": (await bob.read(his))["mentions"][0],
        "whom it replies to": (await carol.read(await carol.reply(reply)))["in_reply_to_user"],
        "a new tweet": (await alice.post("/api/tweets", json={"tweet_data": "x @alice"}))["tweet"]["author"],
        "likers": (await bob.get(f"/api/tweets/{his}/likes"))["likes"][0],
        "reposters": (await bob.get(f"/api/tweets/{his}/reposts"))["users"][0],
        "followers": (await carol.get(f"/api/users/{bob.id}/followers"))["users"][0],
        "a profile's list": (await carol.get(f"/api/users/{bob.id}"))["user"]["followers"][0],
        "one's own": (await alice.get("/api/users/me"))["user"],
        "known followers": (await carol.get(f"/api/users/{bob.id}"))["user"]["known_followers"][0],
        "members": members[alice.id],
        "completions": (await bob.get("/api/users/completions", params={"prefix": "ali"}))["users"][0],
    }
    for place, person in seen.items():
        assert (place, person.get("handle", "alice"), person["avatar"]) == (place, "alice", path)


async def test_a_new_one_replaces_the_old_everywhere_at_once(
    address: str, alice: Caller, bob: Caller, empty_store: ObjectStore
) -> None:
    tweet_id = await alice.tweet()
    async with listening(address, bob) as to_bob:
        first = await put_on(alice)
        assert (await bob.read(tweet_id))["author"]["avatar"] == first
        second = await put_on(alice, picture=pictures.png(300, 300))
        assert (await bob.read(tweet_id))["author"]["avatar"] == second
        assert (await bob.timeline())[0]["author"]["avatar"] == second

        async def told() -> bool:
            return bool(to_bob.of("user")) and to_bob.of("user")[-1]["user"]["avatar"] == second

        await until(told)
    assert (await fetch(bob, first)).status_code == 404

    async def is_left() -> bool:
        return len(await stored(empty_store)) > 3

    await until_gone(is_left)
    await alice.patch("/api/users/me", json={"avatar_id": None})
    assert "avatar" not in (await bob.read(tweet_id))["author"]
    assert "avatar" not in (await alice.get("/api/users/me"))["user"]


async def test_what_cannot_be_shown_is_refused_and_changes_nothing(alice: Caller, bob: Caller) -> None:
    path = await put_on(alice)
    plain = (await alice.upload(pictures.jpeg()))["media_id"]
    theirs = await upload(bob, "avatar")
    for wrong, error in (
        (plain, (422, "invalid_body")),
        (theirs, (404, "media_not_found")),
        (999, (404, "media_not_found")),
        (1 << 60, (404, "media_not_found")),
        ("1", (422, "invalid_body")),
    ):
        answer = await alice.patch("/api/users/me", json={"avatar_id": wrong, "name": "Eve"})
        assert answer.error == error
    me = (await alice.get("/api/users/me"))["user"]
    assert (me["avatar"], me["name"]) == (path, "alice")
    refused = await alice.upload(pictures.jpeg(), purpose="banner")
    assert refused.error == (422, "invalid_body")
    assert "purpose" in refused["error_message"]


async def test_pictures_of_profiles_are_in_no_tweet(alice: Caller) -> None:
    number = await upload(alice, "avatar")
    refused = await alice.post("/api/tweets", json={"tweet_data": "x", "tweet_media_ids": [number]})
    assert refused.error == (404, "media_not_found")
    tweet_id = await alice.tweet()
    edit = {"text": "y", "media": [{"id": number}]}
    assert (await alice.call("PUT", f"/api/tweets/{tweet_id}", json=edit)).error == (404, "media_not_found")


async def test_unused_ones_expire_and_used_ones_stay(perch: Context, alice: Caller) -> None:
    path = await put_on(alice)
    await upload(alice, "avatar")
    await rows("UPDATE media_attachments SET changed_at = now() - interval '3 days' RETURNING 1")
    assert await cleanup.expire_unattached(perch.jobs) == 1
    assert (await fetch(alice, path)).status_code == 200


async def test_nobody_sees_the_pictures_of_hidden_users(alice: Caller, bob: Caller, carol: Caller) -> None:
    path = await put_on(alice)
    assert (await fetch(bob, path)).status_code == 200
    await carol.post(f"/api/users/{alice.id}/suspension", json={"hide_tweets": True})
    assert (await fetch(bob, path)).status_code == 404
    assert "avatar" not in (await bob.get(f"/api/users/{alice.id}"))["user"]
    await carol.delete(f"/api/users/{alice.id}/suspension")
    assert (await fetch(bob, path + "-small")).status_code == 200


async def test_of_changes_at_once_one_picture_stays(alice: Caller, bob: Caller) -> None:
    numbers = [await upload(alice, "avatar") for _ in range(4)]
    bodies: list[dict[str, Any]] = [{"avatar_id": number} for number in numbers]
    bodies[1]["name"] = "Alice"
    answers = await asyncio.gather(*(alice.patch("/api/users/me", json=body) for body in bodies))
    assert {answer.status for answer in answers} <= {200, 404}  # a later one may have removed it already
    shown = await rows("SELECT '/media/' || token AS path FROM media_attachments WHERE on_profile")
    user = (await bob.get(f"/api/users/{alice.id}"))["user"]
    assert [one["path"] for one in shown] == [user["avatar"]]
