"""Links on profiles whose pages lead back, or don't."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.features.people import profile_links
from server.features.people.profile_links import Due, is_link, leads_back
from server.features.privacy import deletion
from tasks.profile_links import verify, work_off
from tasks.workshop import Workshop
from tests.api.test_deletion import due, leave
from tests.callers import Caller, register
from tests.outbound.hostile import page, to
from tests.previews.conftest import Previewer
from tests.waiting import until_gone

SITE = "https://perch.test"


async def say(who: Caller, *values: str) -> None:
    fields = [{"name": f"line {number}", "value": value} for number, value in enumerate(values)]
    assert (await who.patch("/api/users/me", json={"fields": fields})).status == 200


async def verified(viewer: Caller, who: Caller) -> list[str]:
    """The lines with a mark, as somebody else sees them."""
    fields = (await viewer.get(f"/api/users/{who.id}"))["user"].get("fields", [])
    return [one["value"] for one in fields if "verified_at" in one]


async def times() -> list[Any]:
    """When the links were verified."""
    found = await rows("SELECT verified_at FROM profile_links ORDER BY id")
    return [one["verified_at"] for one in found]


async def look(previewer: Previewer) -> None:
    settings = previewer.workshop.settings.model_copy(update={"public_url": SITE})
    workshop = Workshop.of(settings, previewer.perch.store, previewer.workshop.backups, previewer.perch.jobs)
    try:
        await work_off(workshop, previewer.fetcher)
    finally:
        await workshop.pictures.close()


async def later() -> None:
    await rows("UPDATE profile_links SET next_at = now()")


async def verify_one(previewer: Previewer, who: Caller) -> str:
    """Give somebody a line whose page leads back, and return its value."""
    mine = previewer.server.url("/")
    previewer.server.answers["/"] = leads(f"{SITE}/@{who.handle}")
    await say(who, mine)
    await look(previewer)
    return mine


def leads(address: str, *, tag: str = "a", rel: str = "me") -> bytes:
    return page(f'<{tag} rel="{rel}" href="{address}">Perch</{tag}>'.encode())


@pytest.mark.parametrize(
    ("answer", "is_true"),
    [
        (leads(f"{SITE}/@alice"), True),
        (leads(f"{SITE}/@Alice/"), True),
        (leads("HTTPS://perch.test/users/{id}", rel="nofollow ME"), True),
        (leads(f"{SITE}/@alice", tag="link"), True),
        (leads(f"{SITE}/@alice", rel="author"), False),
        (leads(f"{SITE}/@bob"), False),
        (leads(f"{SITE}/@alice/likes"), False),
        (leads("https://perch.test.evil.example/@alice"), False),
        (leads("/@alice"), False),
        (page(f"{SITE}/@alice".encode()), False),
        (page(b"", status="404 Not Found"), False),
    ],
)
async def test_a_line_is_marked_if_its_page_leads_back(
    previewer: Previewer, alice: Caller, bob: Caller, answer: bytes, is_true: bool
) -> None:
    whole = page(answer.split(b"\r\n\r\n", 1)[1].replace(b"{id}", b"%d" % alice.id))
    previewer.server.answers["/"] = answer if b"404" in answer[:20] else whole
    mine = previewer.server.url("/")
    await say(alice, mine, "she writes")
    assert await verified(bob, alice) == []
    await look(previewer)
    assert await verified(bob, alice) == ([mine] if is_true else [])
    assert [one["value"] for one in (await alice.get("/api/users/me"))["user"]["fields"]] == [
        mine,
        "she writes",
    ]


async def test_the_mark_is_that_of_its_line(previewer: Previewer, alice: Caller, bob: Caller) -> None:
    previewer.server.answers["/a"] = leads(f"{SITE}/@alice")
    previewer.server.answers["/b"] = to(previewer.server.url("/a"))
    mine, moved = previewer.server.url("/a"), previewer.server.url("/b")
    await say(alice, mine, moved)
    await say(bob, mine)
    await look(previewer)
    assert await verified(bob, alice) == [mine, moved]
    assert await verified(alice, bob) == [], "the page is alice's"
    since = await times()
    await later()
    await look(previewer)
    assert await times() == since
    await say(alice, moved)
    assert await verified(bob, alice) == [moved]
    await say(alice, "nothing", mine)
    assert await verified(bob, alice) == [], "a line that comes back is looked at anew"
    previewer.server.answers["/a"] = page(b"sold")
    await look(previewer)
    assert await verified(bob, alice) == []


async def test_a_page_that_no_longer_leads_back_loses_the_mark_but_an_outage_keeps_it(
    previewer: Previewer, alice: Caller, bob: Caller
) -> None:
    mine = await verify_one(previewer, alice)
    for _ in range(len(profile_links.RETRIES) + 1):
        previewer.server.answers["/"] = page(b"", status="503 Service Unavailable")
        await later()
        await look(previewer)
        assert await verified(bob, alice) == [mine]
    previewer.server.answers["/"] = page(b"sold")
    await later()
    await look(previewer)
    assert await verified(bob, alice) == []


async def test_a_mark_ends_when_its_page_could_not_be_seen_for_weeks(
    previewer: Previewer, alice: Caller, bob: Caller
) -> None:
    mine = await verify_one(previewer, alice)
    await rows("UPDATE profile_links SET confirmed_at = now() - interval '27 days'")
    assert await verified(bob, alice) == [mine]
    await rows("UPDATE profile_links SET confirmed_at = now() - interval '29 days'")
    assert await verified(bob, alice) == []
    await later()
    await look(previewer)
    assert await verified(bob, alice) == [mine]


@pytest.mark.parametrize(
    ("value", "page", "is_true"),
    [
        ("https://alice.example", "https://alice.example/", True),
        ("http://alice.example/a", "https://www.alice.example/b", True),
        ("https://www.alice.example", "https://alice.example/", True),
        ("https://bank.example/to?url=https://evil.example", "https://evil.example/", False),
        ("https://alice.example", "https://blog.alice.example/", False),
    ],
)
def test_a_redirect_to_another_host_proves_nothing(value: str, page: str, is_true: bool) -> None:
    link = Due(1, 1, "alice", value, 0, datetime.now(UTC))
    assert leads_back(SITE, link, page, [f"{SITE}/@alice"]) is is_true


async def test_nothing_is_fetched_where_nobody_could_see_it(
    previewer: Previewer, perch: Context, anybody: Caller, bob: Caller, carol: Caller
) -> None:
    who = await register(anybody.send, "walter")
    previewer.server.answers["/"] = leads(f"{SITE}/@walter")
    await say(who, previewer.server.url("/"))
    await carol.post(f"/api/users/{who.id}/suspension", json={"hide_tweets": True})
    await look(previewer)
    assert previewer.server.heard == []
    await carol.delete(f"/api/users/{who.id}/suspension")
    for change in ({"previews": False}, {"public_url": None}):
        settings = previewer.workshop.settings.model_copy(update={"public_url": SITE, **change})
        workshop = Workshop.of(settings, perch.store, previewer.workshop.backups, perch.jobs)
        await verify(workshop)
        await workshop.pictures.close()
    assert (await rows("SELECT claimed_until FROM profile_links")) == [{"claimed_until": None}]
    await look(previewer)
    assert await verified(bob, who) == [previewer.server.url("/")]


async def test_a_killed_worker_s_claim_ends(previewer: Previewer, alice: Caller, bob: Caller) -> None:
    mine = previewer.server.url("/")
    previewer.server.answers["/"] = leads(f"{SITE}/@alice")
    await say(alice, mine)
    (claimed,) = await profile_links.claim_some()
    await look(previewer)
    assert previewer.server.heard == []
    await rows("UPDATE profile_links SET claimed_until = now() - interval '1 second'")
    await look(previewer)
    await profile_links.save(claimed, leads_back=False)
    assert await verified(bob, alice) == [mine], "the worker that comes too late changes nothing"


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("https://perch.example", True),
        ("http://perch.example/a?b=c#d", True),
        ("perch.example", False),
        ("see https://perch.example", False),
        ("https://me:secret@perch.example", False),
        ("https://", False),
        ("https://[", False),
        ("ftp://perch.example", False),
        ("javascript:alert(1)", False),
    ],
)
def test_only_whole_addresses_are_links(value: str, is_one: bool) -> None:
    assert is_link(value) is is_one


@pytest.mark.usefixtures("worker")
async def test_erasing_an_account_forgets_its_links(perch: Context, alice: Caller) -> None:
    await say(alice, "https://perch.example")
    assert await rows("SELECT value FROM profile_links") == [{"value": "https://perch.example"}]
    await leave(alice)
    await due(alice)
    await deletion.resume(perch.jobs, older_than=0)

    async def is_left() -> bool:
        return bool(await rows("SELECT 1 FROM profile_links"))

    await until_gone(is_left)
