"""Cropping a picture before it is sent, and choosing its focal point."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests import pictures
from tests.api.media import fetch
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import send_button, text_field, thumbnails, tweet
from tests.callers import Caller

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("worker")]


async def attach(page: Page, data: bytes, name: str = "hill.png", kind: str = "image/png") -> None:
    """Attach this picture to a new tweet."""
    await text_field(page).fill("a hill")
    await page.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})


async def edit_picture(page: Page) -> Locator:
    """The dialog that edits the only picture."""
    await page.get_by_role("button", name="Edit picture").click()
    return page.get_by_role("dialog", name="Edit picture")


async def sent(page: Page, caller: Caller) -> dict[str, object]:
    """The picture of the tweet, once it is sent."""
    await send_button(page).click()
    await expect(tweet(page, "a hill").locator(".media-grid img")).to_be_visible()
    ((media,),) = [one["media"] for one in await caller.timeline()]
    return dict(media)


async def drag(page: Page, element: Locator, dx: float, dy: float) -> None:
    """Drag it with the mouse, from its middle."""
    await element.scroll_into_view_if_needed()
    box = await element.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + dx / 2, y + dy / 2)
    await page.mouse.move(x + dx, y + dy)
    await page.mouse.up()


async def test_a_picture_is_cropped_with_the_mouse(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await attach(page, pictures.png(400, 200))
    await thumbnails(page).get_by_label("Description").fill("a hill at dawn")
    dialog = await edit_picture(page)
    stage = await dialog.locator(".picture-stage img").bounding_box()
    assert stage
    await drag(page, dialog.locator('.crop-handle[data-x="-1"][data-y="0"]'), stage["width"] / 2, 0)
    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog).to_have_count(0)
    await expect(thumbnails(page).get_by_label("Description")).to_have_value("a hill at dawn")
    media = await sent(page, alice)
    assert media["alt"] == "a hill at dawn"
    width, height = media["width"], media["height"]
    assert isinstance(width, int)
    assert height == 200
    assert abs(width - 200) <= 2
    # The gradient's right half: red everywhere, and as green below as before.
    picture = pictures.opened((await fetch(alice, str(media["url"]))).content).convert("RGB")
    red, _, _ = picture.getpixel((2, 100))  # type: ignore[misc]
    assert red > 110


async def test_a_crop_can_be_changed_and_taken_back(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await attach(page, pictures.png(400, 200))
    dialog = await edit_picture(page)
    await dialog.get_by_label("Square").check()
    frame = await dialog.locator(".crop-frame").bounding_box()
    assert frame
    assert abs(frame["width"] - frame["height"]) < 2
    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog).to_have_count(0)
    dialog = await edit_picture(page)
    again = await dialog.locator(".crop-frame").bounding_box()
    whole = await dialog.locator(".picture-stage img").bounding_box()
    assert again
    assert whole
    assert abs(again["width"] - whole["width"] / 2) < 2, "what was cut off is still there"
    await dialog.get_by_role("button", name="Reset").click()
    await dialog.get_by_role("button", name="Done").click()
    media = await sent(page, alice)
    assert (media["width"], media["height"]) == (400, 200)


async def test_a_crop_and_a_focal_point_are_made_by_keyboard(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await attach(page, pictures.png(500, 500))
    await page.get_by_role("button", name="Edit picture").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Edit picture")
    await dialog.get_by_role("application", name="Crop frame").focus()
    for _ in range(25):
        await page.keyboard.press("Shift+ArrowLeft")
    for _ in range(50):
        await page.keyboard.press("ArrowRight")
    await expect(dialog.locator("[aria-live=polite]").first).to_have_text(
        "50% by 100%, at 50% from the left and 0% from the top"
    )
    await dialog.get_by_label("Focal point", exact=True).first.check()
    point = dialog.get_by_role("application", name="Focal point")
    await point.focus()
    for _ in range(10):
        await page.keyboard.press("ArrowUp")
    for _ in range(25):
        await page.keyboard.press("ArrowRight")
    await dialog.get_by_role("button", name="Done").press("Enter")
    await expect(page.get_by_role("button", name="Edit picture")).to_be_visible()
    media = await sent(page, alice)
    assert (media["width"], media["height"]) == (250, 500)
    assert media["focus"] == {"x": 1, "y": 0.4}
    await expect(tweet(page, "a hill").locator(".media-grid img")).to_have_css("object-position", "100% 30%")


async def test_a_finger_sets_the_focal_point_on_a_phone(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice, viewport=PHONE, has_touch=True)
    await page.get_by_role("button", name="Write a tweet").click()
    await expect(page.get_by_role("dialog", name="New tweet")).to_be_visible()
    await attach(page, pictures.png(600, 400))
    dialog = await edit_picture(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await dialog.get_by_label("Focal point", exact=True).first.check()
    stage = await dialog.locator(".picture-stage img").bounding_box()
    assert stage
    await page.touchscreen.tap(stage["x"] + stage["width"] * 0.25, stage["y"] + stage["height"] * 0.75)
    await dialog.get_by_role("button", name="Done").click()
    composer = page.get_by_role("dialog")
    await expect(composer.locator(".attachment")).to_have_count(1)
    await composer.get_by_role("button", name="Tweet", exact=True).click()
    await expect(tweet(page, "a hill").locator(".media-grid img")).to_be_visible()
    ((media,),) = [one["media"] for one in await alice.timeline()]
    assert abs(media["focus"]["x"] + 0.5) < 0.02
    assert abs(media["focus"]["y"] + 0.5) < 0.02


async def test_a_moving_picture_has_a_focal_point_but_is_not_cropped(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await attach(page, pictures.animated_gif(), "wave.gif", "image/gif")
    dialog = await edit_picture(page)
    await expect(dialog.get_by_role("application", name="Focal point")).to_be_visible()
    await expect(dialog.get_by_role("radio")).to_have_count(0)


async def test_the_focal_point_of_a_published_picture_moves_with_an_edit(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    media_id = (await alice.upload(pictures.jpeg(), alt="a hill"))["media_id"]
    tweet_id = await alice.tweet("a walk", [media_id])
    page = await open_page(viewer=alice)
    await tweet(page, "a walk").get_by_role("button", name="More").click()
    await page.get_by_role("dialog").get_by_role("button", name="Edit", exact=True).click()
    dialog = await edit_picture(page)
    await dialog.get_by_role("application", name="Focal point").press("ArrowLeft")
    await dialog.get_by_role("button", name="Done").click()
    assert (await bob.read(tweet_id))["media"][0]["focus"] is None, "only saving changes it"
    await page.get_by_role("dialog", name="Edit tweet").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    shown = await bob.read(tweet_id)
    assert (shown["media"][0]["focus"], shown.get("edited_at")) == ({"x": -0.04, "y": 0}, None)


async def test_messages_are_read_and_undone_over_a_dialog(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice, viewport=PHONE)
    await page.get_by_role("button", name="Write a tweet").click()
    await expect(page.get_by_role("dialog", name="New tweet")).to_be_visible()
    await attach(page, pictures.png(300, 200))
    await thumbnails(page).get_by_label("Description").fill("a hill")
    await page.get_by_role("button", name="Remove picture").click()
    await page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    await expect(thumbnails(page).get_by_label("Description")).to_have_value("a hill")


async def test_a_tall_picture_leaves_the_buttons_in_reach(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice, viewport=PHONE)
    await page.get_by_role("button", name="Write a tweet").click()
    await attach(page, pictures.png(200, 900))
    dialog = await edit_picture(page)
    for name in ("Reset", "Done"):
        box = await dialog.get_by_role("button", name=name).bounding_box()
        assert box
        assert box["y"] + box["height"] <= PHONE["height"]


async def test_what_is_cut_off_is_dark_when_the_focal_point_is_chosen(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await open_page(viewer=alice)
    await attach(page, pictures.png(400, 200))
    dialog = await edit_picture(page)
    await dialog.get_by_label("Square").check()
    await dialog.get_by_label("Focal point").check()
    kept = await dialog.locator(".crop-shade > div").bounding_box()
    stage = await dialog.locator(".picture-stage img").bounding_box()
    assert kept
    assert stage
    assert abs(kept["width"] - stage["width"] / 2) < 1
    assert abs(kept["height"] - stage["height"]) < 1
