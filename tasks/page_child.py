"""The process that reads one page that a tweet links to, and says what the page says about itself.

The page is a stranger's, who may mean to break or to burden its parser. So a process of its own reads it,
which limits its memory and time and puts up walls before it looks at the page. It imports nothing of Perch
except `walls`. To run it by hand:

    python -I -m tasks.page_child [CHARSET] <PAGE

Its output is a JSON object with `title`, `description`, `site`, `picture` (an address as the page has it) and
`alt`, each a text that may be empty; and `me`, the addresses that the page links to with `rel="me"`.
"""

from __future__ import annotations

import codecs
import ctypes
import json
import resource
import signal
import sys
import unicodedata
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from tasks import walls

MEMORY_BYTES, CPU_SECONDS, OUTPUT_BYTES = 512 << 20, 2, 64 << 10

# In characters.
LONGEST = {"title": 200, "description": 400, "site": 80, "picture": 2_000, "alt": 400}

# Where a page says it, the best place first: Open Graph (ogp.me), X cards, plain HTML.
PLACES = {
    "title": ("og:title", "twitter:title"),
    "description": ("og:description", "twitter:description", "description"),
    "site": ("og:site_name", "application-name"),
    "picture": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
    "alt": ("og:image:alt", "twitter:image:alt"),
}

# How many links are of interest, and how long they may be.
MOST_ME, LONGEST_ME = 20, 500

# In the first bytes, a page may say how it is encoded.
SNIFFED = 2048

# Characters of these categories are left out, such as those that change the direction of all that follows.
# Joiners stay, because emoji and many scripts need them.
UNWANTED, JOINERS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}), "\u200c\u200d"


def limit_resources() -> None:
    """Limit this process' resources, and make it end with its parent."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def known(charset: str) -> str | None:
    """The encoding, if there is such a one. Python reads a file to know."""
    try:
        codecs.lookup(charset)
    except LookupError:
        return None
    return charset


def said(page: bytes, charset: str | None) -> dict[str, str | list[str]]:
    """What a page says about itself. `charset` is how the server says it is encoded."""
    found = dict.fromkeys(PLACES, "")
    root = _parsed(page, charset)
    if root is None:
        return {**found, "me": []}
    metas: dict[str, str] = {}
    for name, content in _metas(root):
        metas.setdefault(name, content)
    for what, names in PLACES.items():
        found[what] = next((metas[name] for name in names if metas.get(name)), "")
    found["title"] = found["title"] or _clean(root.findtext(".//title") or "")
    cut = {what: _cut(text, LONGEST[what]) for what, text in found.items()}
    return {**cut, "me": list(islice(_me(root), MOST_ME))}


def _parsed(page: bytes, charset: str | None) -> etree._Element | None:
    options = {"no_network": True, "remove_comments": True, "remove_pis": True}
    try:
        parser = etree.HTMLParser(encoding=charset or ("utf-8" if _is_utf8(page) else None), **options)
    except LookupError:  # libxml2 knows fewer of them
        parser = etree.HTMLParser(**options)
    try:
        return etree.fromstring(page, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _is_utf8(page: bytes) -> bool:
    """Whether a page that doesn't say how it is encoded, as far as it was read, is in UTF-8."""
    if b"charset=" in page[:SNIFFED].lower():
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(page)
    except UnicodeDecodeError:
        return False
    return True


def _metas(root: etree._Element) -> Iterator[tuple[str, str]]:
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or ""
        yield name.strip().lower(), _clean(meta.get("content") or "")


def _me(root: etree._Element) -> Iterator[str]:
    """The whole addresses that a page links to as its author's own."""
    for link in root.iter("a", "link"):
        address = _clean(link.get("href") or "")
        is_whole = address.lower().startswith(("http://", "https://"))
        if "me" in (link.get("rel") or "").lower().split() and is_whole and len(address) <= LONGEST_ME:
            yield address


def _clean(text: str) -> str:
    """The text in one line, without characters that aren't seen."""
    spaced = " ".join(text.split())
    return "".join(
        one for one in spaced if one in JOINERS or unicodedata.category(one) not in UNWANTED
    ).strip()


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def main() -> None:
    """Read the page from standard input."""
    charset = known(sys.argv[1] if len(sys.argv) > 1 else "")
    etree.fromstring(b"<p>", etree.HTMLParser())  # so that all of it is loaded before the walls are up
    page = sys.stdin.buffer.read()
    limit_resources()
    walls.put_up()
    sys.stdout.write(json.dumps(said(page, charset)))


if __name__ == "__main__":
    main()
