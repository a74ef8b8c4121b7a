"""Malformed requests that nobody should send, each made only from a seed and its number."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

from tests import pictures
from tests.attacks import values
from tests.attacks.vocabulary import (
    CONTENT_TYPES,
    FRAMING,
    HEADERS,
    METHODS,
    PAGES,
    QUERY_NAMES,
    STRANGE_METHODS,
)


@dataclass(frozen=True)
class Attack:
    """The bytes to send; `answers` must come, 0 if nobody can say because the request may be incomplete."""

    kind: str
    raw: bytes
    answers: int = 1


Header = tuple[bytes, bytes]


class Attacker:
    """Makes attacks; the same seed, number and keys give the same attack.

    Args:
        document: the OpenAPI document of the server, which says what there is to attack.
        keys: right ones.
    """

    def __init__(self, document: dict[str, Any], keys: Sequence[str], seed: int) -> None:
        self.document, self.keys, self.seed = document, keys, seed
        self.operations = [
            (path, method.upper(), operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]

    def attack(self, number: int) -> Attack:
        """The attack with this number."""
        random = Random(f"{self.seed}/{number}")
        make = random.choices(KINDS, WEIGHTS)[0]
        return make(self, random)

    def operation(self, random: Random) -> tuple[str, str, dict[str, Any]]:
        """The path, method and description of some operation."""
        return random.choice(self.operations)

    def key(self, random: Random) -> list[Header]:
        """Usually a valid key."""
        key = random.choice(self.keys).encode()
        wrong = values.text(random).encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
        return random.choices(
            (
                [(b"api-key", key)],
                [(b"authorization", b"Bearer " + key)],
                [(b"authorization", b"Basic " + base64.b64encode(b"x:" + key))],
                [],
                [(b"api-key", wrong)],
                [(b"authorization", wrong)],
                [(b"authorization", b"Basic " + base64.b64encode(wrong))],
                [(b"api-key", key), (b"api-key", wrong), (b"authorization", b"Bearer " + key)],
                [(b"api-key", key[:-1])],
                [(b"api-key", b"\xff\xfe\x00")],
            ),
            (50, 5, 5, 5, 2, 2, 2, 2, 1, 1),
        )[0]

    def fields(self, operation: dict[str, Any]) -> list[str]:
        """The names of the fields of its body."""
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return ["tweet_data", "name"]
        name = content["schema"]["$ref"].rsplit("/", 1)[-1]
        return list(self.document["components"]["schemas"][name]["properties"])


def request(
    method: str, target: str, headers: Sequence[Header], body: bytes = b"", *, length: bool = True
) -> bytes:
    """The bytes of one request."""
    lines = [b"host: perch", *(name + b": " + value for name, value in headers)]
    if length and (body or method in ("POST", "PATCH", "PUT")):
        lines.append(b"content-length: %d" % len(body))
    first = f"{method} {target} HTTP/1.1".encode("utf-8", "surrogatepass")
    return b"\r\n".join([first, *lines, b"", body])


def target(random: Random, path: str) -> str:
    """A path with some value in place of each parameter."""
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        told = values.number(random) if name != "text" or random.random() < 0.1 else values.text(random)[:300]
        path = before + quote(told.encode("utf-8", "surrogatepass")[:5100], safe="") + after
    return path


def body_of_json(attacker: Attacker, random: Random) -> Attack:
    """A body with wrong values under the right names, or broken JSON."""
    path, method, operation = attacker.operation(random)
    method = method if random.random() < 0.8 else "POST"
    names = attacker.fields(operation) + random.choices(
        ("", "__proto__", "id", "tweet_data"), k=random.randrange(2)
    )
    pairs = [
        b'"%b": %b' % (name.encode(), values.fragment(random)) for name in names if random.random() < 0.8
    ]
    pairs += pairs[: random.randrange(2)]
    body = b"{" + b", ".join(pairs) + b"}"
    match random.randrange(8):
        case 0:
            body = values.fragment(random)
        case 1:
            body = body[: random.randrange(len(body))]
        case 2:
            body += random.choice((b"}", b"\x00", b"{}", b",", b"\xff", b" " * 1000))
        case 3:
            body = body.decode("utf-8", "replace").encode(
                random.choice(("utf-16", "utf-32", "utf-7", "cp1251")), "replace"
            )
    headers = [*attacker.key(random), (b"content-type", random.choice(CONTENT_TYPES[:3]).encode())]
    return Attack("JSON", request(method, target(random, path), headers, body))


def content_type(attacker: Attacker, random: Random) -> Attack:
    """A body whose content type claims something else."""
    path, _, _ = attacker.operation(random)
    kind = random.choice(CONTENT_TYPES).encode("latin-1")
    body = random.choice(
        (b"", b"{}", b'{"tweet_data": "x"}', b"a=b&a=c", b"<x/>", b"\x1f\x8b\x08\x00", random.randbytes(50))
    )
    headers = [*attacker.key(random), (b"content-type", kind)]
    if random.random() < 0.3:
        headers.append((b"content-encoding", random.choice((b"gzip", b"deflate", b"br", b"x"))))
    method = random.choice(("POST", "PATCH", "PUT"))
    return Attack("content type", request(method, target(random, path), headers, body))


def multipart(attacker: Attacker, random: Random) -> Attack:
    """A malformed multipart form."""
    boundary = random.choice((b"b", b"b" * 70, b"--", b"b b", b"\xff"))
    name = random.choice((b'"file"', b'"alt"', b"file", b'"other"', b'""', b'"file', b'"fi\\"le"', b'"\xff"'))
    disposition = b"Content-Disposition: form-data; name=%b; filename=%b" % (
        name,
        random.choice(
            (b'"x.jpg"', b'"../../x"', b'""', b'"\x00"', b"x" * 2000, b"\"x.jpg\"; filename*=utf-8''%ff")
        ),
    )
    content = random.choice(
        (b"", b"not a picture", b"<svg onload=alert(1)>", b"GIF89a", random.randbytes(200), SMALL_GIF)
    )
    part = b"\r\n".join((b"--" + boundary, disposition, b"Content-Type: image/jpeg", b"", content, b""))
    match random.randrange(8):
        case 0:
            part = part.replace(b"\r\n", b"\n")
        case 1:
            part = part.replace(
                b"Content-Disposition",
                random.choice((b"X", b"Content-Disposition: x\r\nContent-Disposition")),
            )
        case 2:
            part += part
        case 3:
            part = b"preamble\r\n" * 5 + part
        case 4:
            part = part.replace(b"Content-Type", b"X: " + b"y" * 9000 + b"\r\nContent-Type")
        case 5:
            part = part * 12
    body = part + random.choice(
        (b"--" + boundary + b"--\r\n", b"--" + boundary + b"--", b"", b"--" + boundary, b"--x--\r\n")
    )
    headers = [*attacker.key(random), (b"content-type", b"multipart/form-data; boundary=" + boundary)]
    path = random.choices(("/api/medias", "/api/tweets"), (9, 1))[0]
    return Attack("multipart", request("POST", path, headers, body))


def address(attacker: Attacker, random: Random) -> Attack:
    """A path with broken encodings, dots, hosts, or ids at the limits."""
    path = target(random, random.choice((*PAGES, *(path for path, _, _ in attacker.operations))))
    match random.randrange(9):
        case 0:
            at = random.randrange(len(path) + 1)
            path = (
                path[:at]
                + random.choice(
                    ("%", "%f", "%zz", "%ff%fe", "%00", "%0d%0a", "%c0%ae", "%u0041", "\\", "\x7f")
                )
                + path[at:]
            )
        case 1:
            path = (
                random.choice(
                    ("http://", "https://", "ftp://", "//", "http:/", "http://[::1", "HTTP://x@y:99999")
                )
                + "x"
                + path
            )
        case 2:
            path = path.replace("/", random.choice(("//", "/./", "/../", "/%2e%2e/", "\\", "/;x=y/")))
        case 3:
            path += random.choice(("/", "//", "/.", "/..", ";", "#x", "?#", "%20", "*"))
        case 4:
            path = random.choice(
                ("*", "", "x", "x:80", "http://x", "https://x?a=b", ":80", "?", "#", "%", "é", "\ud800")
            )
        case 5:
            path = path.upper()
    method = random.choices((*METHODS, *STRANGE_METHODS), [9] * len(METHODS) + [1] * len(STRANGE_METHODS))[0]
    headers = [*attacker.key(random), (b"accept", random.choice((b"text/html", b"*/*", b"application/json")))]
    return Attack("address", request(method, path, headers), answers=1)


def query(attacker: Attacker, random: Random) -> Attack:
    """Query parameters that are repeated, endless, not numbers, or not UTF-8."""
    path, method, _ = attacker.operation(random)
    pairs = []
    for _ in range(random.choice((1, 1, 2, 3, 40, 400))):
        value = quote(
            random.choice((values.number, values.text))(random).encode("utf-8", "surrogatepass")[:200]
        )
        pairs.append(f"{random.choice(QUERY_NAMES)}{random.choice(('=', '=', '=', '', '==', '%3d'))}{value}")
    asked = random.choice(("&", "&", "&", ";", "&&", "&?")).join(pairs)[:12_000]
    if random.random() < 0.1:
        asked += random.choice(("%", "%ff%fe", "%zz", "&" * 500, "?" * 50))
    return Attack("query", request(method, f"{target(random, path)}?{asked}", attacker.key(random)))


def headers(attacker: Attacker, random: Random) -> Attack:
    """Headers with strange names and values, and repeated ones."""
    path, method, _ = attacker.operation(random)
    path = random.choice((path, path, random.choice(PAGES)))
    chosen = random.choices(HEADERS, k=random.choice((1, 1, 2, 5)))
    found = [*attacker.key(random), *((name, random.choice(told)) for name, told in chosen)]
    random.shuffle(found)
    framed = any(name in (b"content-length", b"transfer-encoding", b"expect") for name, _ in found)
    raw = request(method, target(random, path), found, b"" if framed else b"{}", length=not framed)
    return Attack("headers", raw, answers=0 if framed else 1)


def framing(attacker: Attacker, random: Random) -> Attack:
    """Something that is no request, or doesn't say where it ends."""
    raw, is_answered = random.choice(FRAMING)
    return Attack("framing", raw, answers=int(is_answered))


