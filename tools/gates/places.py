"""Every page of the client as people see it: a new page is one line here, and all gates examine it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

from tools.gates.community import Community

Prepare = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Place:
    """A page. `prepare` acts on it as people do; `path` may contain {tweet}, {person}, {viewer}, {token}."""

    name: str
    path: str
    prepare: Prepare | None = None
    who: str | None = "alice"  # whether the viewer is signed in

    def address(self, community: Community) -> str:
        person = community.people["leila"]
        ids = {"tweet": community.tweet, "person": person.id, "viewer": community.viewer.id}
        return self.path.format(token=community.token, **ids)


async def open_composer(page: Page) -> None:
    await page.keyboard.press("n")
    await page.get_by_role("dialog").wait_for()


async def open_shortcuts(page: Page) -> None:
    await page.keyboard.press("?")
    await page.get_by_role("dialog").wait_for()


async def open_picture(page: Page) -> None:
    await page.locator("#main article button", has=page.locator("img")).first.click()
    await page.get_by_role("dialog").wait_for()


async def look_at_keys(page: Page) -> None:
    for _ in range(20):
        await page.mouse.wheel(0, 2000)
        await page.wait_for_timeout(50)
    await page.get_by_role("button", name=re.compile("@")).first.click()


PLACES = (
    Place("home", "/"),
    Place("home, following", "/following"),
    Place("tweet", "/tweets/{tweet}"),
    Place("profile", "/users/{person}"),
    Place("own profile", "/users/{viewer}"),
    Place("followers", "/users/{person}/followers"),
    Place("following list", "/users/{viewer}/following"),
    Place("settings", "/settings"),
    Place("settings, of an administrator", "/settings", who="olga"),
    Place("operations", "/operations", look_at_keys, who="olga"),
    Place("not found", "/no/where"),
    Place("signed out", "/", who=None),
    Place("composer", "/settings", open_composer),
    Place("lightbox", "/tweets/{tweet}", open_picture),
    Place("shortcuts", "/", open_shortcuts),
    Place("profile, media", "/users/{viewer}/media"),
    Place("profile, likes", "/users/{person}/likes"),
    Place("join", "/join#{token}", who=None),
)

# Pages that differ only in an overlay load the same files.
ROUTES = tuple(place for place in PLACES if place.prepare in (None, look_at_keys))
