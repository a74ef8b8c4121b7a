"""Previews of the pages that tweets link to: fetched by workers, shown, renewed, bounded and forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.context import Context
from server.core.database.connection import rows
from server.core.outbound.fetcher import Fetcher
from server.core.viewer import Viewer
from server.features.edits import edits
from server.features.edits.edits import Edited
from server.features.polls.poll import new_poll
from server.features.previews import previews
from server.features.previews.links import Links
from server.features.previews.previews import Card
from server.features.tweets import deleting, tweets
from server.features.tweets.checks import Part
from server.features.tweets.cover import NOT_COVERED
from server.features.visibility.visibility import Visibility
from storage.local import LocalStore
from tasks.previews import fetch_some
from tasks.workshop import Workshop
from tests import pictures
from tests.callers import Caller
from tests.outbound.hostile import Hostile, Write, hostile, page
from tests.realtime.listening import listening

LINKS = Links("perch.test")


def about(title: str, *, picture: str = "", **others: str) -> bytes:
    metas = {"og:title": title, "og:image": picture, **{f"og:{name}": text for name, text in others.items()}}
    tags = [f'<meta property="{name}" content="{text}">' for name, text in metas.items() if text]
    return page("".join(tags).encode())


@dataclass
class Previewer:
    """Publishes tweets with links to a server, and does what workers do about them."""

    perch: Context
    workshop: Workshop
    server: Hostile
    fetcher: Fetcher

    async def publish(self, who: Caller, text: str, **how: Any) -> int:
        (done,) = await tweets.publish(
            viewer(who),
            [Part(text)],
            jobs=self.perch.jobs,
            max_length=1000,
            day_bytes=1 << 20,
            previews=LINKS,
            **how,
        )
        return done.tweet_id

    async def work(self) -> None:
        while await previews.take_some():
            pass
        while await fetch_some(self.workshop, self.fetcher):
            pass

    async def link(self, who: Caller, path: str = "/", **how: Any) -> int:
        """Publish a tweet with such a link, and let workers fetch it."""
        number = await self.publish(who, f"look: {self.server.url(path)}", **how)
        await self.work()
        return number


def viewer(who: Caller) -> Viewer:
    return Viewer(who.id, who.handle, who.handle, False, 0, frozenset())


@pytest_asyncio.fixture
async def previewer(perch: Context, database: None) -> AsyncIterator[Previewer]:
    chosen = perch.settings.model_copy(update={"previews": True})
    workshop = Workshop.of(chosen, perch.store, LocalStore(chosen.backup_folder), perch.jobs)
    async with hostile() as server, Fetcher(None, ["page.test"], server.look_up) as fetcher:
        yield Previewer(perch, workshop, server, fetcher)
    await workshop.pictures.close()


async def due() -> None:
    """Let the time pass after which pages are fetched again."""
    await rows("UPDATE previews SET next_at = now() WHERE next_at <> 'infinity'")


async def test_a_page_is_shown_with_its_picture(
    previewer: Previewer, alice: Caller, bob: Caller, address: str
) -> None:
    server = previewer.server
    server.answers["/"] = about(
        "Bread", picture="/loaf.png", description="How to.", site_name="Kitchen", **{"image:alt": "A loaf"}
    )
    server.answers["/loaf.png"] = page(pictures.png(1600, 800), headers=b"Content-Type: image/png\r\n")
    async with listening(address, bob) as stream:
        number = await previewer.publish(alice, f"look: {server.url('/#part')}")
        before = await bob.read(number)
        assert "preview" not in before
        await previewer.work()
        await alice.tweet("the end")
        await stream.until("the end")
        assert [one["tweet"]["preview"]["title"] for one in stream.of("tweet_edited")] == ["Bread"]
    tweet = await bob.read(number)
    shown = dict(tweet["preview"])
    picture = shown.pop("picture")
    assert shown == {"url": server.url("/"), "title": "Bread", "description": "How to.", "site": "Kitchen"}
    assert (picture["alt"], picture["width"], picture["height"]) == ("A loaf", 1600, 800)
    assert tweet["version"] == before["version"] + 1
    assert "edited_at" not in tweet
    assert (await bob.timeline())[1] == tweet
    answer = await bob.raw("GET", picture["url"])
    assert (answer.status_code, answer.headers["content-type"]) == (
        200,
        "image/webp" if answer.content[:4] == b"RIFF" else "image/jpeg",
    )
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    again = await bob.raw("GET", picture["url"], headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert (await bob.raw("GET", "/previews/" + "0" * 32)).status_code == 404
    assert (await bob.raw("GET", "/previews/..%2f..")).status_code == 404


async def test_one_address_is_fetched_once_for_all_tweets(
    previewer: Previewer, alice: Caller, bob: Caller
) -> None:
    previewer.server.answers["/"] = about("Bread")
    first, second = await previewer.link(alice), await previewer.link(bob)
    assert [(await alice.read(one))["preview"]["title"] for one in (first, second)] == ["Bread", "Bread"]
    assert len(previewer.server.heard) == 1
    many = [previewer.publish(alice, f"{number} {previewer.server.url('/')}") for number in range(20)]
    numbers = await asyncio.gather(*many)
    await asyncio.gather(*(previewer.work() for _ in range(4)))
    assert all([("preview" in await bob.read(one)) for one in numbers])
    assert len(previewer.server.heard) == 1


async def test_the_tweets_that_get_none(previewer: Previewer, alice: Caller, bob: Caller) -> None:
    url = previewer.server.url("/")
    previewer.server.answers["/"] = about("Bread")
    quoted = await bob.tweet("quoted")
    poll = new_poll(options=["a", "b"], multiple=False, hides_results=False, seconds=300)
    for text, how in (
        (f"@bob {url}", {"visibility": Visibility.MENTIONED}),
        (url, {"poll": poll}),
        (url, {"quote_of_id": quoted}),
        ("https://perch.test/tweets/1", {}),
        ("http://user:secret@page.test/", {}),
        ("no link", {}),
    ):
        await previewer.publish(alice, text, **how)
    media = (await alice.upload(pictures.png()))["media_id"]
    await tweets.publish(
        viewer(alice),
        [Part(url, [media])],
        jobs=previewer.perch.jobs,
        max_length=1000,
        day_bytes=1 << 20,
        previews=LINKS,
    )
    assert await rows("SELECT * FROM wanted_previews") == []
    await tweets.publish(
        viewer(alice), [Part(url)], jobs=previewer.perch.jobs, max_length=1000, day_bytes=1 << 20
    )
    assert await rows("SELECT * FROM wanted_previews") == [], "previews are off"


async def test_only_the_first_link_counts(previewer: Previewer, alice: Caller) -> None:
    previewer.server.answers |= {"/a": about("A"), "/b": about("B")}
    number = await previewer.publish(alice, f"{previewer.server.url('/a')} {previewer.server.url('/b')}")
    await previewer.work()
    assert (await alice.read(number))["preview"]["title"] == "A"
    assert len(previewer.server.heard) == 1


async def test_a_page_without_a_usable_picture_has_none(previewer: Previewer, alice: Caller) -> None:
    server = previewer.server
    image = b"Content-Type: image/png\r\n"
    server.answers |= {
        "/broken.png": page(b"\x89PNG\r\n\x1a\n" + b"x" * 1000, headers=image),
        "/bomb.png": page(pictures.png(8000, 8000), headers=image),
        "/drawing.svg": page(
            b"<svg xmlns='http://www.w3.org/2000/svg'/>", headers=b"Content-Type: image/svg+xml\r\n"
        ),
    }
    for number, picture in enumerate(
        (
            "/broken.png",
            "/bomb.png",
            "/drawing.svg",
            "/none",
            "http://inside.test/x.png",
            "file:///etc/passwd",
        )
    ):
        server.answers[f"/{number}"] = about("Bread", picture=picture)
        shown = (await alice.read(await previewer.link(alice, f"/{number}")))["preview"]
        assert (shown["title"], shown["picture"]) == ("Bread", None)


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


async def test_an_edit_changes_or_drops_the_preview(previewer: Previewer, alice: Caller) -> None:
    server = previewer.server
    server.answers |= {"/a": about("A"), "/b": about("B")}
    number = await previewer.link(alice, "/a")

    async def edit(text: str) -> dict[str, Any]:
        new = Edited(text, [], {}, NOT_COVERED)
        await edits.edit(
            viewer(alice),
            number,
            new,
            jobs=previewer.perch.jobs,
            max_length=1000,
            day_bytes=1 << 20,
            links=LINKS,
        )
        await previewer.work()
        return dict(await alice.read(number))

    assert (await edit(f"see {server.url('/a')}"))["preview"]["title"] == "A"
    assert len(server.heard) == 1, "the same page"
    assert (await edit(server.url("/b")))["preview"]["title"] == "B"
    assert "preview" not in await edit("no link")
    assert len(await rows("SELECT * FROM previews")) == 2
    assert await previews.sweep() == 2


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


@pytest.mark.parametrize("link", ["http://xn--a/", "http://a.xn--a.com/", "http://xn--/"])
async def test_odd_links_can_be_published_and_edited(previewer: Previewer, alice: Caller, link: str) -> None:
    number = await previewer.publish(alice, f"see {link} x")
    await previewer.work()
    answer = await alice.call("PUT", f"/api/tweets/{number}", json={"text": f"look at {link}"})
    assert answer.status == 200


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


async def test_an_edited_quote_gets_none(previewer: Previewer, alice: Caller, bob: Caller) -> None:
    url = previewer.server.url("/")
    previewer.server.answers["/"] = about("Bread")
    number = await previewer.publish(alice, f"see {url}", quote_of_id=await bob.tweet("quoted"))
    new = Edited(f"look: {url}", [], {}, NOT_COVERED)
    await edits.edit(
        viewer(alice), number, new, jobs=previewer.perch.jobs, max_length=1000, day_bytes=1 << 20, links=LINKS
    )
    assert await rows("SELECT * FROM wanted_previews") == []


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
    await rows("UPDATE previews SET told = told")
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
    while await fetch_some(previewer.workshop, previewer.fetcher, fetches=False):
        pass
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
    await previews.take_some()
    dying = asyncio.create_task(fetch_some(previewer.workshop, previewer.fetcher))
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