def pipelined(attacker: Attacker, random: Random) -> Attack:
    """Several requests at once, the last of them malformed."""
    count = random.randrange(2, 12)
    good = [
        request(
            "GET",
            random.choice(("/api/tweets?limit=1", "/api/instance", "/api/nothing")),
            attacker.key(random),
        )
        for _ in range(count)
    ]
    return Attack("pipelined", b"".join(good), answers=count)


def mutated(attacker: Attacker, random: Random) -> Attack:
    """Any other attack with some bytes flipped, removed, repeated or inserted."""
    raw = bytearray(random.choice(KINDS[:-1])(attacker, random).raw)
    for _ in range(random.choice((1, 1, 2, 8))):
        at = random.randrange(len(raw) + 1)
        match random.randrange(4):
            case 0 if at < len(raw):
                raw[at] ^= 1 << random.randrange(8)
            case 1:
                del raw[at : at + random.randrange(1, 20)]
            case 2:
                raw[at:at] = raw[at : at + random.randrange(1, 60)]
            case _:
                raw[at:at] = random.choice(
                    (b"\x00", b"\r\n", b"\n", b"\xff", b" ", b":", b"%", random.randbytes(4))
                )
    return Attack("mutated", bytes(raw), answers=0)


SMALL_GIF = pictures.animated_gif(1, 2, 2)

KINDS: tuple[Callable[[Attacker, Random], Attack], ...] = (
    body_of_json, content_type, multipart, address, query, headers, framing, pipelined, mutated,
)  # fmt: skip
WEIGHTS = (28, 6, 8, 14, 12, 14, 4, 2, 12)
