"""What is more than words in a text: links, mentions and hashtags.

The client finds the same ones with the same rules (`static/core/words/entities.js`);
`tests/texts/entities.json` holds both to them. The rules are those of Mastodon and Twitter, except that
domains without a scheme are links, and that mentions and hashtags may touch the words of languages that are
written without spaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import regex

# In characters; Mastodon has no limit.
MAX_HASHTAG = 100

# Letters that belong to the word that they touch. Chinese, Japanese, Korean, Thai and others put no space
# between a name and the words around it.
_SPACED = r"\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Georgian}" + (
    r"\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Devanagari}\u0300-\u036f"
)
_ENDS_LINK = (
    r"""\p{White_Space}\p{Cc}\ufeff<>"'`\u00ab\u00bb\u2018-\u201f\u2039\u203a"""
    r"""\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"""
)
_IN_LABEL = r"\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Nd}"
_LABEL = rf"[{_IN_LABEL}](?:[{_IN_LABEL}\-]{{0,61}}[{_IN_LABEL}])?"

# Top-level domains that make a link of a domain without a scheme: those of countries, well-known ones, and
# those in Cyrillic and Greek letters. All 1,400 would make links of many words that aren't meant as such.
TOP_LEVEL = """
ac ad ae af ag ai al am ao ar as at au aw az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cd cf cg
ch ci ck cl cm cn co cr cu cv cw cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf
gg gh gi gl gm gn gp gq gr gt gu gw gy hk hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km
kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc me mg mh mm mn mo mp mq mr ms mt mu mv mw mx my mz na
nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pn pr pt pw qa re ro ru rw sa sb sc sd se sg si sk sl
sm sn sr st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn
vu wf ws ye yt za zm zw
com org net edu gov mil int info biz dev app art blog cloud club community design digital email foundation fun
games live museum network news online page pro science shop site social software space store systems team tech
today tools website wiki world xyz
рф рус бел укр срб мкд бг қаз мон москва онлайн сайт дети орг ком ею ελ ευ
"""

# These are also endings of files: they make a link only after "www." or before a path.
FILES = "cc md mk ml ps py rs sh so"

_TOP, _FILE = ("|".join(names.split()) for names in (TOP_LEVEL, FILES))
_EXPLICIT = regex.compile(rf"https?://[^{_ENDS_LINK}]+", regex.IGNORECASE)
_HOST = regex.compile(
    r"https?://(?:\[[0-9a-f:.]+\]|[\p{L}\p{M}\p{N}_\-]+(?:\.[\p{L}\p{M}\p{N}_\-]+)*\.?)(?::[0-9]{1,5})?(?=[/?#]|$)",
    regex.IGNORECASE,
)
_BARE = regex.compile(
    rf"(?<![{_SPACED}\p{{N}}_@＠.\-/:#＃&=?%+~$\\])"
    rf"(?P<host>(?:www\.(?:{_LABEL}\.){{1,20}}[{_IN_LABEL}]{{2,}}|(?:{_LABEL}\.){{1,20}}"
    rf"(?:{_TOP}|(?P<file>{_FILE}))))"
    rf"(?![{_SPACED}\p{{N}}_@＠\-]|\.[\p{{L}}\p{{N}}]|:[0-9]{{6}})(?::[0-9]{{1,5}}(?![0-9]))?"
    rf"(?P<path>[/?#][^{_ENDS_LINK}]*)?",
    regex.IGNORECASE,
)
_MENTION = regex.compile(
    rf"(?<![{_SPACED}\p{{N}}_@＠/.=&%+~\-#＃])[@＠](?P<handle>[a-zA-Z0-9_]{{1,30}})"
    rf"(?![{_SPACED}\p{{N}}_@＠]|[.\-][a-z0-9]|/[\p{{L}}\p{{N}}]|:[a-z0-9\-]+\.[a-z])"
)
_HASHTAG = regex.compile(
    r"(?<![\p{L}\p{N}_/)&#＃@＠=?])(?<!(?![\ufe0f\u20e3])\p{M})[#＃](?P<name>[\p{L}\p{M}\p{N}\p{Pc}\u00b7\u30fb\u200c]+)"
)
_LETTER = regex.compile(r"\p{L}")
_JOINERS = "\u00b7\u30fb\u200c"

# A text without any of these has no entities.
_ANY = regex.compile(r"[@＠#＃]|\.\p{L}|://")

_TRAILING = frozenset(".,:;!?…)]}")
_OPENING = {")": "(", "]": "[", "}": "{"}


class EntityKind(Enum):
    """What an entity is."""

    LINK = "link"
    MENTION = "mention"
    HASHTAG = "hashtag"


class Entity(NamedTuple):
    """A part of a text, from `start` to before `end`.

    Attributes:
        value: the address of a link; the handle of a mention; the name of a hashtag as written.
    """

    kind: EntityKind
    start: int
    end: int
    value: str


# The text of a request is read twice: for its limits, and to publish it.
@lru_cache(maxsize=64)
def entities(text: str) -> tuple[Entity, ...]:
    """The links, mentions and hashtags of a text, in order. They don't overlap: links win."""
    if not _ANY.search(text):
        return ()
    found: list[Entity] = []
    taken = bytearray(len(text))
    for find in (_explicit, _bare, _mentions, _hashtags):
        for one in find(text):
            if not any(taken[one.start : one.end]):
                found.append(one)
                taken[one.start : one.end] = b"\1" * (one.end - one.start)
    return tuple(sorted(found, key=lambda one: one.start))


def _explicit(text: str) -> Iterator[Entity]:
    for match in _EXPLICIT.finditer(text):
        link = _trimmed(match.group())
        # "https://user@host" looks like one host and leads to another.
        if _HOST.match(link):
            yield Entity(EntityKind.LINK, match.start(), match.start() + len(link), link)


def _bare(text: str) -> Iterator[Entity]:
    for match in _BARE.finditer(text):
        host, path = match["host"], match["path"] or ""
        labels = host.split(".")
        top = labels[-1]
        # "done.So" ends a sentence; "3.am" is a time.
        if top != top.lower() and host != host.upper():
            continue
        if len(top) == 2 and labels[-2].isdecimal():
            continue
        if match["file"] and not path.startswith("/"):
            continue
        link = _trimmed(match.group())
        yield Entity(EntityKind.LINK, match.start(), match.start() + len(link), f"https://{link}")


def _mentions(text: str) -> Iterator[Entity]:
    for match in _MENTION.finditer(text):
        yield Entity(EntityKind.MENTION, match.start(), match.end(), match["handle"].lower())


def _hashtags(text: str) -> Iterator[Entity]:
    for match in _HASHTAG.finditer(text):
        name = match["name"].rstrip(_JOINERS)
        joined = text[match.end() : match.end() + 1] in ("#", "＃")
        if _LETTER.search(name) and len(name) <= MAX_HASHTAG and not joined:
            yield Entity(EntityKind.HASHTAG, match.start(), match.start() + 1 + len(name), name)


def _trimmed(link: str) -> str:
    """The link without the punctuation after it. A closing bracket belongs to it if it was opened in it."""
    counts = {bracket: link.count(bracket) for pair in _OPENING.items() for bracket in pair}
    end = len(link)
    while end and (last := link[end - 1]) in _TRAILING:
        opening = _OPENING.get(last)
        if opening and counts[opening] >= counts[last]:
            break
        if opening:
            counts[last] -= 1
        end -= 1
    return link[:end]
