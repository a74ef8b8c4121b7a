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
    - link "Profile"
    - link "Settings"
    - button "Write a tweet"
  - button /Theme/
  - button "Русский язык"
  - button "Keyboard shortcuts"
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
        - button "Like, 1 so far"
        - button "Copy link"
""",
    "/tweets/1": """
- main:
  - button "Back"
  - heading "Tweet" [level=1]
  - article "bob":
    - link "bob"
    - paragraph: worth reading
    - button "Like, 1 so far" [pressed]
    - button "Copy link"
  - region "Liked by 1 person":
    - heading "Liked by 1 person" [level=2]
    - list:
      - listitem:
        - link /alice/
""",
    "/users/2": """
- main:
  - button "Back"
  - heading "bob" [level=1]
  - region "About bob":
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
  - heading "Account" [level=2]
  - textbox "Name"
  - button "Save" [disabled]
  - heading "Appearance" [level=2]
  - group "Theme":
    - radio "Auto" [checked]
    - radio "Light"
    - radio "Dark"
  - group "Language":
    - radio "English" [checked]
    - radio "Русский"
  - checkbox "Single-key shortcuts" [checked]
  - heading "API keys" [level=2]
  - textbox "Name of a new key"
  - group "It may":
    - checkbox "read"
    - checkbox "write"
  - button "Create key" [disabled]
  - list:
    - listitem:
      - button /Revoke/
- complementary "Account":
  - textbox "API key"
  - button "Show key"
  - button "Sign out"
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
