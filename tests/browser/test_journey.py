"""A picture's whole journey between two people, in a real browser, on `perch up`, with each storage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from storage.base import ObjectStore
from storage.local import LocalStore
from storage.s3 import S3Store
from tests import pictures, servers
from tests.api.media import objects
from tests.browser.parts import follows, like_button, send_button, text_field, tweet
from tests.waiting import until
from tests.whole.conftest import Perch, running

pytestmark = pytest.mark.whole

# How to read the natural width and height of the displayed picture, and how red its corner is.
LOOK = """async image => {
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const [red, green] = pen.getImageData(10, 10, 1, 1).data;
    return {upright: image.naturalHeight > image.naturalWidth, red: red > 200 && green < 80};
}"""


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[dict[str, str], ObjectStore]:
    """The settings of a storage, and a way to look into it. With the first one, Perch runs from its wheel."""
    if request.param == "local":
        packages: Path = request.getfixturevalue("packages")
        return {"PYTHONPATH": str(packages)}, LocalStore(tmp_path / "data" / "objects")
    bucket = servers.bucket(request.getfixturevalue("ceph_url"), "journey")
    asyncio.run(servers.make_bucket(bucket))
    return servers.settings_for(bucket), S3Store(bucket)


async def test_a_picture_is_tweeted_seen_liked_and_deleted(
    storage: tuple[dict[str, str], ObjectStore], browser: Browser, tmp_path: Path
) -> None:
    settings, store = storage
    await store.open()
    with running(tmp_path, **settings) as perch:
        async with person(browser, perch, "test1") as katya, person(browser, perch, "test") as ivan:
            await katya.goto("/users/1")
            follow = katya.get_by_role("main").get_by_role("button", name=follows("Иван"))
            await follow.click()
            await expect(follow).to_have_attribute("aria-pressed", "true")

            await text_field(ivan).fill("Вид с холма")
            phone = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": pictures.lying_phone_picture()}
            await ivan.locator("input[type=file]").set_input_files(phone)  # type: ignore[arg-type]
            await ivan.get_by_role("textbox", name="Description").fill("Зелёные холмы")
            await expect(send_button(ivan)).to_be_enabled(timeout=20_000)
            await send_button(ivan).click()
            await expect(tweet(ivan, "Вид с холма")).to_be_visible(timeout=20_000)

            await katya.goto("/following")
            seen = tweet(katya, "Вид с холма")
            assert await seen.locator("img").first.evaluate(LOOK) == {"upright": True, "red": True}
            await katya.screenshot(path=tmp_path / "katya.png")
            await like_button(seen).click()
            await expect(like_button(seen)).to_contain_text("1")
            assert [key.split("/")[0] for key in await objects(store)] == ["tweets_media"] * 2
            await counts_become(perch, [1, 1, 1])

            await ivan.reload()
            own = tweet(ivan, "Вид с холма")
            await expect(like_button(own)).to_contain_text("1")
            await own.get_by_role("button", name="Delete tweet").click()
            await expect(own.get_by_role("button", name="Delete tweet")).to_have_count(0)
            await ivan.goto("/settings")  # leaving the page prevents an undo
            await counts_become(perch, [0, 0, 0])
            assert await objects(store) == []
            await katya.reload()
            await expect(tweet(katya, "Вид с холма")).to_have_count(0)
    await store.close()


@asynccontextmanager
async def person(browser: Browser, perch: Perch, key: str) -> AsyncIterator[Page]:
    """Someone who opened the client and entered a key."""
    context = await browser.new_context(base_url=perch.url, locale="en-US")
    page = await context.new_page()
    await page.goto("/")
    await page.locator("input[name=api-key]").fill(key)
    await page.locator("input[name=api-key]").press("Enter")
    await expect(page.locator(".key-status")).to_contain_text(f"@{key}")
    yield page
    await context.close()


async def counts_become(perch: Perch, wanted: list[int]) -> None:
    """Wait for this many likes, pictures and tweets; the page shows them before the server has them."""

    async def are() -> bool:
        return await count(perch, "likes", "media_attachments", "tweets") == wanted

    await until(are)


async def count(perch: Perch, *tables: str) -> list[int]:
    """The number of rows in each of these tables."""
    connection = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")
    found = [int(await connection.fetchval(f"SELECT count(*) FROM {table}")) for table in tables]
    await connection.close()
    return found
