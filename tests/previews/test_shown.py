"""Which tweets get a preview, and what it shows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.edits import edits
from server.features.edits.edits import Edited
from server.features.polls.poll import new_poll
from server.features.previews import previews
from server.features.tweets import tweets
from server.features.tweets.checks import Part
from server.features.tweets.cover import NOT_COVERED
from server.features.visibility.visibility import Visibility
from tests import pictures
from tests.callers import Caller
from tests.outbound.hostile import page
from tests.previews.conftest import LINKS, Previewer, about, viewer
from tests.realtime.listening import listening


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
        links=LINKS,
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


@pytest.mark.parametrize("link", ["http://xn--a/", "http://a.xn--a.com/", "http://xn--/"])
async def test_odd_links_can_be_published_and_edited(previewer: Previewer, alice: Caller, link: str) -> None:
    number = await previewer.publish(alice, f"see {link} x")
    await previewer.work()
    answer = await alice.call("PUT", f"/api/tweets/{number}", json={"text": f"look at {link}"})
    assert answer.status == 200


async def test_an_edited_quote_gets_none(previewer: Previewer, alice: Caller, bob: Caller) -> None:
    url = previewer.server.url("/")
    previewer.server.answers["/"] = about("Bread")
    number = await previewer.publish(alice, f"see {url}", quote_of_id=await bob.tweet("quoted"))
    new = Edited(f"look: {url}", [], {}, NOT_COVERED)
    await edits.edit(
        viewer(alice), number, new, jobs=previewer.perch.jobs, max_length=1000, day_bytes=1 << 20, links=LINKS
    )
    assert await rows("SELECT * FROM wanted_previews") == []


async def test_a_tweet_for_people_mentioned_has_no_preview(
    previewer: Previewer, alice: Caller, bob: Caller
) -> None:
    url = previewer.server.url("/")
    previewer.server.answers["/"] = about("Bread")
    number = await previewer.publish(alice, f"@bob {url}", visibility=Visibility.MENTIONED)
    assert await rows("SELECT 1 FROM wanted_previews") == []
    new = Edited(f"@bob, rather {url}", [], {}, NOT_COVERED)
    await edits.edit(
        viewer(alice), number, new, jobs=previewer.perch.jobs, max_length=1000, day_bytes=1 << 20, links=LINKS
    )
    assert await rows("SELECT 1 FROM wanted_previews") == []
    # As if it had become wanted in another way.
    await rows("INSERT INTO wanted_previews (tweet_id, url) VALUES ($1, $2)", number, url)
    await previewer.work()
    assert await rows("SELECT 1 FROM previews") == []
    assert "preview" not in await bob.read(number)
