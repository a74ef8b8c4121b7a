"""Request framing: refuses heads and chunks that two parsers could read differently (request smuggling).

A proxy in front of us must agree with us on where each request on a connection ends. Otherwise one of us
would take for a body what the other takes for a request (RFC 9112, 11.2). So nothing malformed is repaired:
we refuse bare line ends, folded lines, spaces before colons, signs or spaces in numbers, chunk extensions and
trailers. No client that we know of sends any of these. A second Content-Length or Transfer-Encoding, or both
headers together, aren't checked here, because Sanic already refuses them.
"""

from __future__ import annotations

import re

from sanic.compat import Header
from sanic.exceptions import BadRequest, SanicException

# The most headers in a request; browsers send about 20.
MAX_HEADERS = 100

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
REQUEST_LINE = re.compile(rb"%b{1,32} /[!-~]* HTTP/1\.[01](?:\r\n|\Z)" % TOKEN)

# A line of the head that doesn't begin with a name directly followed by a colon.
BAD_LINE = re.compile(rb"\r\n(?!%b+:)" % TOKEN)

# A Content-Length, Transfer-Encoding or Host whose value doesn't begin with a visible ASCII character. Sanic
# strips everything that Unicode calls a space, which a proxy may not.
BAD_BEGINNING = re.compile(rb"(?i)\r\n(?:content-length|transfer-encoding|host):[ \t]*(?![!-~ \t])")

# The bytes allowed in a head: no control characters except tabs and line ends.
PLAIN = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F), *range(0x80, 0x100)])

# RFC 3986, 3.2.2, without characters that no real host name contains.
HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)

LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII)
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")

# The most bytes in a line that announces a chunk, with the line end of the previous chunk.
CHUNK_LINE = 12

# A body of tiny chunks is much work for little content. FREE_CHUNKS are free; for each further one, the body
# must have SMALLEST_CHUNK bytes.
FREE_CHUNKS, SMALLEST_CHUNK = 1_000, 128


class TooManyHeaders(SanicException):
    """More headers than any client needs."""

    status_code = 431


def check_head(head: bytes, headers: Header, version: str) -> None:
    """Check a head, given without the empty line that ends it. Raises BadRequest, TooManyHeaders."""
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
