"""The lightbox: operated by keyboard, touch and mouse, and closed to the previous position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.async_api import CDPSession, Locator, Page, expect

from tests import pictures, waiting
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import still, until
from tests.callers import Caller

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("worker")]

Point = tuple[float, float]


async def opened(
    open_page: OpenPage, alice: Caller, alts: Sequence[str], at: int = 0, **options: Any
) -> Page:
    """The lightbox, opened over a tweet with such pictures."""
    taken = [await alice.upload(pictures.png(800 + 10 * n, 500), alt=alt) for n, alt in enumerate(alts)]
    ids = [int(answer["media_id"]) for answer in taken]
    await alice.tweet("from the hills", ids)
    page = await open_page(viewer=alice, **options)
    await page.locator(".picture").nth(at).click()
    await expect(current(page)).to_be_visible()
    await until(page, "document.querySelector('.slide[aria-hidden=false] img')?.naturalWidth > 0")
    return page


def current(page: Page) -> Locator:
    return page.locator(".slide[aria-hidden=false] img")


async def scale(page: Page) -> float:
    """How many times larger the picture is than when it fits the window."""
    transform = await current(page).evaluate("image => image.style.transform")
    return float(transform.rsplit("scale(", 1)[1].rstrip(")")) if transform else 1.0


async def scaled(page: Page, times: float) -> None:
    """Wait until the picture is this much larger: the effect of a key press is drawn a moment later."""

    async def is_so() -> bool:
        return await scale(page) == times

    await waiting.until(is_so)


async def touch(session: CDPSession, kind: str, *points: Point) -> None:
    found = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
    await session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": found})


async def swipe(page: Page, start: Point, end: Point) -> None:
    """Move one finger along a line."""
    session = await page.context.new_cdp_session(page)
    await touch(session, "Start", start)
    for n in range(1, 6):
        step = (start[0] + (end[0] - start[0]) * n / 5, start[1] + (end[1] - start[1]) * n / 5)
        await touch(session, "Move", step)
    await touch(session, "End")


async def test_the_keyboard_pages_zooms_and_closes(open_page: OpenPage, alice: Caller) -> None:
    page = await opened(open_page, alice, ["hills", "lake", ""], at=1)
    place = page.locator(".lightbox-place")
    await expect(place).to_have_text("2 of 3")
    await expect(page.locator(".lightbox-alt")).to_contain_text("lake")
    await page.keyboard.press("ArrowRight")
    await expect(place).to_have_text("3 of 3")
    await expect(page.locator(".lightbox-alt")).to_have_count(0)
    await page.keyboard.press("ArrowRight")
    await expect(place).to_have_text("1 of 3")
    await page.keyboard.press("End")
    await expect(place).to_have_text("3 of 3")
    await page.keyboard.press("Home")
    await expect(place).to_have_text("1 of 3")
    await page.keyboard.press("+")
    await scaled(page, 1.5)
    await page.keyboard.press("0")
    await scaled(page, 1)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".picture").nth(1)).to_be_focused()


async def test_the_back_button_closes_and_stays_on_the_page(open_page: OpenPage, alice: Caller) -> None:
    page = await opened(open_page, alice, ["hills"])
    steps = await page.evaluate("history.length")
    await page.go_back()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page).to_have_url("/")
    await page.get_by_role("link", name="Settings").click()
    await expect(page).to_have_url("/settings")
    # Closed in any other way, it leaves no history entry that would have to be gone back over.
    await page.go_back()
    await page.locator(".picture").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await until(page, "!history.state.dialog")
    assert await page.evaluate("history.length") == steps


async def test_touch_gestures_page_zoom_pan_and_close(open_page: OpenPage, alice: Caller) -> None:
    page = await opened(open_page, alice, ["hills", "lake"], viewport=PHONE, has_touch=True)
    place = page.locator(".lightbox-place")
    await swipe(page, (300, 400), (60, 410))
    await expect(place).to_have_text("2 of 2")
    await swipe(page, (300, 400), (60, 410))
    await expect(place).to_have_text("2 of 2")
    await swipe(page, (60, 400), (300, 410))
    await expect(place).to_have_text("1 of 2")

    session = await page.context.new_cdp_session(page)
    await touch(session, "Start", (175, 400), (215, 400))
    await touch(session, "Move", (135, 400), (255, 400))
    await touch(session, "Move", (115, 400), (275, 400))
    await touch(session, "End")
    assert await scale(page) == pytest.approx(4, rel=0.05)
    before = await current(page).evaluate("image => image.getBoundingClientRect().x")
    await swipe(page, (250, 400), (190, 400))
    await still(page)
    after = await current(page).evaluate("image => image.getBoundingClientRect().x")
    assert after - before == pytest.approx(-60, abs=3)
    await expect(place).to_have_text("1 of 2")

    await page.touchscreen.tap(195, 400)
    await page.touchscreen.tap(195, 400)
    await scaled(page, 1)
    await swipe(page, (195, 300), (200, 330))
    await still(page)
    await expect(page.get_by_role("dialog")).to_be_visible()
    await swipe(page, (195, 300), (205, 560))
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".picture").first).to_be_focused()


async def test_the_mouse_zooms_at_the_pointer(open_page: OpenPage, alice: Caller) -> None:
    page = await opened(open_page, alice, [""])
    box = await current(page).bounding_box()
    assert box
    middle = page.viewport_size["height"] / 2 if page.viewport_size else 0
    assert box["y"] + box["height"] / 2 == pytest.approx(middle, abs=1)
    start = (box["x"] + 300, box["y"] + 150)
    await page.mouse.move(*start)
    await page.keyboard.down("Control")
    await page.mouse.wheel(0, -300)
    await page.keyboard.up("Control")
    await until(page, "document.querySelector('.slide img').style.transform.includes('scale(4')")
    await still(page)
    zoomed = await current(page).bounding_box()
    assert zoomed
    assert zoomed["x"] == pytest.approx(start[0] - 300 * zoomed["width"] / box["width"], abs=2)
    assert zoomed["y"] == pytest.approx(start[1] - 150 * zoomed["height"] / box["height"], abs=2)
    assert await page.evaluate("visualViewport.scale") == 1
    await page.mouse.dblclick(683, 450)
    await scaled(page, 1)
    await page.mouse.dblclick(683, 450)
    await scaled(page, 2.5)
    await page.keyboard.press("0")
    await until(page, "!document.querySelector('.slide img').style.transform.includes('scale(2')")
    await still(page)  # until then the picture may cover the place to click
    await page.mouse.click(5, 450)
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_the_description_can_be_copied(open_page: OpenPage, alice: Caller) -> None:
    page = await opened(open_page, alice, ["Green hills"], permissions=["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy description").click()
    assert await page.evaluate("navigator.clipboard.readText()") == "Green hills"


async def test_a_picture_that_does_not_load_says_so_and_can_be_retried(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    media_id = int((await alice.upload(pictures.png(800, 500)))["media_id"])
    await alice.tweet("from the hills", [media_id])
    await page.reload()
    await expect(page.locator(".picture")).to_be_visible()
    (media,) = (await alice.get("/api/tweets"))["tweets"][0]["media"]
    await page.route(f"**{media['url']}", lambda route: route.abort())
    await page.locator(".picture").click()
    await expect(page.get_by_role("alert")).to_contain_text("couldn't be loaded")
    await page.unroute(f"**{media['url']}")
    await page.get_by_role("button", name="Retry").click()
    await until(page, "document.querySelector('.slide img')?.naturalWidth > 0")
