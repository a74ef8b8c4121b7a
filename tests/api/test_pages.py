"""The client's page and its files."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from server.api.http.client_files import ClientFiles
from server.api.pages import pages
from server.api.pages.pages import FOLDER
from tests.callers import Caller

MAP = re.compile(r'<script type="importmap">(.*?)</script>')


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/following", 200),
        ("/bookmarks", 200),
        ("/drafts", 200),
        ("/drafts/scheduled", 200),
        ("/tweets/5/quotes", 200),
        ("/settings", 200),
        ("/settings/keys", 200),
        ("/operations/log", 200),
        ("/settings/nothing", 404),
        ("/join/perch_invite_x", 200),
        ("/tweets/5", 200),
        ("/users/5", 200),
        ("/users/5/followers", 200),
        ("/users/5/following", 200),
        ("/@alice", 200),
        ("/@alice/followers", 200),
        ("/@alice/enemies", 404),
        ("/users/5/enemies", 404),
        ("/nothing", 404),
        ("/tweets/x", 404),
    ],
)
async def test_every_client_route_serves_the_page(anybody: Caller, path: str, status: int) -> None:
    page = await anybody.send("GET", path, headers={"accept": "text/html"})
    assert page.status_code == status
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert 'type="module"' in page.text


async def test_programs_get_the_envelope_for_unknown_addresses(anybody: Caller) -> None:
    assert (await anybody.get("/nothing")).error == (404, "not_found")
    assert (await anybody.post("/nothing", headers={"accept": "text/html"})).error == (404, "not_found")


async def test_the_csp_allows_the_import_map_and_no_other_inline_script(anybody: Caller) -> None:
    page = await anybody.send("GET", "/")
    policy = page.headers["content-security-policy"]
    (import_map,) = MAP.findall(page.text)
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert page.text.count("<script") == 2
    assert "<style" not in page.text
    assert " style=" not in page.text


async def test_every_file_that_the_page_names_exists_with_its_declared_hash(anybody: Caller) -> None:
    page = await anybody.send("GET", "/")
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"(?: integrity="([^"]+)")?', page.text)
    modules = json.loads(MAP.findall(page.text)[0])
    named += list(modules["integrity"].items())
    assert set(modules["imports"].values()) <= set(modules["integrity"])
    for url, proof in named:
        file = await anybody.send("GET", url)
        assert file.status_code == 200, url
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        if proof:
            assert proof == "sha384-" + base64.b64encode(hashlib.sha384(file.content).digest()).decode()


async def test_the_modules_of_the_first_view_are_preloaded_and_small(anybody: Caller) -> None:
    page = await anybody.send("GET", "/")
    eager = re.findall(r'modulepreload" href="([^"]+)"', page.text)
    styles = re.findall(r'stylesheet" href="([^"]+)"', page.text)
    sizes = []
    for urls in (eager, styles):
        bodies = [(await anybody.send("GET", url)).content for url in urls]
        sizes.append(sum(len(gzip.compress(body, 9)) for body in bodies))
    assert len(eager) <= 60
    assert sizes[0] <= 75_000  # what is delivered is less than half: tests/deploy/test_wheel.py
    assert sizes[1] <= 15_000


async def test_files_are_compressed_for_clients_that_accept_it(anybody: Caller) -> None:
    page = await anybody.send("GET", "/")
    url = re.findall(r'src="(/static/[^"]+)"', page.text)[0]
    plain = await anybody.send("GET", url, headers={"accept-encoding": "identity"})
    small = await anybody.send("GET", url, headers={"accept-encoding": "gzip"})
    refused = await anybody.send("GET", url, headers={"accept-encoding": "br;q=0, gzip; q=0, identity"})
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.content == plain.content


@pytest.mark.parametrize(
    "name", ["vendor/vendor.py", "index.html", "vendor/imports.json", "../server/app.py", "%2e%2e/README.md"]
)
async def test_files_outside_the_client_are_not_served(anybody: Caller, name: str) -> None:
    page = await anybody.send("GET", "/")
    prefix = "/".join(re.findall(r'src="(/static/[^"]+)"', page.text)[0].split("/")[:3])
    assert (await anybody.send("GET", f"{prefix}/{name}")).status_code == 404
    assert (await anybody.send("GET", "/static/0000/app.js")).status_code == 404


async def test_an_unchanged_page_is_not_sent_again(anybody: Caller) -> None:
    page = await anybody.send("GET", "/")
    again = await anybody.send("GET", "/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_service_worker_has_the_version_and_names_only_existing_files(anybody: Caller) -> None:
    worker = await anybody.send("GET", "/sw.js")
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    assert len(gzip.compress(worker.content, 9)) < 5_000  # with the names of all modules
    version = json.loads(re.findall(r"^const VERSION = (.*);$", worker.text, re.MULTILINE)[0])
    names = json.loads(re.findall(r"^const FILES = (.*);$", worker.text, re.MULTILINE)[0])
    page = await anybody.send("GET", "/")
    needed = re.findall(rf'"/static/{version}/([^"]+)"', page.text)
    assert set(needed) <= set(names)
    for name in names:
        assert (await anybody.send("HEAD", f"/static/{version}/{name}")).status_code == 200, name
    assert (await anybody.send("GET", f"/static/{version}/sw.js")).status_code == 404
    assert "worker-src 'self'" in page.headers["content-security-policy"]


def test_changing_only_the_service_worker_makes_a_new_version(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "static")
    before = ClientFiles.load(folder).version
    with (folder / "sw.js").open("a") as worker:
        worker.write("// more\n")
    assert ClientFiles.load(folder).version != before


async def test_the_client_can_be_installed(anybody: Caller) -> None:
    page = await anybody.send("GET", "/")
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page.text
    touch_icon = re.findall(r'rel="apple-touch-icon" href="([^"]+)"', page.text)[0]
    answer = await anybody.send("GET", "/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert (manifest["name"], manifest["start_url"], manifest["scope"]) == ("Perch", "/", "/")
    assert manifest["display"] == "standalone"
    icons = {(icon["sizes"], icon["purpose"]): icon["src"] for icon in manifest["icons"]}
    assert set(icons) == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    sizes = {src: tuple(map(int, size.split("x"))) for (size, _), src in icons.items()}
    for src in [*sizes, touch_icon, "/apple-touch-icon.png"]:
        icon = await anybody.send("GET", src)
        assert icon.headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(icon.content)).size == sizes.get(src, (180, 180))
    assert (await anybody.get("/icons/none.png")).error == (404, "not_found")


async def test_the_manifest_uses_the_readers_language_and_the_instances_name(anybody: Caller) -> None:
    answer = await anybody.send("GET", "/manifest.webmanifest", headers={"accept-language": "ru-RU,ru;q=0.9"})
    assert json.loads(answer.text)["shortcuts"][0] == {"name": "Новый твит", "url": "/#compose"}
    assert answer.headers["vary"] == "accept-language"
    assert json.loads(pages.manifest("Школа 57", "en"))["short_name"] == "Школа 57"


def test_the_manifest_has_the_same_colours_as_the_page() -> None:
    tokens = (FOLDER / "styles" / "1-tokens.css").read_text()
    (light, dark), *_ = re.findall(r"--page: light-dark\((#\w+), (#\w+)\)", tokens)
    assert light == pages.PAPER
    metas = re.findall(r'name="theme-color" content="(#\w+)"', (FOLDER / "index.html").read_text())
    assert [colour.lower() for colour in metas] == [light, dark]
