"""Invitation links: made in the settings and on profiles, used without a key or with another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.context import App
from server.features.invitations import invitations
from tests.browser.conftest import PHONE, OpenPage, sign_in
from tests.browser.parts import refuse
from tests.callers import Caller


async def link(**wish: object) -> str:
    """The path of a new link, with its token after the #."""
    _, token = await invitations.make(**wish)  # type: ignore[arg-type]
    return f"/join#{token}"


async def shown_secret(page: Page) -> str:
    """The key that is shown only once."""
    return await page.locator(".secret-value").inner_text()


async def join(page: Page) -> str:
    """Join as Erin, sign in without saving the key, and return it."""
    await page.get_by_label("Handle").fill("erin")
    await page.get_by_role("button", name="Join").click()
    secret = await shown_secret(page)
    await page.get_by_role("button", name="Sign in with this key").click()
    await expect(page.locator(".key-status").first).to_contain_text("@erin")
    return secret


async def test_a_member_joins_using_only_the_keyboard(open_page: OpenPage, carol: Caller) -> None:
    await carol.tweet("welcome to all")
    page = await open_page(await link(), viewport=PHONE)
    handle = page.get_by_label("Handle")
    await expect(page.get_by_role("heading", level=1, name="Join")).to_be_visible()
    await handle.focus()
    await page.keyboard.type("dave")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("Dave")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Welcome, @dave")).to_be_focused()
    for name in ("Copy", "Save as file", "Sign in with this key"):
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name=name)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("welcome to all")).to_be_visible()
    await expect(page.locator(".key-status")).to_contain_text("@dave")
    assert page.url.endswith("/")


async def test_people_read_what_the_server_is_for_before_they_join(
    open_page: OpenPage, app: App, monkeypatch: pytest.MonkeyPatch, carol: Caller
) -> None:
    here = app.ctx.perch
    described = here.settings.model_copy(update={"instance_description": "Where our class talks."})
    monkeypatch.setattr(app.ctx, "perch", replace(here, settings=described))
    page = await open_page(await link(), viewport=PHONE)
    words = page.locator("#main").get_by_text("Where our class talks.")
    await expect(words).to_be_visible()
    await page.goto("/")
    await expect(words).to_be_visible()
    await sign_in(page, carol)
    await expect(words).to_have_count(0)
    await page.set_viewport_size({"width": 1366, "height": 900})
    await expect(page.locator("aside").get_by_text("Where our class talks.")).to_be_visible()


async def test_an_invalid_handle_is_reported_while_it_is_typed(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(await link())
    field, send = page.get_by_label("Handle"), page.get_by_role("button", name="Join")
    await expect(send).to_be_disabled()
    await field.fill("Алиса-Л")
    await expect(page.get_by_text("A handle can only contain a–z, 0–9 and _")).to_be_visible()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await page.get_by_role("button", name="Use alisa_l").click()
    await expect(field).to_have_value("alisa_l")
    await field.fill("a" * 31)
    await expect(page.get_by_text("Up to 30 characters.")).to_be_visible()
    await field.fill("alice")
    await page.get_by_label("Name").fill("Another Alice")
    await send.click()
    await expect(page.get_by_text("@alice is taken")).to_be_visible()
    await expect(field).to_be_focused()
    await expect(page.get_by_label("Name")).to_have_value("Another Alice")
    await field.fill("alice2")
    await send.click()
    await expect(page.get_by_role("heading", name="Welcome, @alice2")).to_be_visible()


async def test_typed_text_stays_if_it_cannot_be_sent(open_page: OpenPage, database: None) -> None:
    page = await open_page(await link())
    await refuse(page, "**/api/join", 503, "unavailable")
    await page.get_by_label("Handle").fill("dave")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("alert")).to_contain_text("busy")
    await page.unroute("**/api/join")
    await page.get_by_role("button", name="Retry").click()
    await expect(page.get_by_role("heading", name="Welcome, @dave")).to_be_visible()


