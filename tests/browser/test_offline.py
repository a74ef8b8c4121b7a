"""Offline, the client starts, shows what was read and from when it is, and keeps nothing for too long."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server.api.pages import pages
from server.api.pages.pages import FOLDER, Client
from server.context import App
from tests.browser.conftest import OpenPage
from tests.browser.parts import is_live, tweet
from tests.callers import Caller
from tests.waiting import until, until_gone

pytestmark = pytest.mark.whole

CACHES = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const { url } of await (await caches.open(name)).keys()) {
            found.push(`${name} ${new URL(url).pathname}`);
        }
    }
    return found;
}"""


async def kept(page: Page, what: str) -> list[str]:
    """The contents of the caches whose names start with this prefix."""
    found: list[str] = await page.evaluate(CACHES)
    return [entry for entry in found if entry.startswith(f"perch-{what}")]


async def until_kept(page: Page, what: str, *paths: str) -> None:
    """Wait until these addresses are in such caches."""

    async def are_there() -> bool:
        found = await kept(page, what)
        return all(any(entry.endswith(path) for entry in found) for path in paths)

    await until(are_there)


async def visited(open_page: OpenPage, viewer: Caller, path: str = "/", **options: Any) -> Page:
    """The client after a first visit, when the service worker has everything that it needs."""
    page = await open_page(path, viewer=viewer, service_workers="allow", **options)
    await page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    await until_kept(page, "files", "/icons/perch.svg", " /")
    await page.reload()
    await until_kept(page, "answers", "/api/tweets", "/api/users/me")
    return page


async def test_after_one_visit_the_client_starts_offline_and_shows_the_datas_age(
    open_page: OpenPage, alice: Caller
) -> None:
    await alice.tweet("read on the train")
    page = await visited(open_page, alice)
    await page.context.set_offline(True)
    await page.reload()
    await expect(tweet(page, "read on the train")).to_be_visible()
    await expect(page.locator(".connection")).to_contain_text("You're offline. Last updated ")
    await page.goto("/settings")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Settings")


