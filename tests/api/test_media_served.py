"""Pictures as they are served to browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.context import Context
from server.features.media.media_attachment import MediaAttachment, MediaState
from storage import object_keys
from storage.base import ObjectStore
from tasks import picture_attempts
from tests import pictures
from tests.api.media import fetch
from tests.callers import Caller
from tests.waiting import until_gone

pytestmark = pytest.mark.usefixtures("worker")


async def shown(author: Caller) -> str:
    """The address of a picture that a tweet shows."""
    media_id = (await author.upload(pictures.jpeg(300, 200)))["media_id"]
    await until_gone(MediaAttachment.filter(state=MediaState.PENDING).count)
    tweet = await author.read(await author.tweet("with a picture", [media_id]))
    return str(tweet["attachments"][0])


async def test_a_picture_is_never_served_with_a_type_that_browsers_execute(
    perch: Context, anybody: Caller, alice: Caller
) -> None:
    """Anyone who can write to the bucket chooses the content type stored there."""
    url = await shown(alice)
    key = object_keys.variant(perch.settings.s3_tweets_media_folder, url.rpartition("/")[2])

    async def script() -> AsyncIterator[bytes]:
        yield b"alert(1)"

    for content_type in ("text/html", "text/javascript", "image/svg+xml"):
        await perch.store.put(key, script(), content_type=content_type)
        assert (await fetch(anybody, url)).headers["content-type"] == "application/octet-stream"


async def test_pictures_are_served_as_immutable_sandboxed_and_with_nosniff(
    anybody: Caller, alice: Caller
) -> None:
    url = await shown(alice)
    whole = await fetch(anybody, url)
    assert whole.status_code == 200
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in whole.headers["content-security-policy"]
    assert whole.headers["cache-control"] == "public, max-age=31536000, s-maxage=300, immutable"
    assert whole.headers["content-length"] == str(len(whole.content))
    head = await fetch(anybody, url, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    again = await fetch(anybody, url, **{"if-none-match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    gone = await fetch(anybody, "/media/" + "0" * 32, **{"if-none-match": f'"{"0" * 32}"'})
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=5-5", 5, 6), ("bytes=10-999999", 10, None)],
)
async def test_ranges(alice: Caller, asked: str, start: int, stop: int | None) -> None:
    url = (await alice.upload(pictures.jpeg(300, 200)))["media"]["url"]
    whole = (await fetch(alice, url)).content
    part = await fetch(alice, url, range=asked)
    assert part.status_code == 206
    assert part.content == whole[start:stop]
    end = (stop or len(whole)) - 1
    assert part.headers["content-range"] == f"bytes {start}-{min(end, len(whole) - 1)}/{len(whole)}"


async def test_a_range_past_the_end_is_refused_and_a_malformed_one_ignored(alice: Caller) -> None:
    url = (await alice.upload(pictures.jpeg()))["media"]["url"]
    assert (await alice.call("GET", url, headers={"range": "bytes=9999999-"})).error == (
        416,
        "range_not_satisfiable",
    )
    for odd in ("bytes=5-2", "bytes=-5", "bytes=0-1,3-4", "lines=1-2", "bytes=x"):
        assert (await fetch(alice, url, range=odd)).status_code == 200


async def test_a_range_of_a_picture_that_changed_meanwhile_is_not_sent(alice: Caller) -> None:
    url = (await alice.upload(pictures.jpeg()))["media"]["url"]
    etag = (await fetch(alice, url)).headers["etag"]
    for begun, status in ((etag, 206), ('"another"', 200), ("Wed, 01 Jan 2025 00:00:00 GMT", 200)):
        answer = await fetch(alice, url, **{"range": "bytes=1-2", "if-range": begun})
        assert answer.status_code == status, begun


@pytest.mark.parametrize(
    "name", ["x", "0" * 32, "0" * 32 + "-small", "%2e%2e%2fx", "A" * 32, "0" * 33, "0" * 32 + ".jpg"]
)
async def test_an_unknown_picture_is_not_found_in_the_envelope(anybody: Caller, name: str) -> None:
    assert (await anybody.get(f"/media/{name}", headers={"accept": "text/html"})).status == 404


async def test_a_placeholder_is_served_while_a_picture_is_pending(
    alice: Caller, empty_store: ObjectStore
) -> None:
    token = "ab" * 16
    media_id = (await MediaAttachment.create(token=token, owner_id=alice.id)).id
    own = (await alice.patch(f"/api/medias/{media_id}", json={"alt": "mine"}))["media"]["url"]
    tweet_id = await alice.tweet("soon", [media_id])
    for address in (own, f"/media/{token}"):
        pending = await fetch(alice, address)
        assert (pending.status_code, pending.headers["cache-control"]) == (200, "no-store")
        assert pictures.opened(pending.content).size == (1, 1)
    tweet = await alice.read(tweet_id)
    assert (tweet["attachments"], tweet["media"][0]["state"]) == ([f"/media/{token}"], "pending")
    await picture_attempts.settle_broken(media_id, "It is broken.")
    assert (await fetch(alice, f"/media/{token}")).status_code == 404
    assert (await alice.read(tweet_id))["attachments"] == []
    answer = await alice.post("/api/tweets", json={"tweet_data": "x", "tweet_media_ids": [media_id]})
    assert answer.error == (422, "broken_picture")
    assert answer["error_message"] == "It is broken."
