"""Without a mouse and without sight: what the keyboard reaches, and what screen readers are told."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.callers import Caller
from tools.gates import keyboard
from tools.gates.community import Person

pytestmark = pytest.mark.whole

# Landmarks, headings and names of controls that are on every page.
FRAME = """
- link "Skip to content"
- banner:
  - link "Perch"
  - navigation "Main":
    - link "Home"
    - link "Bookmarks"
    - link "Profile"
    - link "Settings"
    - button "Write a tweet"
  - button /Theme/
  - button "RU, Русский"
  - button "Keyboard shortcuts"
- complementary "Account":
  - textbox "API key"
  - button "Show key"
  - button "Sign out"
"""

PAGES = {
    "/": """
- main:
  - heading "Home" [level=1]
  - tablist "Timelines":
    - tab "All" [selected]
    - tab "Following"
  - region "New tweet":
    - textbox "Tweet text"
    - button "Add pictures"
    - button "Tweet" [disabled]
  - tabpanel "All":
    - feed "All":
      - article /bob worth reading/:
        - link "bob"
        - link:
          - time
        - paragraph: worth reading
        - button "Like (1)"
        - button "Bookmark"
        - button "More"
""",
    "/tweets/1": """
- main:
  - button "Back"
  - heading "Tweet" [level=1]
  - article "bob":
    - link "bob"
    - paragraph: worth reading
    - button "Reply (0)"
    - button "Like (1)" [pressed]
    - button "Bookmark"
    - button "More"
  - region "Reply":
    - textbox "Text of the reply"
    - button "Add pictures"
    - img "1,000 characters left"
    - button "Reply" [disabled]
  - heading "Liked by 1 person" [level=2]:
    - button "Liked by 1 person"
  - region "Replies":
    - heading "Replies" [level=2]
    - heading "No replies yet" [level=2]
""",
    "/users/2": """
- main:
  - button "Back"
  - heading "bob" [level=1]
  - region "About bob":
    - button "More"
    - button "Follow bob"
    - paragraph: "@bob"
    - paragraph:
      - link "0 following"
      - link "0 followers"
  - feed "Tweets by bob":
    - article /worth reading/
""",
    "/settings": """
- main:
  - heading "Settings" [level=1]
  - navigation "Sections":
    - link "Account"
    - link "Appearance"
    - link "API keys"
    - link "People"
    - link "Your data"
  - heading "Account" [level=2]
  - textbox "Name"
  - button "Save" [disabled]
""",
    "/settings/appearance": """
- main:
  - heading "Settings" [level=1]
  - navigation "Sections"
  - heading "Appearance" [level=2]
  - group "Theme":
    - radio "Auto" [checked]
    - radio "Light"
    - radio "Dark"
  - group "Language":
    - radio "English" [checked]
    - radio "Русский"
  - checkbox "Single-key shortcuts" [checked]
  - checkbox "Profile card on hover" [checked]
""",
    "/settings/keys": """
- main:
  - heading "Settings" [level=1]
  - navigation "Sections"
  - heading "API keys" [level=2]
  - textbox "Key name"
  - group "Permissions":
    - checkbox "read"
    - checkbox "write"
  - button "Create key" [disabled]
  - list:
    - listitem:
      - button /Revoke/
""",
}


@pytest.mark.usefixtures("worker")
async def test_a_member_can_do_everything_by_keyboard(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("one below")
    page = await open_page()
    assert alice.key
    await keyboard.run(page, Person(alice.id, "alice", "alice", alice.key))


@pytest.mark.parametrize("path", PAGES)
async def test_screen_readers_are_told_what_is_on_each_page(
    open_page: OpenPage, alice: Caller, bob: Caller, path: str
) -> None:
    await bob.tweet("worth reading")
    await alice.post("/api/tweets/1/likes")
    page = await open_page(path, viewer=alice)
    await expect(page.locator("body")).to_match_aria_snapshot(FRAME + PAGES[path])


async def test_keys_open_the_menu_of_a_tweet_and_delete_ones_own(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await alice.tweet("mine")
    await bob.tweet("his")
    page = await open_page(viewer=alice)
    await page.locator("#main [data-row]").filter(has_text="his").focus()
    await page.keyboard.press("Delete")
    await page.keyboard.press("m")
    menu = page.get_by_role("dialog", name="More about @bob")
    await expect(menu).to_be_visible()
    await expect(menu.get_by_role("button").first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(menu.get_by_role("button").nth(1)).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(menu.get_by_role("button").last).to_be_focused()
    await page.keyboard.press("Escape")
    # The row gets the focus back in a moment, and would take it from the next one.
    await expect(page.locator("#main [data-row]").filter(has_text="his")).to_be_focused()
    await page.locator("#main [data-row]").filter(has_text="mine").focus()
    await page.keyboard.press("Delete")
    await expect(page.get_by_text("Tweet deleted")).to_be_visible()
    await expect(page.locator("#main").get_by_text("his")).to_be_visible()
