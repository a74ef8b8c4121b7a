"""The client as it is delivered, bundled, does what its modules do."""

from __future__ import annotations

import pytest
from playwright.async_api import Response, expect

from tests.browser.conftest import OpenPage
from tests.browser.parts import tweet
from tests.browser.test_lightbox import opened
from tests.browser.test_offline import until_kept, visited
from tests.callers import Caller
from tools.gates import keyboard
from tools.gates.community import Person

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("bundled")]


@pytest.mark.usefixtures("worker")
async def test_a_member_can_do_everything_by_keyboard(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await bob.tweet("one below")
    page = await open_page()
    assert alice.key
    await keyboard.run(page, Person(alice.id, "alice", "alice", alice.key))


async def test_it_starts_offline(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("read on the train")
    page = await visited(open_page, alice)
    await until_kept(page, "files", "/styles.css")
    await page.context.set_offline(True)
    await page.reload()
    await expect(tweet(page, "read on the train")).to_be_visible()
    await page.goto("/settings/keys")
    await expect(page.get_by_text("Key name")).to_be_visible()


async def test_each_page_and_its_words_load_in_russian(
    open_page: OpenPage, carol: Caller, bob: Caller
) -> None:
    await bob.tweet("one")
    page = await open_page(viewer=carol, locale="ru-RU")
    headings = {
        "/": "Главная",
        "/bookmarks": "Закладки",
        "/settings": "Настройки",
        "/settings/keys": "Настройки",
        "/settings/data": "Настройки",
        "/settings/invitations": "Настройки",
        "/operations": "Обслуживание",
        "/@bob": "bob",
        f"/users/{bob.id}/followers": "bob",
        "/no/where": "Не найдено",
    }
    for path, heading in headings.items():
        await page.goto(path)
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        # No key in the place of a text.
        await expect(page.locator("#main")).not_to_contain_text("operations.")


@pytest.mark.usefixtures("worker")
async def test_pictures_open_with_their_own_style(open_page: OpenPage, alice: Caller) -> None:
    page = await opened(open_page, alice, ["hills"])
    stage = page.locator(".lightbox-stage")
    assert await stage.evaluate("stage => getComputedStyle(stage).overflow") == "hidden"


async def test_a_first_visit_is_small(open_page: OpenPage, alice: Caller) -> None:
    page = await open_page("/settings")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    await page.goto("/", wait_until="networkidle")
    sizes = [(await answer.request.sizes())["responseBodySize"] for answer in answers]
    assert len(answers) <= 25
    assert sum(sizes) <= 140_000
    scripts = [answer for answer in answers if answer.request.resource_type == "script"]
    assert scripts
    assert {answer.headers.get("content-encoding") for answer in scripts} == {"br"}
