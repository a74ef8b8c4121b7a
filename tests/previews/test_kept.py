"""How previews are renewed, bounded and forgotten, and what failures do to them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from server.core.database.connection import rows
from server.features.previews import previews
from server.features.previews.previews import Card
from server.features.tweets import deleting
from tasks.previews import work_off
from tests import pictures
from tests.callers import Caller
from tests.outbound.hostile import Write, page
from tests.previews.conftest import Previewer, about, due, viewer


async def test_pages_are_fetched_again_and_changes_are_told(
    previewer: Previewer, alice: Caller, bob: Caller
) -> None:
    server = previewer.server
    server.answers["/"] = about("Bread")
    numbers = [await previewer.link(alice), await previewer.link(bob)]
    (found,) = await rows("SELECT next_at - fetched_at AS after FROM previews")
    assert found["after"] == timedelta(days=7)
    versions = [(await alice.read(one))["version"] for one in numbers]
    await due()
    await previewer.work()
    assert [(await alice.read(one))["version"] for one in numbers] == versions, "nothing changed"
    server.answers["/"] = about("Butter")
    await due()
    await previewer.work()
    for number, version in zip(numbers, versions, strict=True):
        tweet = await bob.read(number)
        assert (tweet["preview"]["title"], tweet["version"]) == ("Butter", version + 1)


async def test_a_server_that_is_down_is_tried_again_and_what_is_known_stays(
    previewer: Previewer, alice: Caller
) -> None:
    server = previewer.server
    server.answers["/"] = page(b"", status="503 Service Unavailable")
    number = await previewer.link(alice)
    for attempts, wait in ((1, timedelta(minutes=1)), (2, timedelta(minutes=10)), (0, timedelta(days=7))):
        (found,) = await rows("SELECT attempts, next_at - now() AS after FROM previews")
        assert found["attempts"] == attempts
        assert abs(found["after"] - wait) < timedelta(seconds=30)
        await due()
        await previewer.work()
    server.answers["/"] = about("Bread")
    await due()
    await previewer.work()
    server.answers["/"] = page(b"", status="503 Service Unavailable")
    await due()
    await previewer.work()
    assert (await alice.read(number))["preview"]["title"] == "Bread"
    server.answers["/"] = page(b"", status="404 Not Found")
    await due()
    await previewer.work()
    assert "preview" not in await alice.read(number)


async def test_a_preview_is_deleted_with_its_last_tweet(
    previewer: Previewer, alice: Caller, bob: Caller
) -> None:
    server = previewer.server
    server.answers["/"] = about("Bread", picture="/loaf.png")
    server.answers["/loaf.png"] = page(pictures.png(), headers=b"Content-Type: image/png\r\n")
    first, second = await previewer.link(alice), await previewer.link(bob)
    url = (await alice.read(first))["preview"]["picture"]["url"]
    await alice.delete(f"/api/tweets/{first}")
    assert (await bob.raw("GET", url)).status_code == 200
    await bob.delete(f"/api/tweets/{second}")
    assert await rows("SELECT * FROM previews") == []
    assert (await bob.raw("GET", url)).status_code == 404


async def test_previews_take_no_more_room_than_they_may(previewer: Previewer, alice: Caller) -> None:
    server = previewer.server
    image = b"Content-Type: image/png\r\n"
    numbers = []
    for number in range(3):
        server.answers[f"/{number}"] = about(f"Page {number}", picture=f"/{number}.png")
        server.answers[f"/{number}.png"] = page(pictures.png(600 + number, 400), headers=image)
        numbers.append(await previewer.link(alice, f"/{number}"))
    (all_of_them,) = await rows("SELECT sum(bytes)::bigint AS bytes, max(bytes) AS one FROM previews")
    assert all_of_them["one"] > 1000
    chosen = previewer.workshop.settings.model_copy(update={"previews_max_bytes": all_of_them["bytes"] - 1})
    previewer.workshop = replace(previewer.workshop, settings=chosen)
    await previewer.link(alice, "/none")
    shown = ["preview" in await alice.read(number) for number in numbers]
    assert shown == [False, True, True], "the one that was fetched longest ago made room"
    before = len(server.heard)
    again = await previewer.link(alice, "/0")
    assert len(server.heard) > before
    assert "preview" in await alice.read(again)


async def test_pages_that_break_hold_up_no_others(previewer: Previewer, alice: Caller) -> None:
    server = previewer.server
    numbers = []
    for number, picture in enumerate(("http://[", "//[x]/", "http://a℀b/", "\\", "", "")):
        server.answers[f"/{number}"] = about(f"Page {number}", picture=picture)
        numbers.append(await previewer.publish(alice, server.url(f"/{number}")))
    await previewer.work()
    for number, tweet in enumerate(numbers):
        assert (await alice.read(tweet))["preview"]["title"] == f"Page {number}"


async def test_a_picture_that_cannot_be_had_just_now_stays(previewer: Previewer, alice: Caller) -> None:
    server = previewer.server
    image = b"Content-Type: image/png\r\n"
    server.answers |= {
        "/": about("Bread", picture="/loaf.png"),
        "/loaf.png": page(pictures.png(), headers=image),
    }
    number = await previewer.link(alice)
    known = (await alice.read(number))["preview"]["picture"]
    server.answers |= {"/": about("Butter", picture="/loaf.png"), "/loaf.png": page(b"", status="503 Busy")}
    await due()
    await previewer.work()
    shown = (await alice.read(number))["preview"]
    assert (shown["title"], shown["picture"]) == ("Butter", known)
    (found,) = await rows("SELECT attempts, next_at - now() AS after FROM previews")
    assert found["attempts"] == 1
    assert found["after"] <= timedelta(minutes=1)
    server.answers["/loaf.png"] = page(b"", status="404 Not Found")
    await due()
    await previewer.work()
    assert (await alice.read(number))["preview"]["picture"] is None


async def test_a_claim_that_has_ended_writes_nothing(previewer: Previewer, alice: Caller) -> None:
    """A worker that was slow doesn't undo what another one did."""
    number = await previewer.publish(alice, previewer.server.url("/"))
    await previews.take_some()
    (slow,) = await previews.claim_some()
    await rows("UPDATE previews SET claimed_until = now() - interval '1 second'")
    (quick,) = await previews.claim_some()
    await previews.save(quick, Card("Bread", "", "", "", None))
    await previews.save(slow, Card("Old", "", "", "", None))
    await previews.fail(slow, is_final=True)
    assert (await rows("SELECT title FROM previews")) == [{"title": "Bread"}]
    await previews.spread(quick)
    assert (await alice.read(number))["preview"]["title"] == "Bread"


