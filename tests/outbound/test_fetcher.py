"""Fetching what users link to: nothing leads into the network that Perch runs in, and nothing is too much."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from server.core.outbound import fetcher as fetching
from server.core.outbound.addresses import is_public
from server.core.outbound.fetcher import Fetcher, NotFetched
from tests.outbound.hostile import HTML, Hostile, Write, hostile, idle, page, to

PRIVATE = (
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("168.63.129.16", "100.100.100.200"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
    *("2002:a00:1::1", "2001:0:7f00:1::", "::127.0.0.1", "fec0::2", "3fff::1", "4000::1", "localhost", ""),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Hostile]:
    async with hostile() as found:
        yield found


@pytest_asyncio.fixture
async def fetcher(server: Hostile) -> AsyncIterator[Fetcher]:
    """One that may connect to page.test, wherever that is."""
    async with Fetcher("https://perch.test", ["page.test"], server.look_up) as found:
        yield found


async def refusal(fetcher: Fetcher, url: str, max_bytes: int = 1000) -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        await fetcher.fetch(url, ["text/html"], max_bytes)
    return caught.value


async def test_a_page_is_fetched_with_nothing_but_the_request(
    server: Hostile, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    cookie = HTML + b"Set-Cookie: a=b\r\n"
    server.answers["/a"] = page(b"", status="302 Found", headers=cookie + b"Location: /b#part\r\n")
    server.answers["/b"] = page("привет".encode())
    found = await fetcher.fetch(server.url("/a#part"), ["text/html"], 1000)
    assert (found.url, found.charset) == (server.url("/b"), "utf-8")
    assert found.body.decode() == "привет"
    for request in server.heard:
        lines = request.decode().lower()
        assert "cookie" not in lines
        assert "authorization" not in lines
        assert "accept-encoding: identity" in lines
        assert "perch" in lines
    assert server.resolved == ["page.test", "page.test"], "each request resolves once"


@pytest.mark.parametrize(
    "url",
    [
        "http://inside.test/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://localhost/",
        "http://169.254.169.254/latest/meta-data/",
        "http://user:secret@page.test/",
        "http://user@page.test/",
        "http://perch.test/",
        "https://PERCH.test./",
        "file:///etc/passwd",
        "ftp://page.test/",
        "gopher://page.test/",
        "data:text/html,hello",
        "javascript:alert(1)",
        "http://",
        "http:///etc/passwd",
        "//page.test/",
        "",
        "http://[::1",
        "http://page.test/" + "a" * 2000,
    ],
)
async def test_nobody_is_led_inside_at_once_or_by_a_redirect(
    server: Hostile, fetcher: Fetcher, url: str
) -> None:
    for host in ("2130706433", "0x7f.1", "127.1", "localhost"):
        server.hosts[host] = [["127.0.0.1"]]
    assert (await refusal(fetcher, url)).is_final
    assert server.heard == []
    if url in ("", "http://", "http:///etc/passwd", "//page.test/"):
        return  # as redirects, they lead to the same host
    server.answers["/"] = to(url)
    assert (await refusal(fetcher, server.url("/"))).is_final
    assert len(server.heard) == 1


async def test_one_private_address_among_others_is_enough(server: Hostile, fetcher: Fetcher) -> None:
    for addresses in (["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"]):
        server.hosts["mixed.test"] = [addresses]
        assert "private network" in str(await refusal(fetcher, "http://mixed.test/"))


async def test_only_the_ports_of_the_web_are_used(server: Hostile, fetcher: Fetcher) -> None:
    for port in (22, 25, 6379, 8080):
        assert "port" in str(await refusal(fetcher, f"http://public.test:{port}/"))
    assert server.resolved == []


async def test_a_name_that_changes_its_mind_gains_nothing(server: Hostile) -> None:
    """What is connected to is what was checked: nobody looks the name up again."""
    server.hosts["rebinding.test"] = [["192.0.2.1", "127.0.0.1"], ["127.0.0.1"]]
    async with Fetcher(None, (), server.look_up) as fetcher:
        await refusal(fetcher, "http://rebinding.test/")
        assert server.resolved == ["rebinding.test"]
        await refusal(fetcher, "http://rebinding.test/")
    assert server.heard == []


async def test_an_exception_is_for_its_host_alone(server: Hostile, fetcher: Fetcher) -> None:
    server.answers["/"] = page(b"hello")
    assert (await fetcher.fetch(server.url("/", "page.test"), ["text/html"], 1000)).body == b"hello"
    assert (await refusal(fetcher, server.url("/", "inside.test"))).is_final
    assert (await refusal(fetcher, server.url("/", "127.0.0.1"))).is_final
    assert len(server.heard) == 1


async def test_other_pages_do_not_lead_to_an_exception(server: Hostile) -> None:
    server.answers |= {"/": page(b"hello"), "/away": to(server.url("/", "page.test"))}
    async with Fetcher(None, ["page.test", "Wiki.TEST", "вики.test"], server.look_up) as fetcher:
        failure = await refusal_of_picture(fetcher, server.url("/"), "https://example.org/")
        assert failure.is_final
        assert server.heard == []
        for host in ("wiki.test", "xn--b1amah.test"):
            server.hosts[host] = [["127.0.0.1"]]
        for host in ("page.test", "wiki.test", "WIKI.test", "вики.test"):
            assert (await fetcher.fetch(server.url("/away", host), ["text/html"], 1000)).body == b"hello"


async def refusal_of_picture(fetcher: Fetcher, url: str, of: str) -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        await fetcher.fetch(url, ["text/html"], 1000, page=of)
    return caught.value


async def test_redirects_end(server: Hostile, fetcher: Fetcher) -> None:
    server.answers["/"] = to("/")
    assert "too often" in str(await refusal(fetcher, server.url("/")))
    assert len(server.heard) == 1 + fetching.MAX_REDIRECTS


async def test_answers_that_are_too_large_are_cut_or_refused(server: Hostile, fetcher: Fetcher) -> None:
    async def endless(write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\n" + HTML + b"Connection: close\r\n\r\n")
        while True:
            await write(b"x" * 65536)

    server.answers["/"] = endless
    assert "more than 1000 bytes" in str(await refusal(fetcher, server.url("/")))
    found = await fetcher.fetch(server.url("/"), ["text/html"], 1000, truncates=True)
    assert found.body == b"x" * 1000


async def test_a_page_may_not_be_packed(server: Hostile, fetcher: Fetcher) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    server.answers["/"] = page(bomb, headers=HTML + b"Content-Encoding: gzip\r\n")
    assert "compressed" in str(await refusal(fetcher, server.url("/"), 1 << 20))


async def test_slow_answers_are_given_up(
    server: Hostile, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.5)

    async def dripping(write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\n" + HTML + b"Content-Length: 1000\r\n\r\n")
        for _ in range(1000):
            await write(b"x")
            await idle(0.1)

    async def silent(write: Write) -> None:
        await idle(5)

    server.answers |= {"/dripping": dripping, "/silent": silent}
    for path in server.answers:
        failure = await refusal(fetcher, server.url(path))
        assert (str(failure), failure.is_final) == ("it took too long", False)


async def test_what_is_no_page_is_refused(server: Hostile, fetcher: Fetcher) -> None:
    async def none(write: Write) -> None:
        pass

    server.answers |= {
        "/type": page(b"x", headers=b"Content-Type: application/pdf\r\n"),
        "/untyped": page(b"x", headers=b""),
        "/gone": page(b"", status="410 Gone"),
        "/busy": page(b"", status="503 Service Unavailable"),
        "/many": page(b"", status="429 Too Many Requests"),
        "/none": none,
        "/nonsense": b"\x16\x03\x01" * 100,
        "/headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
        "/header": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000,
        "/length": b"HTTP/1.1 200 OK\r\n" + HTML + b"Content-Length: 10\r\nConnection: close\r\n\r\nx",
        "/nowhere": to("http://unknown.test/"),
    }
    final = {path: (await refusal(fetcher, server.url(path))).is_final for path in server.answers}
    assert {path for path, is_final in final.items() if is_final} == {"/type", "/untyped", "/gone"}