async def test_the_key_can_be_copied_and_saved_and_works(
    open_page: OpenPage, anybody: Caller, tmp_path: Path
) -> None:
    page = await open_page(await link(), permissions=["clipboard-read", "clipboard-write"])
    await page.get_by_label("Handle").fill("dave")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_text("you need it on other devices")).to_be_visible()
    key = await shown_secret(page)
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_text("you need it on other devices")).to_have_count(0)
    assert await page.evaluate("navigator.clipboard.readText()") == key
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Save as file").click()
    file = await download.value
    assert file.suggested_filename == "perch-key-dave.txt"
    await file.save_as(tmp_path / "key.txt")
    assert key in (tmp_path / "key.txt").read_text().splitlines()
    assert (await Caller(anybody.send, key).get("/api/users/me"))["user"]["handle"] == "dave"


async def test_an_unsaved_key_is_not_lost_by_visiting_other_pages(
    open_page: OpenPage, database: None
) -> None:
    page = await open_page(await link())
    await page.get_by_label("Handle").fill("dave")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("heading", name="Welcome, @dave")).to_be_visible()
    key = await shown_secret(page)
    await page.get_by_role("link", name="Home").click()
    await expect(page.get_by_text("You haven't saved your key yet")).to_be_visible()
    await page.go_back()
    assert await shown_secret(page) == key
    asked: list[str] = []

    async def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        await dialog.accept()  # type: ignore[attr-defined]

    page.on("dialog", stay)
    await page.reload()
    assert asked == ["beforeunload"]
    await expect(page.get_by_text("This link is invalid or has expired")).to_be_visible()


async def test_a_link_that_is_not_valid_says_so(open_page: OpenPage, database: None) -> None:
    page = await open_page("/join#nonsense", locale="ru-RU")
    await expect(page.get_by_text("Ссылка недействительна")).to_be_visible()
    await expect(page.get_by_text("Попросите новую")).to_be_visible()


async def test_no_address_that_the_browser_requests_contains_the_token(
    open_page: OpenPage, database: None
) -> None:
    page = await open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    await page.goto(await link())
    await page.get_by_label("Handle").fill("dave")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("heading", name="Welcome, @dave")).to_be_visible()
    assert any(url.endswith("/join") for url in asked)
    assert not [url for url in asked if "perch_invite_" in url]


async def test_old_links_work_and_another_link_can_be_opened_in_the_same_tab(
    open_page: OpenPage, alice: Caller
) -> None:
    old = (await link()).replace("#", "/")
    page = await open_page(old)
    await expect(page.get_by_label("Handle")).to_be_visible()
    await page.goto("/join#nonsense")
    await expect(page.get_by_text("This link is invalid")).to_be_visible()
    await page.evaluate("to => (location.href = to)", await link(user_id=alice.id))
    await expect(page.get_by_role("button", name="Show my key")).to_be_visible()


async def test_a_lost_key_is_replaced_by_a_link_from_the_profile(
    open_page: OpenPage, alice: Caller, carol: Caller
) -> None:
    desk = await open_page(viewer=carol)
    await desk.goto(f"/users/{alice.id}")
    await desk.get_by_role("button", name="Create recovery link").click()
    url = await shown_secret(desk)
    page = await open_page(url, locale="ru-RU")
    await expect(page.get_by_text("выдаётся новый ключ для @alice")).to_be_visible()
    await page.get_by_role("button", name="Показать мой ключ").click()
    await page.get_by_role("button", name="Войти с этим ключом").click()
    await expect(page.locator(".key-status")).to_contain_text("@alice")


