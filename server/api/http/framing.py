"""Where a request ends: heads and chunks of which two readers could think differently are refused.

A proxy in front of us and we have to agree on where each request on a connection ends; where we would
not, what one takes for a body is a request to the other (RFC 9112, 11.2). So nothing is repaired here: no
bare line ends, folded lines, spaces before colons, signs or spaces in numbers, extensions of chunks,
trailers. No client that we know of sends any of these. What Sanic refuses by itself, a second Content-Length
or Transfer-Encoding, or both, is not looked for again.
"""

from __future__ import annotations

import re

from sanic.compat import Header
from sanic.exceptions import BadRequest, SanicException

# Of a request; browsers send about 20.
MAX_HEADERS = 100

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
REQUEST_LINE = re.compile(rb"%b{1,32} /[!-~]* HTTP/1\.[01](?:\r\n|\Z)" % TOKEN)

# A line of the head that is not a name, directly followed by a colon.
BAD_LINE = re.compile(rb"\r\n(?!%b+:)" % TOKEN)

# Where a length, a coding or a host does not begin with a visible character of ASCII. Sanic strips all that
# Unicode calls a space, and a proxy need not.
BAD_BEGINNING = re.compile(rb"(?i)\r\n(?:content-length|transfer-encoding|host):[ \t]*(?![!-~ \t])")

# What a head may hold: no control characters but tabs and line ends.
PLAIN = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F), *range(0x80, 0x100)])

# RFC 3986, 3.2.2, without what no host is called.
HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)

LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII)
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")

# The longest line that announces a chunk, with the line end of the chunk before. Bytes.
CHUNK_LINE = 12

# A body of tiny chunks is work and no content: so many are free, and then each has to bring this many bytes.
FREE_CHUNKS, SMALLEST_CHUNK = 1_000, 128


class TooManyHeaders(SanicException):
    """More than anybody needs."""

    status_code = 431


def check_head(head: bytes, headers: Header, version: str) -> None:
    """Raises BadRequest, TooManyHeaders. The head is without the empty line behind it."""
    ends = head.count(b"\r\n")
    if ends > MAX_HEADERS:
        raise TooManyHeaders("The request has too many headers.")
    if (
        head.count(b"\n") != ends
        or head.count(b"\r") != ends
        or head.translate(None, PLAIN)
        or REQUEST_LINE.match(head) is None
        or BAD_LINE.search(head) is not None
        or BAD_BEGINNING.search(head) is not None
    ):
        raise BadRequest("The request line or a header is malformed.")
    hosts = headers.getall("host", ())
    needed = 0 if version == "1.0" else 1
    if not needed <= len(hosts) <= 1 or (hosts and not HOST.fullmatch(hosts[0].rstrip(" \t"))):
        raise BadRequest("The request must have exactly one valid Host header.")
    if (length := headers.get("content-length")) is not None and not LENGTH.fullmatch(length):
        raise BadRequest("Content-Length isn't a number.")
    if (coding := headers.get("transfer-encoding")) is not None and (coding != "chunked" or version == "1.0"):
        raise BadRequest("The only transfer encoding supported is chunked, over HTTP/1.1.")


def chunk_size(line: bytes) -> int:
    """The size that a chunk announces. Raises BadRequest."""
    if CHUNK_SIZE.fullmatch(line) is None:
        raise BadRequest("The size of a chunk isn't a number.")
    return int(line, 16)
