"""Profiles: editing one's own where it stands, and reading others'."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from server.core.database.connection import rows
from tests import pictures
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller

pytestmark = pytest.mark.whole


async def test_a_profile_is_edited_where_it_stands_and_read_by_others(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(f"/users/{alice.id}", viewer=alice)
    head = page.get_by_role("region", name="About alice")
    await page.get_by_role("button", name="Edit profile").click()
    form = page.get_by_role("form", name="Edit profile")
    await expect(form.get_by_label("Name", exact=True)).to_be_focused()
    await form.get_by_label("Name", exact=True).fill("Alice Liddell")
    await form.get_by_label("Pronouns").fill("she/her")
    await form.get_by_label("About you").fill("I watch birds with @bob. See example.org #birds")
    await form.get_by_label("Label of line 1").fill("Team")
    await expect(form.get_by_role("button", name="Save")).to_be_disabled()
    await expect(form).to_contain_text("Each line needs a label and content.")
    await form.get_by_label("Content of line 1").fill("Platform")
    await form.get_by_label("This account is run by a program").check()
    # It is shown as it will be, and is nobody else's yet.
    about = page.get_by_role("region", name="About Alice Liddell")
    await expect(about.locator(".bio")).to_have_text("I watch birds with @bob. See example.org #birds")
    await expect(about.locator(".profile-name")).to_have_text("Alice Liddell")
    assert (await bob.get(f"/api/users/{alice.id}"))["user"]["name"] == "alice"
    # It survives a look at another page.
    await page.get_by_role("link", name="Home").click()
    await page.get_by_role("link", name="Profile").click()
    await expect(page.get_by_role("form", name="Edit profile").get_by_label("Pronouns")).to_have_value(
        "she/her"
    )
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    await expect(page.get_by_role("button", name="Edit profile")).to_be_focused()
    theirs = await open_page(f"/users/{alice.id}", viewer=bob)
    head = theirs.get_by_role("region", name="About Alice Liddell")
    await expect(head).to_contain_text("she/her")
    await expect(head).to_contain_text("Bot")
    await expect(head.get_by_role("term")).to_have_text("Team")
    await expect(head.get_by_role("definition")).to_have_text("Platform")
    await expect(head.get_by_role("link", name="example.org")).to_have_attribute(
        "href", "https://example.org/"
    )
    await expect(head.get_by_role("link", name="#birds")).to_have_attribute("href", "/hashtags/birds")
    await head.get_by_role("link", name="@bob").click()
    await expect(theirs.get_by_role("region", name="About bob")).to_be_visible()


async def test_a_refused_edit_stays_and_a_cancelled_one_is_gone(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page(f"/users/{alice.id}", viewer=alice, viewport=PHONE)
    await page.get_by_role("button", name="Edit profile").click()
    form = page.get_by_role("form", name="Edit profile")
    await form.get_by_label("About you").fill("x" * 501)
    await expect(form).to_contain_text("Too long by 1 character")
    await expect(form.get_by_role("button", name="Save")).to_be_disabled()
    await form.get_by_label("About you").fill("x" * 500)
    await form.get_by_label("Pronouns").fill("a\u202eb")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await expect(form.get_by_label("About you")).to_have_value("x" * 500)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await form.get_by_role("button", name="Cancel").click()
    await expect(form).to_have_count(0)
    await expect(page.locator(".bio")).to_have_count(0)
    assert "bio" not in (await alice.get("/api/users/me"))["user"]


async def test_a_private_note_is_kept_on_a_profile(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    page = await open_page(f"/users/{bob.id}", viewer=alice)
    await page.get_by_role("button", name="Add a private note").click()
    field = page.get_by_label("Private note; only you see it")
    await expect(field).to_be_focused()
    await field.fill("met in Berlin")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".note-text")).to_contain_text("met in Berlin")
    await expect(page.get_by_role("button", name="Edit private note")).to_be_focused()
    await page.reload()
    await expect(page.locator(".note-text")).to_contain_text("met in Berlin")
    theirs = await open_page(f"/users/{bob.id}", viewer=bob)
    await expect(theirs.get_by_role("button", name="Edit profile")).to_be_visible()
    await expect(theirs.locator(".note")).to_have_count(0)
    await page.get_by_role("button", name="Edit private note").click()
    await field.fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Add a private note")).to_be_focused()


async def test_members_are_found_and_known_followers_named(
    open_page: OpenPage, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await carol.tweet()
    await carol.post(f"/api/users/{bob.id}/follow")
    await alice.post(f"/api/users/{carol.id}/follow")
    page = await open_page(viewer=alice)
    await page.set_viewport_size({"width": 1366, "height": 900})
    await page.get_by_role("link", name="All members").click()
    people = page.locator("#main .person-link")
    await expect(people).to_have_count(1)
    await page.get_by_role("navigation", name="Members").get_by_role("link", name="New").click()
    await expect(people).to_have_count(3)
    await people.filter(has_text="bob").click()
    await expect(page.get_by_role("region", name="About bob")).to_contain_text("Followed by carol")
    await page.get_by_role("region", name="About bob").get_by_role("link", name="carol").click()
    await expect(page.get_by_role("region", name="About carol")).to_be_visible()


@pytest.mark.usefixtures("worker")
async def test_a_profile_picture_is_cropped_and_shown_to_everyone(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await alice.tweet("hello")
    theirs = await open_page(viewer=bob)
    await is_live(theirs)
    page = await open_page(f"/users/{alice.id}", viewer=alice)
    await page.get_by_role("button", name="Edit profile").click()
    form = page.get_by_role("form", name="Edit profile")
    for purpose, size in (("avatar", (600, 400)), ("header", (900, 900))):
        await page.locator(f"input[data-purpose={purpose}]").set_input_files(
            {"name": "me.png", "mimeType": "image/png", "buffer": pictures.png(*size)}
        )
        dialog = page.get_by_role("dialog", name="Crop picture")
        await dialog.get_by_role("application", name="Crop frame").press("ArrowLeft")
        await dialog.get_by_role("button", name="Done").click()
        await expect(dialog).to_have_count(0)
    await expect(form.get_by_role("button", name="Change picture")).to_have_count(2)
    await expect(page.locator(".profile-top .avatar img")).to_be_visible()
    await expect(page.locator(".profile-band img")).to_be_visible()
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    shown = tweet(theirs, "hello").locator(".avatar img")
    await expect(shown).to_have_attribute("src", re.compile(r"^/media/[0-9a-f]{32}-small$"))
    assert await shown.evaluate("one => one.decode().then(() => one.naturalWidth)") == 96
    await theirs.goto(f"/users/{alice.id}")
    large = theirs.locator(".profile-top .avatar img")
    assert await large.evaluate("one => one.decode().then(() => one.naturalWidth)") == 400
    await page.get_by_role("button", name="Edit profile").click()
    await form.get_by_role("button", name="Remove").first.click()
    await form.get_by_role("button", name="Save").click()
    await expect(page.locator(".profile-top .avatar img")).to_have_count(0)
    await expect(theirs.locator(".profile-top .avatar img")).to_have_count(0)


async def test_a_verified_link_has_a_mark(open_page: OpenPage, alice: Caller, bob: Caller) -> None:
    fields = [{"name": "Website", "value": "https://perch.example"}, {"name": "Team", "value": "Birds"}]
    await alice.patch("/api/users/me", json={"fields": fields})
    page = await open_page(f"/users/{alice.id}", viewer=bob)
    details = page.get_by_label("Details")
    await expect(details.get_by_role("link", name="perch.example")).to_be_visible()
    mark = details.get_by_role("img", name="Verified")
    await expect(mark).to_have_count(0)
    await rows("UPDATE profile_links SET verified_at = now(), confirmed_at = now()")
    await page.reload()
    await expect(mark).to_have_count(1)
    await expect(mark).to_have_attribute("title", re.compile("since"))


async def test_a_phone_reaches_lists_drafts_and_members_from_ones_profile(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await open_page(viewer=alice, viewport=PHONE)
    for name, address in (("Lists", "/lists"), ("Drafts", "/drafts"), ("All members", "/members")):
        await page.get_by_role("navigation", name="Main").get_by_role("link", name="Profile").click()
        await page.get_by_role("navigation", name="More").get_by_role("link", name=name).click()
        await expect(page).to_have_url(re.compile(f"{address}$"))
    await page.goto(f"/users/{bob.id}")
    await expect(page.get_by_role("button", name="Follow bob")).to_be_visible()
    await expect(page.get_by_role("navigation", name="More")).to_have_count(0)