async def test_only_administrators_see_administrator_controls(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(viewer=alice)
    await page.goto("/settings/keys")
    await expect(page.get_by_role("heading", name="API keys")).to_be_visible()
    await expect(page.get_by_role("link", name="Invitations")).to_have_count(0)
    await page.goto(f"/users/{bob.id}")
    await expect(page.get_by_role("region", name="About bob").get_by_text("@bob")).to_be_visible()
    await expect(page.get_by_role("button", name="Create recovery link")).to_have_count(0)


async def test_a_signed_in_user_is_told_and_may_switch_accounts(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(viewer=alice)
    await page.goto(await link())
    await expect(page.get_by_text("You're signed in as @alice")).to_be_visible()
    await page.get_by_label("Handle").fill("dave")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_text("This signs out @alice.")).to_be_visible()
    await expect(page.locator(".key-status")).to_contain_text("@alice")
    await page.get_by_role("button", name="Sign in with this key").click()
    await expect(page.locator(".key-status")).to_contain_text("@dave")


async def test_an_administrator_makes_lists_and_revokes_links(open_page: OpenPage, carol: Caller) -> None:
    page = await open_page(viewer=carol)
    await page.goto("/settings/invitations")
    part = page.locator("section", has=page.get_by_role("heading", name="Invitations"))
    uses = part.get_by_label("How many people can use it")
    await uses.fill("0")
    await expect(part.get_by_role("button", name="Create invitation link")).to_be_disabled()
    await uses.fill("3")
    await part.get_by_label("Note").fill("class 7b")
    await uses.press("Enter")
    url = await shown_secret(page)
    assert url.startswith(page.url.removesuffix("/settings/invitations") + "/join#perch_invite_")
    row = part.get_by_role("listitem").filter(has_text="class 7b")
    await expect(row).to_contain_text("used 0 of 3")
    await part.get_by_role("button", name="Done").click()
    await expect(part.get_by_label("How many people can use it")).to_be_visible()
    await row.get_by_role("button", name="Revoke class 7b").click()
    await row.get_by_role("button", name="Revoke now").click()
    await expect(row).to_contain_text("revoked")
    other = await open_page(url)
    await expect(other.get_by_text("This link is invalid")).to_be_visible()
    await sign_in(other, carol)


async def test_long_lists_of_links_are_loaded_page_by_page(open_page: OpenPage, carol: Caller) -> None:
    for number in range(23):
        await invitations.make(note=f"note {number}")
    page = await open_page(viewer=carol)
    await page.goto("/settings/invitations")
    part = page.locator("section", has=page.get_by_role("heading", name="Invitations"))
    await expect(part.get_by_role("listitem")).to_have_count(20)
    await part.get_by_role("button", name="Load more").click()
    await expect(part.get_by_role("listitem")).to_have_count(23)
    await expect(part.get_by_role("button", name="Load more")).to_have_count(0)


async def test_another_key_takes_the_place_of_the_only_copy_only_if_one_says_so(
    open_page: OpenPage, bob: Caller, carol: Caller
) -> None:
    page = await open_page(await link())
    secret = await join(page)
    # A key that can do less doesn't replace it.
    await page.goto("/settings/keys")
    await page.get_by_label("Name").fill("reader")
    await page.get_by_role("checkbox", name="write", exact=True).uncheck()
    await page.get_by_role("button", name="Create key").click()
    await page.get_by_role("button", name="Copy").click()
    await page.get_by_role("link", name="Home").click()
    field = page.locator("input[name=api-key]:visible")
    question = page.get_by_role("dialog", name="Sign in with another key?")
    for answer in ("Cancel", "Sign in with the other key anyway"):
        await field.fill(str(bob.key))
        await field.press("Enter")
        await expect(question).to_contain_text("the only copy of your key")
        assert await shown_secret(page) == secret
        await question.get_by_role("button", name=answer).click()
        handle = "@erin" if answer == "Cancel" else "@bob"
        await expect(page.locator(".key-status").first).to_contain_text(handle)
    assert await page.evaluate("localStorage['perch.key']") == f'"{bob.key}"'
    # Without a key that would be lost, nothing is asked.
    await field.fill(str(carol.key))
    await field.press("Enter")
    await expect(page.locator(".key-status").first).to_contain_text("@carol")


async def test_signing_out_asks_if_only_this_browser_has_the_key(open_page: OpenPage) -> None:
    page = await open_page(await link())
    secret = await join(page)
    await page.reload()
    await page.get_by_role("button", name="Sign out").click()
    question = page.get_by_role("dialog", name="Sign out?")
    await expect(question).to_contain_text("the only copy of your key")
    await expect(question).not_to_contain_text("not sent")
    assert await shown_secret(page) == secret
    await question.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".key-status")).to_contain_text("@erin")
    await page.get_by_role("button", name="Sign out").click()
    async with page.expect_download() as saved:
        await question.get_by_role("button", name="Save as file").click()
    assert secret in (await (await saved.value).path()).read_text()
    await question.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("Perch is for members")).to_be_visible()
