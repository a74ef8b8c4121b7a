"""The browser client: its page, at each of its addresses, and its files."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import urlsplit

from sanic import Blueprint, Request
from sanic.exceptions import NotFound as SanicNotFound
from sanic.response import HTTPResponse

from config.settings import Settings
from server.api.http import envelope
from server.api.http.client_files import ClientFile, ClientFiles
from server.api.http.errors import let_the_client_read
from server.api.http.messages import NOWHERE
from server.context import App
from server.core.errors import NotFound

bp = Blueprint("pages")

FOLDER = Path(__file__).parents[3] / "static"

# First path segments below which unknown addresses come from programs, which get the envelope.
FOR_PROGRAMS = frozenset({"api", "media", "static", "health", "icons", NOWHERE.decode().strip("/")})

# How often, in seconds, to check for changed files outside PROD. A check takes 3 ms, a page loads 60 files.
LOOK_EVERY = 0.25

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"

# The service worker fetches from this server and loads no code.
WORKER_POLICY = "default-src 'none'; connect-src 'self'"


# The shortcuts that an installed client offers on its icon.
SHORTCUTS = {
    "en": (("New tweet", "/#compose"), ("Following", "/following")),
    "ru": (("Новый твит", "/#compose"), ("Подписки", "/following")),
}

ICONS = (
    ("perch-192", "192x192", "any"),
    ("perch-512", "512x512", "any"),
    ("perch-maskable-512", "512x512", "maskable"),
)

# The page's colour in the light theme (static/styles/1-tokens.css).
PAPER = "#f4f0e8"


def manifest(name: str, language: str) -> bytes:
    """The web app manifest, which browsers need to install the client. Its icons have permanent addresses."""
    content = {
        "id": "/",
        "name": name,
        "short_name": name,
        "lang": language,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": PAPER,
        "background_color": PAPER,
        "icons": [
            {"src": f"/icons/{file}.png", "sizes": sizes, "type": "image/png", "purpose": purpose}
            for file, sizes, purpose in ICONS
        ],
        "shortcuts": [{"name": words, "url": url} for words, url in SHORTCUTS[language]],
    }
    return json.dumps(content, ensure_ascii=False).encode()


class Client:
    """The client's files. Outside PROD they are read again when they change, so you can edit and reload."""

    def __init__(self, settings: Settings, folder: Path = FOLDER) -> None:
        public = urlsplit(settings.s3_public_url or "")
        self._origin = f"{public.scheme}://{public.netloc}" if public.netloc else None
        self._folder = folder
        self._watch = settings.mode != "PROD"
        self._looked_at, self._seen = time.monotonic(), self._newest_change()
        self._files = ClientFiles.load(folder, media_origin=self._origin)
        self.manifests = {language: manifest(settings.instance_name, language) for language in SHORTCUTS}

    def files(self) -> ClientFiles:
        """The files as they are now."""
        if self._watch and time.monotonic() - self._looked_at >= LOOK_EVERY:
            if (newest := self._newest_change()) != self._seen:
                self._files = ClientFiles.load(self._folder, media_origin=self._origin)
                self._seen = newest
            self._looked_at = time.monotonic()
        return self._files

    def _newest_change(self) -> int:
        return max(path.stat().st_mtime_ns for path in self._folder.rglob("*"))


def set_up(app: App, settings: Settings) -> None:
    """Load the client's files and answer unknown addresses with its page."""
    app.ctx.client = Client(settings)
    app.blueprint(bp)
    app.error_handler.add(SanicNotFound, page_or_envelope)


def page(request: Request, status: int = 200) -> HTTPResponse:
    """The page. Browsers always revalidate it, as it names the files of the current version."""
    files = request.app.ctx.client.files()
    etag = f'"{files.version}"'
    headers = {
        "cache-control": "no-cache",
        "etag": etag,
        "content-security-policy": files.policy,
        "vary": "accept-encoding",
    }
    if status == 200 and request.headers.get("if-none-match") == etag:
        return HTTPResponse(b"", 304, headers)
    return sent(request, files.page, status, headers)


def codings(header: str) -> set[str]:
    """The content codings that a client accepts, by its Accept-Encoding header."""
    parts = [part.replace(" ", "").lower().partition(";") for part in header.split(",")]
    return {name for name, _, weight in parts if weight not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}}


def sent(request: Request, file: ClientFile, status: int, headers: dict[str, str]) -> HTTPResponse:
    """Respond with a file, compressed if the browser accepts that."""
    headers = {**headers, "vary": "accept-encoding"}
    accepted = codings(request.headers.get("accept-encoding", ""))
    if file.brotli is not None and "br" in accepted:
        return HTTPResponse(file.brotli, status, {**headers, "content-encoding": "br"}, file.content_type)
    if file.gzipped is not None and "gzip" in accepted:
        return HTTPResponse(file.gzipped, status, {**headers, "content-encoding": "gzip"}, file.content_type)
    return HTTPResponse(file.body, status, headers, file.content_type)


