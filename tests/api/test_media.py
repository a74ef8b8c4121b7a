"""Pictures are uploaded and attached, with a real worker running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from PIL import Image

from config.settings import Settings
from server.context import Context
from server.features.media.media_attachment import MediaAttachment, MediaState
from storage.base import ObjectStore
from tests import pictures
from tests.api.media import fetch, objects, stored, token_of
from tests.callers import Caller
from tests.waiting import until_gone

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_phone_picture_comes_out_upright_small_and_clean(
    alice: Caller, empty_store: ObjectStore
) -> None:
    original = pictures.lying_phone_picture()
    uploaded = await alice.upload(original, alt="a view")
    assert uploaded.status == 201
    shown = uploaded["media"]
    assert (shown["id"], shown["state"], shown["alt"]) == (uploaded["media_id"], "ready", "a view")
    assert (shown["width"], shown["height"]) == (810, 1080)
    assert len(shown["thumbhash"]) < 50
    large, small = await asyncio.gather(fetch(alice, shown["url"]), fetch(alice, shown["small_url"]))
    for response, size in ((large, (810, 1080)), (small, (480, 640))):
        assert response.headers["content-type"] == "image/jpeg"
        image = pictures.opened(response.content)
        assert image.size == size
        assert not image.getexif()
        assert not {"exif", "icc_profile", "comment"} & image.info.keys()
        assert b"Secret" not in response.content
        assert b"secret" not in response.content
        corners = [pictures.is_red(image, at) for at in ("upper left", "upper right", "lower left")]
        assert corners == [True, False, False]
    token = token_of(shown["url"])
    assert await stored(empty_store) == [f"tweets_media/{token}", f"tweets_media/{token}-small"]


async def test_a_small_picture_does_not_wait_behind_huge_ones(alice: Caller) -> None:
    """There are more animations than the worker has slots, and each takes a second or more."""
    noise = [Image.effect_noise((460, 440), 90) for _ in range(20)]
    huge = pictures.encoded(noise[0], "GIF", save_all=True, append_images=noise[1:], duration=50)
    waiting = [asyncio.create_task(alice.upload(huge)) for _ in range(4)]
    await until_gone(lambda: under_way(4), within=20)
    assert (await alice.upload(pictures.jpeg()))["media"]["state"] == "ready"
    assert await MediaAttachment.filter(state=MediaState.PENDING).count() == 4
    assert {(await upload).status for upload in waiting} == {201}
    # The pictures of the next test have the same ids.
    await until_gone(MediaAttachment.filter(state=MediaState.PENDING).count, within=60)


async def under_way(count: int) -> bool:
    """Whether fewer pictures than this have been received so far."""
    return await MediaAttachment.all().count() < count


async def test_a_tweet_shows_its_pictures_in_order_and_its_deletion_deletes_them(
    alice: Caller, bob: Caller, empty_store: ObjectStore
) -> None:
    ids = [(await alice.upload(pictures.jpeg(60 + n, 40)))["media_id"] for n in range(3)][::-1]
    tweet_id = await alice.tweet("", ids)
    tweet = await bob.read(tweet_id)
    assert [item["id"] for item in tweet["media"]] == ids
    assert tweet["attachments"] == [item["url"] for item in tweet["media"]]
    assert [item["width"] for item in tweet["media"]] == [62, 61, 60]
    assert len(await stored(empty_store)) == 6
    await alice.delete(f"/api/tweets/{tweet_id}")
    await until_gone(lambda: objects(empty_store))
    await until_gone(lambda: MediaAttachment.all().count())
    assert (await fetch(alice, tweet["attachments"][0])).status_code == 404


async def test_a_picture_is_attached_once_and_by_its_owner(alice: Caller, bob: Caller) -> None:
    media_id = (await alice.upload(pictures.jpeg()))["media_id"]
    body = {"tweet_data": "x", "tweet_media_ids": [media_id]}
    assert (await bob.post("/api/tweets", json=body)).error == (404, "media_not_found")
    answers = await asyncio.gather(*(alice.post("/api/tweets", json=body) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409, 409]
    assert {answer["error_type"] for answer in answers if answer.status == 409} == {"media_in_use"}
    assert len(await alice.timeline()) == 1


@pytest.mark.parametrize(
    ("name", "data", "content_type"),
    [
        ("a.png", pictures.png(), "image/jpeg"),
        ("a.gif", pictures.encoded(pictures.gradient(20, 10), "GIF"), "image/jpeg"),
        ("a.webp", pictures.encoded(pictures.gradient(20, 10), "WEBP"), "image/jpeg"),
        ("a.bmp", pictures.encoded(pictures.gradient(20, 10), "BMP"), "image/jpeg"),
        ("a.tiff", pictures.encoded(pictures.gradient(20, 10), "TIFF"), "image/jpeg"),
        ("a.ico", pictures.encoded(pictures.gradient(32, 32, "RGBA"), "ICO"), "image/webp"),
        ("transparent.png", pictures.png(mode="RGBA"), "image/webp"),
        ("animated.gif", pictures.animated_gif(), "image/webp"),
        ("grey.jpg", pictures.encoded(pictures.gradient(20, 10, "L"), "JPEG"), "image/jpeg"),
        ("cmyk.jpg", pictures.encoded(pictures.gradient(20, 10, "CMYK"), "JPEG"), "image/jpeg"),
        ("wrong-name.txt", pictures.jpeg(), "image/jpeg"),
        ("", pictures.jpeg(), "image/jpeg"),
        ("../../etc/passwd\u202e.exe", pictures.png(), "image/jpeg"),
    ],
)
async def test_pictures_are_recognised_by_content(
    alice: Caller, name: str, data: bytes, content_type: str
) -> None:
    uploaded = await alice.upload(data, name=name or "blob")
    assert uploaded["media"]["state"] == "ready", uploaded.body
    response = await fetch(alice, uploaded["media"]["url"])
    assert response.headers["content-type"] == content_type
    pictures.opened(response.content)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    "data", [SVG, b"<html>", b"%PDF-1.7 x", b"PK\x03\x04 zip", b"x", b"GIF", b"RIFF0000WAVE0000"]
)
async def test_files_that_are_no_pictures_are_refused(alice: Caller, data: bytes) -> None:
    answer = await alice.upload(data, name="picture.jpg")
    assert answer.error == (415, "unsupported_media_type")


@pytest.mark.fault("poison")
@pytest.mark.parametrize(
    "data",
    [
        pictures.jpeg(400, 300)[:2000],
        pictures.png()[:60],
        b"\xff\xd8\xff" + b"\0" * 100,
        b"GIF89a" + b"\xff" * 50,
        b"BM" + b"\0" * 30,
        b"II*\0" + b"\xff" * 40,
        b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20,
        pictures.jpeg(400, 300).replace(b"\xff\xda", b"\xff\xdb", 1),
    ],
)
async def test_a_broken_picture_is_refused_in_the_response(
    alice: Caller, data: bytes, empty_store: ObjectStore
) -> None:
    answer = await alice.upload(data)
    assert answer.error == (422, "broken_picture")
    await until_gone(lambda: objects(empty_store))  # the original is removed after the answer


async def test_bytes_outside_the_form_parts_count_toward_the_size_limit(
    alice: Caller, perch: Context
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"--b--\r\n"
        for _ in range(perch.settings.media_max_bytes // 65536 + 2):
            yield b"x" * 65536

    form = {"content-type": "multipart/form-data; boundary=b"}
    answer = await alice.post("/api/medias", content=body(), headers=form)
    assert answer.error == (413, "too_large")


@pytest.mark.parametrize(
    ("files", "status", "words"),
    [
        ({}, 422, "multipart"),
        ({"picture": ("x.jpg", b"x")}, 422, "unknown field. The fields are file, alt and purpose"),
        (
            [("file", ("x.jpg", pictures.jpeg())), ("file", ("y.jpg", pictures.jpeg()))],
            422,
            "field file twice. Send one picture per request.",
        ),
        (
            [("file", ("x.jpg", pictures.jpeg())), ("alt", (None, b"a")), ("alt", (None, b"b"))],
            422,
            "field alt twice",
        ),
        ({"file": ("x.jpg", b"")}, 422, "empty"),
        ({"alt": (None, b"only words")}, 422, "no file field"),
        ({"file": ("x.jpg", pictures.jpeg()), "alt": (None, b"\xff\xfe")}, 422, "UTF-8"),
        ({"file": ("x.jpg", pictures.jpeg()), "alt": (None, b"x" * 1501)}, 422, "alt has 1501"),
        ({"file": ("x.jpg", pictures.jpeg()), "alt": (None, b"x" * 50_000)}, 422, "alt is too long"),
    ],
)
async def test_an_invalid_form_is_refused_by_name(
    alice: Caller, files: Any, status: int, words: str, empty_store: ObjectStore
) -> None:
    answer = await alice.post("/api/medias", files=files)
    assert answer.error == (status, "invalid_body")
    assert words in answer["error_message"]
    assert await objects(empty_store) == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nabc"),
        ("multipart/form-data; boundary=x", b"garbage"),
        ("multipart/form-data; boundary=x", b""),
    ],
)
async def test_a_body_that_is_not_a_form_is_refused(alice: Caller, content_type: str, body: bytes) -> None:
    answer = await alice.post("/api/medias", content=body, headers={"content-type": content_type})
    assert answer.error == (422, "invalid_body")


async def test_a_picture_over_the_size_limit_is_refused(alice: Caller, settings: Settings) -> None:
    answer = await alice.upload(b"\xff\xd8\xff" + b"x" * settings.media_max_bytes)
    assert answer.error == (413, "too_large")
    assert str(settings.media_max_bytes) in answer["error_message"]


async def test_a_file_name_may_contain_any_bytes(alice: Caller, worker: None) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xcf\xff\xfe.jpg"\r\n\r\n'
    form = head + pictures.jpeg() + b"\r\n--b--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=b"}
    assert (await alice.post("/api/medias", content=form, headers=kind)).status == 201


async def test_a_chunked_upload_over_the_limit_is_refused_while_it_arrives(
    alice: Caller, settings: Settings
) -> None:
    sent = 0

    async def body() -> Any:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n\xff\xd8\xff'
        while sent < 20 * settings.media_max_bytes:
            sent += 1 << 20
            yield b"x" * (1 << 20)

    try:
        answer = await alice.post(
            "/api/medias", content=body(), headers={"content-type": "multipart/form-data; boundary=b"}
        )
    except httpx.TransportError:
        pass  # the connection was closed while we were still sending
    else:
        assert answer.error == (413, "too_large")
    assert sent < 4 * settings.media_max_bytes


async def test_the_instance_publishes_its_limits(alice: Caller) -> None:
    huge = pictures.encoded(pictures.gradient(8, 8).resize((5100, 5000)), "PNG")
    answer = await alice.upload(huge)
    assert answer.error == (422, "broken_picture")
    assert "25.5 megapixels; at most 25" in answer["error_message"]
    many = await alice.upload(pictures.animated_gif(201, 2, 2))
    assert "201 frames; at most 200" in many["error_message"]


async def test_alternative_text_can_be_changed_by_its_owner(alice: Caller, bob: Caller) -> None:
    media_id = (await alice.upload(pictures.jpeg()))["media_id"]
    path = f"/api/medias/{media_id}"
    assert (await alice.patch(path, json={"alt": "новый\nтекст"}))["media"]["alt"] == "новый\nтекст"
    assert (await bob.patch(path, json={"alt": "x"})).error == (404, "media_not_found")
    assert (await alice.patch(path, json={"alt": "x" * 1501})).error == (422, "invalid_body")
    assert (await alice.patch("/api/medias/999", json={"alt": "x"})).error == (404, "media_not_found")
    tweet = await alice.read(await alice.tweet("", [media_id]))
    assert tweet["media"][0]["alt"] == "новый\nтекст"
