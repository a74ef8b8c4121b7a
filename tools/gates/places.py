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
    """A page. `prepare` acts on it as people do.

    `path` may contain {tweet}, {person}, {viewer}, {list}, {token}.
    """

    name: str
    path: str
    prepare: Prepare | None = None
    who: str | None = "alice"  # whether the viewer is signed in

    def address(self, community: Community) -> str:
        person = community.people["leila"]
        ids = {"tweet": community.tweet, "person": person.id, "viewer": community.viewer.id}
        ids["list"] = community.list_id
        return self.path.format(token=community.token, **ids)


async def open_composer(page: Page) -> None:
    await page.keyboard.press("n")
    await page.get_by_role("dialog").wait_for()


async def open_reply(page: Page) -> None:
    await page.locator("#main article .reply").first.click()
    await page.get_by_role("dialog").wait_for()


async def open_shortcuts(page: Page) -> None:
    await page.keyboard.press("?")
    await page.get_by_role("dialog").wait_for()


async def open_picture(page: Page) -> None:
    await page.locator("#main article button", has=page.locator("img")).first.click()
    await page.get_by_role("dialog").wait_for()


async def look_at_keys(page: Page) -> None:
    await page.get_by_role("button", name=re.compile("@")).first.click()


async def open_menu(page: Page) -> None:
    await page.locator("#main article .more-acts").first.click()
    await page.get_by_role("dialog").wait_for()


async def choose(page: Page, item: str) -> None:
    await open_menu(page)
    await page.get_by_role("dialog").get_by_role("button", name=re.compile(item)).click()


async def open_mute(page: Page) -> None:
    await choose(page, "^(Mute|Скрыть твиты) @")


async def open_block(page: Page) -> None:
    await choose(page, "^(Block|Заблокировать) @")


async def edit_list(page: Page) -> None:
    await page.locator(".page-head button[aria-haspopup]").click()
    await page.get_by_role("dialog").get_by_role("searchbox").wait_for()


async def sign_out(page: Page) -> None:
    # In the composer of the page or, on a narrow screen, in a dialog.
    await page.keyboard.press("n")
    await page.locator("textarea:focus").fill("not sent")
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="hidden")
    await page.locator(".key-panel:visible").get_by_role("button").last.click()
    await page.get_by_role("dialog").wait_for()


PLACES = (
    Place("home", "/"),
    Place("home, following", "/following"),
    Place("tweet", "/tweets/{tweet}"),
    Place("profile", "/users/{person}"),
    Place("own profile", "/users/{viewer}"),
    Place("followers", "/users/{person}/followers"),
    Place("following list", "/users/{viewer}/following"),
    Place("hashtag", "/hashtags/perch"),
    Place("notifications", "/notifications"),
    Place("notifications, mentions", "/notifications/mentions"),
    Place("notifications, follows", "/notifications/follows"),
    Place("private tweets", "/notifications/private"),
    Place("quotes", "/tweets/{tweet}/quotes"),
    Place("drafts", "/drafts"),
    Place("scheduled tweets", "/drafts/scheduled"),
    Place("requests", "/requests"),
    Place("lists", "/lists"),
    Place("list", "/lists/{list}"),
    Place("list, editing", "/lists/{list}", edit_list),
    Place("members", "/members"),
    Place("new members", "/members/new"),
    Place("bookmarks", "/bookmarks"),
    Place("settings", "/settings"),
    Place("settings, appearance", "/settings/appearance"),
    Place("settings, keys", "/settings/keys"),
    Place("settings, people", "/settings/people"),
    Place("settings, data", "/settings/data"),
    Place("settings, invitations", "/settings/invitations", who="olga"),
    Place("operations", "/operations", who="olga"),
    Place("operations, runs", "/operations/runs", who="olga"),
    Place("operations, people", "/operations/people", look_at_keys, who="olga"),
    Place("operations, log", "/operations/log", who="olga"),
    Place("not found", "/no/where"),
    Place("signed out", "/", who=None),
    Place("composer", "/settings", open_composer),
    Place("reply", "/", open_reply),
    Place("lightbox", "/tweets/{tweet}", open_picture),
    Place("shortcuts", "/", open_shortcuts),
    Place("menu", "/tweets/{tweet}", open_menu),
    Place("mute", "/tweets/{tweet}", open_mute),
    Place("block", "/tweets/{tweet}", open_block),
    Place("signing out", "/", sign_out),
    Place("profile, replies", "/users/{person}/replies"),
    Place("profile, media", "/users/{viewer}/media"),
    Place("profile, likes", "/users/{person}/likes"),
    Place("join", "/join#{token}", who=None),
)

# Pages that differ only in an overlay load the same files.
ROUTES = tuple(place for place in PLACES if place.prepare in (None, look_at_keys))