@bp.route("/", methods=["GET", "HEAD"], name="home")
@bp.route("/following", methods=["GET", "HEAD"], name="following")
@bp.route("/bookmarks", methods=["GET", "HEAD"], name="bookmarks")
@bp.route("/drafts", methods=["GET", "HEAD"], name="drafts")
@bp.route("/drafts/scheduled", methods=["GET", "HEAD"], name="scheduled")
@bp.route("/tweets/<number:id>/quotes", methods=["GET", "HEAD"], name="quotes")
@bp.route("/lists", methods=["GET", "HEAD"], name="lists")
@bp.route("/lists/<number:id>", methods=["GET", "HEAD"], name="list")
@bp.route("/members", methods=["GET", "HEAD"], name="members")
@bp.route("/members/new", methods=["GET", "HEAD"], name="new_members")
@bp.route("/requests", methods=["GET", "HEAD"], name="requests")
@bp.route("/settings", methods=["GET", "HEAD"], name="settings")
@bp.route(
    "/settings/<section:(appearance|keys|people|data|invitations)>",
    methods=["GET", "HEAD"],
    name="settings_section",
)
@bp.route("/operations", methods=["GET", "HEAD"], name="operations")
@bp.route("/operations/<section:(runs|people|log)>", methods=["GET", "HEAD"], name="operations_section")
@bp.route("/join", methods=["GET", "HEAD"], name="join_by_fragment")
@bp.route("/join/<token:str>", methods=["GET", "HEAD"], name="join")
@bp.route("/notifications", methods=["GET", "HEAD"], name="notifications")
@bp.route(
    "/notifications/<tab:(mentions|follows|private)>", methods=["GET", "HEAD"], name="notifications_tab"
)
@bp.route("/hashtags/<name:str>", methods=["GET", "HEAD"], name="hashtag")
@bp.route("/tweets/<number:id>", methods=["GET", "HEAD"], name="tweet")
@bp.route(r"/<handle:(@\w+)>", methods=["GET", "HEAD"], name="user_by_handle")
@bp.route(
    r"/<handle:(@\w+)>/<what:(followers|following|replies|media|likes)>",
    methods=["GET", "HEAD"],
    name="people_by_handle",
)
@bp.route("/users/<number:id>", methods=["GET", "HEAD"], name="user")
@bp.route(
    "/users/<number:id>/<what:(followers|following|replies|media|likes)>",
    methods=["GET", "HEAD"],
    name="people",
)
async def client_page(request: Request, **_: object) -> HTTPResponse:
    """Every address of the client is the same page: its router does the rest."""
    return page(request)


@bp.route("/static/<version:str>/<name:path>", methods=["GET", "HEAD"])
async def client_file(request: Request, version: str, name: str) -> HTTPResponse:
    """A file of the client."""
    files = request.app.ctx.client.files()
    file = files.files.get(name)
    if file is None or version != files.version:
        raise NotFound
    return sent(request, file, 200, {"cache-control": FOR_EVER})


@bp.route("/sw.js", methods=["GET", "HEAD"])
async def service_worker(request: Request) -> HTTPResponse:
    """The service worker, for this whole host. Browsers always revalidate it, as it names the version."""
    files = request.app.ctx.client.files()
    headers = {"cache-control": "no-cache", "content-security-policy": WORKER_POLICY}
    return sent(request, files.worker, 200, headers)


@bp.route("/manifest.webmanifest", methods=["GET", "HEAD"], name="manifest")
async def client_manifest(request: Request) -> HTTPResponse:
    """The manifest that makes the client installable, with the name of this instance."""
    language = "ru" if request.headers.get("accept-language", "").lower().startswith("ru") else "en"
    headers = {"cache-control": "no-cache", "vary": "accept-language"}
    return HTTPResponse(request.app.ctx.client.manifests[language], 200, headers, "application/manifest+json")


@bp.route("/icons/<name:str>", methods=["GET", "HEAD"])
@bp.route("/apple-touch-icon.png", methods=["GET", "HEAD"], name="touch_icon")
async def icon(request: Request, name: str = "apple-touch-icon.png") -> HTTPResponse:
    """The icons of an installed client, at permanent addresses."""
    file = request.app.ctx.client.files().files.get(f"icons/{name}")
    if file is None:
        raise NotFound
    return sent(request, file, 200, {"cache-control": FOR_A_DAY})


@bp.route("/favicon.ico", methods=["GET", "HEAD"])
async def favicon(request: Request) -> HTTPResponse:
    """The icon, for browsers that request this address whatever the page says."""
    icon = request.app.ctx.client.files().files["icons/perch.svg"]
    return HTTPResponse(icon.body, 200, {"cache-control": FOR_A_DAY}, icon.content_type)


async def page_or_envelope(request: Request, _error: Exception) -> HTTPResponse:
    """An unknown address: the client's own page for people, the envelope for programs."""
    let_the_client_read(request)
    wants_page = "text/html" in request.headers.get("accept", "")
    if request.method in ("GET", "HEAD") and wants_page and request.path.split("/")[1] not in FOR_PROGRAMS:
        return page(request, 404)
    return envelope.failure(NotFound())
