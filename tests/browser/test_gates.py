"""Those of the client's gates that are quick to measure (`make client-gates` measures all of them)."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from config.settings import Settings
from tests.conftest import emptied
from tools.gates import accessibility, community, document, languages, lighthouse, scroll, sizes
from tools.gates.places import PLACES, Place
from tools.gates.result import Measure, at_least, at_most
from tools.gates.visitor import SCREENS, Visitor

pytestmark = pytest.mark.whole

STATIC = Path(__file__).parents[2] / "static"

# What axe examines here: each page once, in the width and colours that show the most.
LOOKED_AT = {"home": "ru", "settings": "ru", "operations": "ru", "mute": "ru", "signing out": "ru"}

# The pages with the fullest rows.
NARROW = ("home", "tweet", "profile", "followers", "settings", "operations", "join", "composer")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visitor(
    browser: Browser, settings: Settings, pool: None, address: str, worker: None
) -> AsyncIterator[Visitor]:
    """Someone who visits a small community."""
    assert await emptied()
    settled = await community.settle(
        settings.database.connect_arguments(), address, tweets=60, picture_tweets=6
    )
    yield Visitor(browser, settled)


def place(name: str) -> Place:
    return next(one for one in PLACES if one.name == name)


def hold(measures: Sequence[Measure]) -> None:
    """Check that each figure is within its gate."""
    missed = [(one.name, one.measured, one.gate, one.details[:5]) for one in measures if not one.ok]
    assert not missed, missed


@pytest.mark.usefixtures("bundled")
async def test_transfers_are_small_and_the_console_is_silent(visitor: Visitor) -> None:
    hold(await sizes.measure(visitor, (place("home"), place("settings"), place("operations")), ["en"]))


async def test_nothing_overflows_on_a_phone_or_at_double_zoom(visitor: Visitor) -> None:
    narrow = tuple(place(name) for name in NARROW)
    hold(await languages.overflow(visitor, narrow, languages=["ru"]))  # its words are longer


async def test_counted_words_use_the_right_plural_forms(visitor: Visitor) -> None:
    assert await languages.plurals(visitor, ["ru"]) == []


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("home", "dark"),
        ("tweet", "light"),
        ("settings", "dark"),
        ("composer", "light"),
        ("operations", "dark"),
        ("operations", "light"),
        ("menu", "light"),
        ("mute", "dark"),
        ("block", "light"),
        ("signing out", "light"),
        ("requests", "light"),
        ("settings, people", "dark"),
        ("notifications, follows", "light"),
        ("home, following", "dark"),
    ],
)
async def test_axe_finds_nothing(visitor: Visitor, name: str, scheme: str) -> None:
    screens = [SCREENS[0 if scheme == "dark" else 2]]
    found = await accessibility.look_at(visitor, place(name), LOOKED_AT.get(name, "en"), screens, [scheme])
    hold(accessibility.verdicts(found))


def test_every_address_of_the_client_is_examined() -> None:
    routes = re.findall(r"\[/(\^.+?\$)/, ", (STATIC / "core" / "router.js").read_text())
    paths = [re.sub(r"\{\w+\}", "1", one.path).partition("#")[0] for one in PLACES]
    assert len(routes) > 10
    for route in (one.replace("\\/", "/") for one in routes if "@" not in one):
        found = [path for path in paths if re.match(route, path)]
        assert found, route
        for part in "|".join(re.findall(r"\(([a-z|]+)\)", route)).split("|"):
            assert any(path.endswith(part) for path in found), (route, part)


async def test_going_back_restores_the_scroll_position_among_pictures(visitor: Visitor) -> None:
    hold(await scroll.measure(visitor, (SCREENS[0],), patient=False))


def test_the_lighthouse_lock_file_names_no_host() -> None:
    lock = json.loads((Path(lighthouse.__file__).parent / "package-lock.json").read_text())
    packages = [one for path, one in lock["packages"].items() if path]
    assert packages
    assert all("resolved" not in one and one["integrity"] for one in packages)


def test_a_figure_beyond_its_gate_is_reported_as_missed() -> None:
    assert at_most("size", 45.1, 45).cells == ("size", "<= 45", "45.1", "MISSED")
    assert at_most("size", 45, 45).ok
    assert not at_least("points", 94.9, 95).ok


def test_the_documents_table_is_updated_in_place() -> None:
    text = f"before\n{document.BEGIN}\n{document.END}\nafter\n"
    first = document.with_table(
        text, [at_most("size", 1, 2, " kB"), at_most("time", 9, 1)], "Here.", keep=False
    )
    assert "| size | <= 2 kB | 1 kB | ok |\n| time | <= 1 | 9 | MISSED |" in first
    assert (first.startswith("before\n"), first.endswith("\nafter\n")) == (True, True)
    second = document.with_table(first, [at_most("time", 1, 1)], "There.", keep=True)
    assert "| size | <= 2 kB | 1 kB | ok |\n| time | <= 1 | 1 | ok |\n\nThere." in second
    assert "size" not in document.with_table(second, [at_most("time", 1, 1)], "There.", keep=False)


def test_the_document_has_markers_for_the_table() -> None:
    assert document.DOCUMENT.read_text().count(document.BEGIN) == 1
