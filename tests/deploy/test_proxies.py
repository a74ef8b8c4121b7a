"""A real nginx and a real Caddy, with the configuration files that we ship, in front of a running Perch."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests import pictures, servers
from tests.waiting import lasting, wait_for
from tests.whole.conftest import Perch, running

DEPLOY = Path(__file__).parents[2] / "config/deploy"

HOST = "perch.example.org"

# What the shipped files assume about Perch's settings.
SETTINGS = re.compile(r"\b([A-Z_]+)=(\S+)")

# Changes to the shipped file that keep the test short.
Changes = Sequence[tuple[str, str]]

ANONYMOUS = 20
TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def perch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Perch]:
    """A Perch with the settings that the files name."""
    said = dict(SETTINGS.findall(comment(DEPLOY / "nginx.conf")))
    assert said == dict(SETTINGS.findall(comment(DEPLOY / "Caddyfile")))
    folder = tmp_path_factory.mktemp("behind")
    with running(
        folder,
        DEMO_KEYS="on",
        RATE_LIMITS="on",
        METRICS_TOKEN=TOKEN,
        RATE_ANONYMOUS=f"{ANONYMOUS}/hour",
        **said,
    ) as perch:
        yield perch


def comment(file: Path) -> str:
    lines = file.read_text().splitlines()
    return "\n".join(line for line in lines if line.startswith("#") and "PUBLIC_URL" in line)


@contextmanager
def nginx(folder: Path, perch: Perch, port: int, changes: Changes = ()) -> Iterator[None]:
    """The shipped file with other ports and a temporary certificate."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
        + ["-addext", f"subjectAltName=DNS:{HOST}", "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    shipped = (DEPLOY / "nginx.conf").read_text()
    shipped = re.sub(r"/etc/letsencrypt/live/[^/]+", str(folder), shipped)
    shipped = re.sub(r"^ +listen \[::\].*\n", "", shipped, flags=re.MULTILINE)
    for there, here in (
        ("listen 80;", f"listen 127.0.0.1:{servers.free_port()};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl; listen 127.0.0.2:{port} ssl;"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{perch.settings['PORT']};"),
        *changes,
    ):
        assert there in shipped
        shipped = shipped.replace(there, here)
    paths = " ".join(
        f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log; user root;\n"
        f"events {{}}\nhttp {{ access_log off; {paths}\n{shipped}\n}}\n"
    )
    with served(["nginx", "-c", str(folder / "nginx.conf")], port, {}):
        yield


@contextmanager
def caddy(folder: Path, perch: Perch, port: int, changes: Changes = ()) -> Iterator[None]:
    """The shipped file with a certificate of Caddy's own authority, which is installed nowhere."""
    shipped = (DEPLOY / "Caddyfile").read_text()
    alone = f"admin off\nskip_install_trust\nauto_https disable_redirects\nstorage file_system {folder}"
    for there, here in (
        ("{$PERCH_HOST:localhost} {", "{$PERCH_HOST:localhost} {\n\ttls internal"),
        ("{\n\tservers {", f"{{\n{alone}\n\tservers {{"),
        *changes,
    ):
        assert there in shipped
        shipped = shipped.replace(there, here)
    (folder / "Caddyfile").write_text(shipped)
    environment = {
        "PERCH_HOST": f"https://{HOST}:{port}",
        "PERCH_UPSTREAM": f"127.0.0.1:{perch.settings['PORT']}",
        "HOME": str(folder),
    }
    with served(
        ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], port, environment
    ):
        yield


@contextmanager
def served(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=servers.environment(**environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: answers(port) or process.poll() is not None, command[0], seconds=20)
        assert process.poll() is None, f"{command[0]} ended"
        yield
    finally:
        process.kill()  # Caddy would wait for open streams
        process.wait(10)


def answers(port: int) -> bool:
    """Whether TLS works there under that name: Caddy needs a moment to make a certificate."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as plain:
            blind().wrap_socket(plain, server_hostname=HOST).close()
    except OSError:
        return False
    return True


def blind() -> ssl.SSLContext:
    """An SSL context that doesn't verify certificates."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


Proxy = Callable[[Path, Perch, int, Changes], AbstractContextManager[None]]


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, perch: Perch
) -> Iterator[int]:
    """The port of a proxy in front of Perch."""
    proxy: Proxy = request.param
    port = servers.free_port()
    with proxy(tmp_path_factory.mktemp("proxy"), perch, port, ()):
        yield port


def client(port: int, *, source: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client that addresses the proxy by its name."""
    transport = httpx.AsyncHTTPTransport(verify=blind(), local_address=source)
    return httpx.AsyncClient(
        transport=transport, base_url=f"https://127.0.0.1:{port}", headers={"host": HOST}, timeout=30
    )


async def test_pages_and_the_api_are_reachable_through_the_proxy_with_tls(proxied: int) -> None:
    async with client(proxied) as browser:
        page = await browser.get("/", headers={"accept": "text/html"}, extensions=sni())
        assert page.status_code == 200
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        me = await browser.get("/api/users/me", headers={"api-key": "test"}, extensions=sni())
        assert me.json()["user"]["handle"] == "test"
        for closed in ("/metrics", "/metrics/"):
            answer = await browser.get(closed, headers={"authorization": f"Bearer {TOKEN}"}, extensions=sni())
            assert answer.status_code == 404


def sni() -> dict[str, str]:
    """The name to send in the TLS handshake."""
    return {"sni_hostname": HOST}


async def test_live_events_pass_through_the_proxy_without_delay(proxied: int) -> None:
    async with client(proxied) as browser:
        key = {"api-key": "test"}
        async with browser.stream("GET", "/api/stream", headers=key, extensions=sni()) as stream:
            lines = stream.aiter_lines()
            for number in range(3):
                sent = await browser.post(
                    "/api/tweets", headers=key, json={"tweet_data": f"seen {number}"}, extensions=sni()
                )
                assert sent.status_code == 201
                async with asyncio.timeout(3):
                    while True:
                        line = await anext(lines)
                        if line.startswith("data:") and str(sent.json()["tweet_id"]) in line:
                            break


def test_pictures_pass_through_the_proxy_and_too_large_ones_are_refused(proxied: int, tmp_path: Path) -> None:
    """Uses curl and HTTP/2, as browsers do: over HTTP/1.1, a refusal in the middle of a body may be lost."""
    picture = pictures.jpeg(640, 480)
    large = picture + b"\0" * (9_900_000 - len(picture))
    for content, status in ((picture, 201), (large, 201), (large + b"\0" * 1_000_000, 413), (2 * large, 413)):
        file = tmp_path / "picture.jpg"
        file.write_bytes(content)
        url = f"https://{HOST}:{proxied}/api/medias"
        asked = ["curl", "-sk", "--http2", "--resolve", f"{HOST}:{proxied}:127.0.0.1", "-H", "api-key: test"]
        command = [*asked, "-F", f"file=@{file}", "-o", "/dev/null", "-w", "%{http_code}", url]
        answered = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        assert answered == str(status), len(content)


async def test_clients_cannot_forge_their_address(proxied: int) -> None:
    """Requests without a key are counted by address, and no header that a client sends may change it."""
    sources = [f"127.{proxied % 250 + 1}.{part}.9" for part in (1, 2)]  # an address that no other test uses
    async with client(proxied, source=sources[0]) as one, client(proxied, source=sources[1]) as other:
        numbers = itertools.count(1)
        async with asyncio.timeout(20):
            while True:
                lie = {"x-forwarded-for": f"198.51.100.{next(numbers) % 250}"}
                answer = await one.get("/api/instance", headers=lie, extensions=sni())
                if answer.status_code == 429:
                    break
                await lasting(0.05)
        assert next(numbers) > ANONYMOUS
        assert (await other.get("/api/instance", extensions=sni())).status_code == 200


# The shipped limits, and smaller ones.
REQUESTS, CONNECTIONS = 10, 5
SMALLER = (
    ("rate=200r/s", "rate=1r/s"),
    ("burst=2000 nodelay", f"burst={REQUESTS - 1} nodelay"),
    ("limit_conn perch_connections 1200", f"limit_conn perch_connections {CONNECTIONS}"),
    ("client_header_timeout 30s", "client_header_timeout 1s"),
)


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory, perch: Perch) -> Iterator[int]:
    """The port of an nginx whose limits are smaller than the shipped ones."""
    port = servers.free_port()
    with nginx(tmp_path_factory.mktemp("bounded"), perch, port, SMALLER):
        yield port


async def test_nginx_limits_requests_per_address_and_answers_like_perch(bounded: int) -> None:
    sources = [f"127.{bounded % 250 + 1}.{part}.9" for part in (3, 4)]
    async with client(bounded, source=sources[0]) as one, client(bounded, source=sources[1]) as other:
        answers = [await one.get("/health/live", extensions=sni()) for _ in range(2 * REQUESTS)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(answers) - len(refused) in (REQUESTS, REQUESTS + 1)  # one more per second is allowed
        assert refused[0].json()["error_type"] == "rate_limited"
        assert refused[0].headers["content-type"] == "application/json"
        assert refused[0].headers["retry-after"] == "1"
        assert (await other.get("/health/live", extensions=sni())).status_code == 200
        page = (await other.get("/", headers={"accept": "text/html"}, extensions=sni())).text
        file = re.search(r'src="(/static/[^"]+)"', page)
        assert file is not None
        for _ in range(2 * REQUESTS):
            assert (await one.get(file[1], extensions=sni())).status_code == 200


async def test_nginx_limits_connections_per_address(bounded: int) -> None:
    source, key = f"127.{bounded % 250 + 1}.5.9", {"api-key": "test"}
    async with client(bounded, source=source) as one, AsyncExitStack() as streams:
        for _ in range(CONNECTIONS):
            stream = one.stream("GET", "/api/stream", headers=key, extensions=sni())
            assert (await streams.enter_async_context(stream)).status_code == 200
        assert (await one.get("/health/live", extensions=sni())).status_code == 429
    async with client(bounded, source=f"127.{bounded % 250 + 1}.6.9") as other:
        assert (await other.get("/health/live", extensions=sni())).status_code == 200


@pytest.mark.parametrize(
    ("proxy", "shorter"), [(nginx, SMALLER), (caddy, (("read_header 10s", "read_header 1s"),))]
)
def test_clients_that_never_finish_the_request_head_are_disconnected(
    proxy: Proxy, shorter: Changes, perch: Perch, tmp_path: Path
) -> None:
    """Both proxies run with a shorter time limit; the test waits as long as that may take at most."""
    port = servers.free_port()
    with (
        proxy(tmp_path, perch, port, shorter),
        socket.create_connection(("127.0.0.1", port)) as plain,
        blind().wrap_socket(plain, server_hostname=HOST) as slow,
    ):
        slow.sendall(b"GET /health/live HTTP/1.1\r\nHost: ")
        slow.settimeout(20)
        with suppress(ConnectionError, ssl.SSLError):
            while slow.recv(1 << 16):
                pass


async def test_caddy_refuses_a_head_that_is_too_large(tmp_path: Path, perch: Perch) -> None:
    port = servers.free_port()
    with caddy(tmp_path, perch, port):
        async with client(port) as browser:
            answer = await browser.get("/health/live", headers={"x-much": "x" * 40_000}, extensions=sni())
    assert answer.status_code == 431


@pytest.mark.parametrize("unit", ["perch.service", "perch-part@.service"])
def test_the_systemd_units_are_well_formed(unit: str, tmp_path: Path) -> None:
    """systemd knows each line, and what the units start is a command of Perch."""
    text = (DEPLOY / unit).read_text()
    assert {command.split()[0] for command in re.findall(r"/opt/perch/bin/perch (.*)", text)} <= {
        "up",
        "migrate",
        "%i",
    }
    file = tmp_path / unit.replace("@.", "@worker.")
    file.write_text(text.replace("/opt/perch/bin/perch", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    assert str(file) not in done.stderr, done.stderr
    assert file.name not in done.stderr, done.stderr