async def test_stale_data_is_replaced_when_online_again(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    tweet_id = await alice.tweet("soon deleted")
    page = await visited(open_page, alice)
    await page.context.set_offline(True)
    await page.reload()
    await expect(page.locator(".connection")).to_be_visible()
    await alice.delete(f"/api/tweets/{tweet_id}")
    await bob.tweet("written meanwhile")
    await page.context.set_offline(False)
    await expect(tweet(page, "written meanwhile")).to_be_visible()
    await expect(tweet(page, "soon deleted")).to_have_count(0)
    await expect(page.locator(".connection")).to_have_count(0)


async def test_every_answer_comes_from_the_server_while_online(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    page = await visited(open_page, alice)
    await bob.tweet("a moment ago")
    await page.reload()
    await expect(tweet(page, "a moment ago")).to_be_visible()
    await expect(page.locator(".connection")).to_have_count(0)


async def test_unread_pages_say_that_there_is_no_copy_and_load_later_by_themselves(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    tweet_id = await bob.tweet("never opened")
    page = await visited(open_page, alice)
    await page.context.set_offline(True)
    await page.goto(f"/users/{bob.id}")
    await expect(page.get_by_role("heading", name="No saved copy")).to_be_visible()
    await page.goto(f"/tweets/{tweet_id}")
    await expect(page.get_by_role("heading", name="No saved copy")).to_be_visible()
    await expect(page.get_by_text("offline")).to_have_count(1)
    await page.context.set_offline(False)
    await expect(tweet(page, "never opened")).to_be_visible()


async def test_what_a_first_visit_has_read_is_there_without_a_network(
    open_page: OpenPage, alice: Caller
) -> None:
    """The worker takes over only after the page has read it."""
    await alice.tweet("read on the train")
    page = await open_page(viewer=alice, service_workers="allow")
    await expect(tweet(page, "read on the train")).to_be_visible()
    await until_kept(page, "answers", "/api/tweets", "/api/users/me")
    await until_kept(page, "files", " /")
    await page.context.set_offline(True)
    await page.reload()
    await expect(tweet(page, "read on the train")).to_be_visible()


async def test_the_service_worker_does_not_cache_keys_documents_writes_or_the_stream(
    open_page: OpenPage, alice: Caller
) -> None:
    page = await visited(open_page, alice)
    await page.goto("/settings/keys")
    await expect(page.get_by_text("Key name")).to_be_visible()
    script = """async (key) => {
        const headers = {"api-key": key};
        await fetch("/api/openapi.json", {headers});
        await fetch("/health/live");
        await fetch("/api/tweets?limit=1&before=5", {headers});
        await fetch("/api/tweets", {method: "POST", headers, body: '{"tweet_data": "hello"}'});
        const stream = await fetch("/api/stream", {headers});
        return stream.headers.get("x-perch-offline");
    }"""
    assert await page.evaluate(script, alice.key) is None
    # The worker stores an answer after returning it, so one that it certainly stores comes last.
    last = f"/api/users/{alice.id}"
    await page.evaluate("([path, key]) => fetch(path, {headers: {'api-key': key}})", [last, alice.key])
    await until_kept(page, "answers", last)
    for entry in await kept(page, "answers"):
        assert entry.split()[1].startswith(("/api/tweets", "/api/users/", "/api/instance")), entry
    assert not [entry for entry in await page.evaluate(CACHES) if str(alice.key) in entry]
    await page.context.set_offline(True)
    failed = """async (path) => fetch(path, {method: path === "/api/tweets" ? "POST" : "GET"})
        .then(() => false, () => true)"""
    for path in ("/api/tweets", "/api/stream", "/api/keys", "/api/openapi.json", "/api/docs", "/health/live"):
        assert await page.evaluate(failed, path), path


async def test_another_key_is_not_shown_what_the_first_key_read(
    open_page: OpenPage, alice: Caller, bob: Caller
) -> None:
    await alice.tweet("read by alice")
    page = await visited(open_page, alice)
    await page.context.set_offline(True)
    read = """async (key) => fetch("/api/users/me", {headers: {"api-key": key}})
        .then((answer) => answer.headers.get("x-perch-offline"), () => "failed")"""
    assert await page.evaluate(read, bob.key) == "failed"
    assert str(await page.evaluate(read, alice.key)).startswith("20")


async def test_signing_out_wipes_what_was_kept(open_page: OpenPage, alice: Caller) -> None:
    page = await visited(open_page, alice)
    assert await kept(page, "answers")
    await page.get_by_role("button", name="Sign out").click()
    await until_gone(lambda: kept(page, "answers"))
    await until_gone(lambda: kept(page, "pictures"))
    assert await kept(page, "files")


LISTEN = """() => {
    globalThis.taken = new Promise((resolve) => {
        navigator.serviceWorker.addEventListener("controllerchange", resolve, {once: true});
    });
}"""
# The new worker becomes the controller before it has cleaned up.
TAKEN_OVER = """async () => {
    await globalThis.taken;
    const worker = navigator.serviceWorker.controller;
    if (worker.state === "activated") return;
    await new Promise((resolve) => worker.addEventListener("statechange", resolve, {once: true}));
}"""


@pytest.fixture
def touched(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A client file that a test may change safely: the application meanwhile serves a copy."""
    monkeypatch.setattr(pages, "LOOK_EVERY", 0)
    copy = Path(shutil.copytree(FOLDER, tmp_path / "static"))
    before, app.ctx.client = app.ctx.client, Client(app.ctx.perch.settings, copy)
    yield copy / "icons" / "perch.svg"
    app.ctx.client = before


async def test_a_new_version_takes_over_and_an_open_page_goes_on(
    open_page: OpenPage, alice: Caller, touched: Path
) -> None:
    page = await visited(open_page, alice)
    (old,) = {entry.split()[0] for entry in await kept(page, "files")}
    touched.write_bytes(touched.read_bytes() + b"\n")
    await page.evaluate(LISTEN)
    update = "async () => { await (await navigator.serviceWorker.ready).update(); }"
    await page.evaluate(update)
    await page.evaluate(TAKEN_OVER)
    found = {entry.split()[0] for entry in await kept(page, "files")}
    # The page belongs to the old version, whose files the server no longer has.
    assert old in found
    (new,) = found - {old}
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("link", name="API keys").click()
    await expect(page.get_by_text("Key name")).to_be_visible()
    await page.get_by_role("link", name="Appearance").click()
    await page.context.set_offline(True)
    await page.reload()
    await expect(page.get_by_text("Single-key shortcuts")).to_be_visible()
    shown = await page.evaluate("document.querySelector('script[src]').src.split('/')[4]")
    assert new == f"perch-files-{shown}"


async def test_a_page_of_a_removed_version_announces_the_new_version(
    open_page: OpenPage, alice: Caller, touched: Path
) -> None:
    page = await open_page(viewer=alice)
    await is_live(page)
    await page.get_by_role("textbox", name="Tweet text").fill("half a thought")
    touched.write_bytes(touched.read_bytes() + b"\n")
    await page.get_by_role("link", name="Settings").click()
    await expect(page.get_by_text("A new version of Perch is available.").first).to_be_visible()
    await page.get_by_role("button", name="Reload").first.click()
    await expect(page.get_by_role("heading", name="Account")).to_be_visible()
    await page.get_by_role("link", name="Home").click()
    await expect(page.get_by_role("textbox", name="Tweet text")).to_have_value("half a thought")


async def test_a_deletion_is_sent_even_if_the_page_is_left(open_page: OpenPage, alice: Caller) -> None:
    await alice.tweet("not to be regretted")
    page = await visited(open_page, alice)
    row = tweet(page, "not to be regretted")
    await row.get_by_role("button", name="Delete tweet").click()
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.goto("/settings")
    await until_gone(alice.timeline)
