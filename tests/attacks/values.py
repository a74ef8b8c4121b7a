"""Values that often break programs: in JSON, in paths, and in headers."""

from __future__ import annotations

import json
from random import Random

# At and beyond the limits of a column, a JavaScript number, a C integer and a float.
EDGES = (0, 1, 2, 50, 100, 101, 2**31 - 1, 2**31, 2**32, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64, 10**40)

DIGITS = ("-1", "-0", "00", "01", "+1", "1.0", "1e3", "0x10", "１", "²", "१", "1_000", " 1", "1 ", "9" * 5000)

TEXTS = (
    "",
    " ",
    "\u200b",
    "\t\n",
    "a",
    "x" * 51,
    "x" * 1001,
    "x" * 20_000,
    "й" * 8_000,
    "👨‍👩‍👧‍👦" * 400,
    "e" + "\u0301" * 5_000,
    "\u202edesrever",
    "\u0000",
    "nul\u0000inside",
    "\ud800",
    "\udfff\ud800",
    "\uffff\U0010ffff",
    "' OR 1=1; DROP TABLE users; --",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "%s%n%x%d{0}{0.__class__}",
    "$(id)`id`|id",
    "\r\nx-forged: 1",
    "null",
    "NaN",
    "2026-01-01T00:00:00Z",
    "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00-23:59",
    "2026-02-30T25:61:61Z",
    "read",
    "admin",
)

# JSON, valid or nearly so.
FRAGMENTS = (
    b"null",
    b"true",
    b"false",
    b"{}",
    b"[]",
    b"[[]]",
    b'{"a": {"b": 1}}',
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-1e999",
    b"1.5",
    b"-0",
    b"-0.0",
    b"01",
    b"1.",
    b".5",
    b"0x1F",
    b"9" * 5000,
    b"1" + b"0" * 400 + b".0",
    b'"\\u12"',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\u0000"',
    b'"\\x"',
    b'"\xff\xfe"',
    b'"\xc0\xaf"',
    b'"\xed\xa0\x80"',
    b'"unfinished',
    b"'single'",
    b"undefined",
    b"[1, 2, 3, 4, 5]",
    b"[1, 1]",
    b"[-1, 0, 9223372036854775808]",
    b'["1"]',
    b"[null]",
    b"[" + b"1," * 5000 + b"1]",
    b"[" * 300 + b"]" * 300,
    b"[" * 50_000,
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"/* comment */ 1",
    b"\xef\xbb\xbf1",
)


def number(random: Random) -> str:
    """Digits, or something that looks like them."""
    match random.randrange(4):
        case 0:
            return random.choice(DIGITS)
        case 1:
            return str(random.randrange(-5, 400))
        case _:
            return str(random.choice(EDGES) + random.choice((-1, 0, 0, 1)))


def text(random: Random) -> str:
    """A text that is known to cause trouble, or random characters of any script."""
    if random.random() < 0.6:
        return random.choice(TEXTS)
    return "".join(chr(random.randrange(0x3000)) for _ in range(random.randrange(12)))


def fragment(random: Random) -> bytes:
    """A JSON value, more or less valid."""
    match random.randrange(4):
        case 0:
            return random.choice(FRAGMENTS)
        case 1:
            return number(random).encode()
        case 2:
            return json.dumps(text(random)).encode()
        case _:
            return json.dumps(text(random), ensure_ascii=False).encode("utf-8", "surrogatepass")
