"""People with browsers of their own who write, quote, vote, edit and press buttons at random."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Error, Locator, Page, expect

from tests.callers import Caller

# How long an act may look for its button, in milliseconds.
LOOK = 2_000

VISIBILITIES = ("public", "public", "public", "unlisted", "followers", "mentioned")
WHO_MAY_QUOTE = ("Everyone can quote", "Everyone can quote", "My followers can quote", "Only I can quote")
OPTIONS = ("apples", "pears")
OWN = ":has(.action.delete)"


@dataclass
class Person:
    """Somebody with a browser, and a key for what they do on another device."""

    caller: Caller
    page: Page
    chance: random.Random
    others: list[Caller]

    @property
    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        """What they do, the more common the more often."""
        return [
            *[self.write] * 2,
            *[self.reply] * 2,
            *[self.quote] * 2,
            *[self.press] * 3,
            *[self.vote] * 2,
            *[self.decide] * 2,
            *[self.ask, self.edit, self.warn, self.pin, self.withdraw, self.save_draft, self.send_draft],
            *[self.take_in, self.delete],
        ]

    async def act(self) -> str:
        """Do something; return what."""
        act = self.chance.choice(self.acts)
        try:
            await act()
        except Error as error:  # what was there a moment ago isn't any more
            if "Timeout" not in str(error) and "detached" not in str(error):
                raise
            await self.leave()
            return "nothing"
        return act.__name__

    async def leave(self) -> None:
        """Close what is open, and be at home."""
        dialogs = self.page.locator("dialog[open]")
        await self.page.keyboard.press("Escape")
        while await dialogs.count():
            await self.page.keyboard.press("Escape")
        if urlsplit(self.page.url).path != "/":
            await self.page.get_by_role("link", name="Home", exact=True).first.click()

    def text(self) -> str:
        return (
            f"{self.chance.choice(['hello', 'look', 'so'])} @{self.chance.choice(self.others).handle} #talk"
        )

    async def composer(self) -> Locator:
        """The one for new tweets, with a text in it."""
        if await self.page.locator(".composer:not([data-reply]) textarea").count() == 0:
            await self.page.get_by_role("button", name="Write a tweet").click(timeout=LOOK)
        composer = self.page.locator(".composer:not([data-reply])").last
        await composer.locator("textarea").first.fill(self.text(), timeout=LOOK)
        await self.page.keyboard.press("Escape")  # closes suggestions
        return composer

    async def choose_options(self, composer: Locator) -> None:
        button = composer.get_by_role("button", name="More options")
        if await button.get_attribute("aria-expanded", timeout=LOOK) != "true":
            await button.click(timeout=LOOK)

    async def add(self, composer: Locator, name: str) -> None:
        """Press this button, unless what it adds is there."""
        button = composer.get_by_role("button", name=name)
        if await button.count():
            await button.click(timeout=LOOK)

    async def send(self, composer: Locator) -> None:
        await composer.get_by_role("button", name="Tweet", exact=True).click(timeout=LOOK)

    async def write(self) -> None:
        composer = await self.composer()
        await composer.get_by_label("Who can see this tweet").select_option(
            self.chance.choice(VISIBILITIES), timeout=LOOK
        )
        await self.choose_options(composer)
        await composer.get_by_label("Who can quote").select_option(
            label=self.chance.choice(WHO_MAY_QUOTE), timeout=LOOK
        )
        await self.send(composer)

    async def warn(self) -> None:
        composer = await self.composer()
        await self.add(composer, "Add a content warning")
        await composer.get_by_label("Content warning", exact=True).fill("rain", timeout=LOOK)
        await self.send(composer)

    async def ask(self) -> None:
        composer = await self.composer()
        await self.add(composer, "Add a poll")
        for number, option in enumerate(OPTIONS, 1):
            await composer.get_by_label(f"Option {number}", exact=True).fill(option, timeout=LOOK)
        await composer.get_by_label("Hide the results").set_checked(self.chance.random() < 0.5, timeout=LOOK)
        await self.send(composer)

    async def save_draft(self) -> None:
        composer = await self.composer()
        await self.choose_options(composer)
        await composer.get_by_role("button", name="Save as draft").click(timeout=LOOK)
        await expect(composer.locator("textarea").first).to_have_value("")

    async def send_draft(self) -> None:
        await self.page.goto("/drafts")
        await self.page.locator(".saved-draft").first.get_by_role("button", name="Edit").click(timeout=LOOK)
        await self.send(self.page.get_by_role("dialog").locator(".composer"))
        await self.leave()

    async def part(self, selector: str, among: str = "") -> Locator:
        """This part of one of the newest rows that have it."""
        rows = self.page.locator(f"#main article[data-row]{among}:has({selector})")
        count = min(await rows.count(), 8)
        return rows.nth(self.chance.randrange(count) if count else 0).locator(selector)

    async def choose(self, item: str, among: str = "") -> None:
        """This item of the menu of one of the newest tweets."""
        await (await self.part(".action.more-acts", among)).click(timeout=LOOK)
        menu = self.page.get_by_role("dialog")
        await menu.get_by_role("button", name=item, exact=True).click(timeout=LOOK)

    async def reply(self) -> None:
        await (await self.part(".action.reply")).click(timeout=LOOK)
        composer = self.page.get_by_role("dialog").locator(".composer")
        await composer.locator("textarea").first.fill(self.text(), timeout=LOOK)
        await composer.get_by_role("button", name="Reply", exact=True).click(timeout=LOOK)

    async def quote(self) -> None:
        await self.choose("Quote")
        dialog = self.page.get_by_role("dialog", name="Quote")
        await dialog.locator("textarea").first.fill(self.text(), timeout=LOOK)
        await self.send(dialog)

    async def withdraw(self) -> None:
        """Take one's tweet out of somebody's quote."""
        await self.choose("Remove my tweet from this quote", ":has(.quoted)")
        await self.page.get_by_role("button", name="Remove", exact=True).click(timeout=LOOK)

    async def edit(self) -> None:
        await self.choose("Edit", OWN)
        dialog = self.page.get_by_role("dialog", name="Edit tweet")
        await dialog.locator("textarea").first.fill(self.text() + " again", timeout=LOOK)
        await dialog.get_by_role("button", name="Save", exact=True).click(timeout=LOOK)
        await dialog.wait_for(state="detached", timeout=LOOK)

    async def pin(self) -> None:
        await self.choose(self.chance.choice(("Pin to your profile", "Unpin from your profile")), OWN)

    async def vote(self) -> None:
        form = await self.part(".poll form")
        await form.get_by_text(self.chance.choice(OPTIONS), exact=True).click(timeout=LOOK)
        await form.get_by_role("button", name="Vote").click(timeout=LOOK)

    async def press(self) -> None:
        kind = self.chance.choice((".action.like", ".action.repost", ".action.bookmark"))
        await (await self.part(kind)).click(timeout=LOOK)

    async def delete(self) -> None:
        await (await self.part(".action.delete")).click(timeout=LOOK)

    async def take_in(self) -> None:
        await self.page.locator("button.new-tweets").click(timeout=LOOK)

    async def decide(self) -> None:
        """Follow, block, mute or like hashtags, on another device."""
        other, method = self.chance.choice(self.others), self.chance.choice(("POST", "POST", "DELETE"))
        what = self.chance.choice(("follow", "follow", "follow", "notify", "block", "mute", "hashtag"))
        if what == "block":
            method = self.chance.choice(("POST", "DELETE", "DELETE"))
        path = "/api/hashtags/talk/follow" if what == "hashtag" else f"/api/users/{other.id}/{what}"
        assert (await self.caller.call(method, path)).status < 500