async def test_with_previews_off_changes_are_still_told(previewer: Previewer, alice: Caller) -> None:
    server = previewer.server
    server.answers["/"] = about("Bread")
    number = await previewer.link(alice)
    assert "preview" in await alice.read(number)
    heard = len(server.heard)
    await previews.make_room(0)
    await due()
    await work_off(previewer.workshop, previewer.fetcher, fetches=False)
    assert "preview" not in await alice.read(number)
    assert len(server.heard) == heard


async def test_a_worker_that_dies_leaves_nothing_undone(previewer: Previewer, alice: Caller) -> None:
    """Neither between claiming and fetching, nor between saving and telling."""
    server = previewer.server
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def waiting(write: Write) -> None:
        reached.set()
        await go_on.wait()

    server.answers["/"] = waiting
    number = await previewer.publish(alice, server.url("/"))
    dying = asyncio.create_task(previewer.work())
    await reached.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    go_on.set()
    server.answers["/"] = about("Bread")
    await previewer.work()
    assert "preview" not in await alice.read(number), "claimed by the dead worker for a while"
    await rows("UPDATE previews SET claimed_until = now() - interval '1 second'")
    (preview,) = await previews.claim_some()
    await previews.save(preview, Card("Butter", "", "", "", None))
    await rows("UPDATE previews SET claimed_until = now() - interval '1 second'")
    await previewer.work()
    assert (await alice.read(number))["preview"]["title"] == "Butter"
    assert len(server.heard) == 1, "it was saved: only its tweets were still to be told"


async def test_tweets_deleted_at_once_with_their_page_being_fetched(
    previewer: Previewer, alice: Caller
) -> None:
    server = previewer.server
    server.answers["/"] = about("Bread")
    numbers = [await previewer.publish(alice, f"{one} {server.url('/')}") for one in range(10)]
    await asyncio.gather(
        *(deleting.delete(viewer(alice), one, previewer.perch.jobs) for one in numbers),
        previewer.work(),
        previewer.work(),
    )
    await previewer.work()
    await rows("UPDATE previews SET claimed_until = NULL")
    await previews.sweep()
    assert await rows("SELECT * FROM previews") == []
    assert await rows("SELECT * FROM wanted_previews") == []
