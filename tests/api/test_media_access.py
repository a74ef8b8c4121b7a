"""Access to pictures: public once a tweet shows them, otherwise only by a signed address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.context import Context
from server.core.database.connection import rows
from tests import pictures
from tests.api.media import fetch, token_of
from tests.callers import Caller
from tests.realtime.listening import listening
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("worker")

SIGNED = re.compile(r"/media/[0-9a-f]{32}(?:-small)?\?until=(\d+)&signature=[0-9a-f]{32}")


async def status(who: Caller, *urls: str) -> set[int]:
    return {(await fetch(who, url)).status_code for url in urls}


async def uploaded_by(who: Caller) -> Any:
    """A finished picture of this person's."""
    answer = await who.upload(pictures.jpeg())

    async def is_made() -> bool:
        return "etag" in (await fetch(who, answer["media"]["url"])).headers

    await until(is_made)
    return answer


async def test_a_picture_that_no_tweet_shows_needs_its_signed_address(alice: Caller, anybody: Caller) -> None:
    media = (await uploaded_by(alice))["media"]
    both = [media["url"], media["small_url"]]
    for url in both:
        signed = SIGNED.fullmatch(url)
        assert signed, url
        ends = datetime.fromtimestamp(int(signed[1]), UTC)
        assert abs(ends - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=1)
        answer = await fetch(anybody, url)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, max-age=86400")
        assert answer.headers["content-type"] == "image/jpeg"
        assert (await fetch(anybody, url, **{"if-none-match": answer.headers["etag"]})).status_code == 304
        for wrong in forged(url):
            assert (await anybody.call("GET", wrong)).error == (404, "not_found"), wrong


def forged(url: str) -> list[str]:
    """Addresses that were never given out."""
    plain, _, signed = url.partition("?")
    later = re.sub(r"until=(\d)", lambda found: f"until={int(found[1]) + 1}", url)
    other = re.sub(r"signature=(.)", lambda found: f"signature={'0' if found[1] != '0' else '1'}", url)
    cut = url[:-1]
    return [
        plain,
        later,
        other,
        cut,
        f"{plain}?until=9999999999",
        f"{plain}?signature={signed[-32:]}",
        f"{plain}?until=-1&signature={signed[-32:]}",
        f"{plain}?until=\u0663&signature={signed[-32:]}",
        f"{plain}?until=1{'0' * 30}&signature={signed[-32:]}",
        f"{plain}?{signed[:-32]}{'%ff' * 32}",
    ]


async def test_a_signature_is_good_for_one_picture(alice: Caller, anybody: Caller) -> None:
    first, second = [(await uploaded_by(alice))["media"]["url"] for _ in range(2)]
    swapped = f"/media/{token_of(second)}?{first.partition('?')[2]}"
    assert await status(anybody, first, second) == {200}
    assert await status(anybody, swapped) == {404}


async def test_a_signature_ends_after_a_day(alice: Caller, anybody: Caller) -> None:
    media_id = (await uploaded_by(alice))["media_id"]
    await rows("UPDATE media_attachments SET created_at = now() - interval '23 h' RETURNING id")
    described = await alice.patch(f"/api/medias/{media_id}", json={"alt": "x"})
    assert await status(anybody, described["media"]["url"]) == {200}
    await rows("UPDATE media_attachments SET created_at = now() - interval '25 h' RETURNING id")
    described = await alice.patch(f"/api/medias/{media_id}", json={"alt": "y"})
    assert await status(anybody, described["media"]["url"]) == {404}


async def test_once_a_tweet_shows_it_plain_and_signed_addresses_both_work(
    alice: Caller, anybody: Caller
) -> None:
    uploaded = await uploaded_by(alice)
    signed = uploaded["media"]["url"]
    plain = signed.partition("?")[0]
    assert await status(anybody, plain) == {404}
    tweet = await alice.read(await alice.tweet("shown", [uploaded["media_id"]]))
    assert tweet["attachments"] == [plain]
    assert await status(anybody, plain, signed, *forged(signed)) == {200}
    described = await alice.patch(f"/api/medias/{uploaded['media_id']}", json={"alt": "x"})
    assert described["media"]["url"] == plain


async def test_the_live_stream_tells_the_owner_the_signed_address(
    address: str, alice: Caller, anybody: Caller
) -> None:
    async with listening(address, alice) as to_alice:
        url = (await alice.upload(pictures.jpeg()))["media"]["url"]
        told = (await to_alice.wait_for("media"))["media"]
    assert told["url"] == url
    assert await status(anybody, told["url"], told["small_url"]) == {200}


async def test_pictures_of_a_hidden_author_are_hidden_too(
    perch: Context, alice: Caller, bob: Caller, carol: Caller, anybody: Caller
) -> None:
    uploaded = await uploaded_by(bob)
    tweet_id = await bob.tweet("with a picture", [uploaded["media_id"]])
    waiting = (await uploaded_by(bob))["media"]["url"]
    (url,) = (await alice.read(tweet_id))["attachments"]
    signed = uploaded["media"]["url"]
    await until(perch.memory.store.versions.are_believed)
    for _ in range(2):  # and from the cache
        assert await status(anybody, url) == {200}
    assert perch.memory.pictures.is_public(token_of(url))
    suspension = f"/api/users/{bob.id}/suspension"
    assert (await carol.post(suspension, json={"hide_tweets": True})).status == 200
    etag = f'"{token_of(url)}"'
    for who in (anybody, alice, carol):
        assert await status(who, url, url + "-small", signed, waiting) == {404}
        assert (await fetch(who, url, **{"if-none-match": etag})).status_code == 404
    assert (await carol.post(suspension, json={"hide_tweets": False})).status == 200
    assert await status(anybody, url, signed) == {200}, "what tweets show that are kept"
    assert await status(anybody, waiting) == {404}, "nobody needs what a suspended user uploaded last"
    await carol.delete(suspension)
    assert await status(anybody, url, waiting) == {200}


async def test_a_picture_of_a_deleted_tweet_is_gone_at_once(
    perch: Context, alice: Caller, anybody: Caller
) -> None:
    uploaded = await uploaded_by(alice)
    tweet_id = await alice.tweet("with a picture", [uploaded["media_id"]])
    (url,) = (await alice.read(tweet_id))["attachments"]
    await until(perch.memory.store.versions.are_believed)
    assert await status(anybody, url) == {200}
    assert perch.memory.pictures.is_public(token_of(url))
    await alice.delete(f"/api/tweets/{tweet_id}")
    assert await status(anybody, url, uploaded["media"]["url"]) == {404}
