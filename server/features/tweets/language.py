"""The language of a tweet: what its author says, or what its words look like.

Browsers use it to pronounce, to hyphenate and to choose the shapes of letters. A language that is only
guessed is worse for that than none: what can't be told from the words stays unknown.
"""

from __future__ import annotations

from server.core.cache import changes, topics
from server.core.database.connection import row, rows
from server.core.entities import Entity, entities
from server.core.errors import InvalidBody, NotAuthor, TweetNotFound
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.visibility.visibility import is_shown, may_see

try:
    import pycld2
except ImportError:  # not on every kind of machine: languages are known if authors say them
    pycld2 = None

# ISO 639-1.
_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it
iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt
my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl
sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo
za zh zu
"""
CODES = frozenset(_CODES.split())

# What CLD2 calls by codes of its own.
_NAMES = {"iw": "he", "jw": "jv"}

# $1 the tweet, $2 the viewer.
SEEN = f"""
    SELECT t.author_id, t.content FROM tweets t
    WHERE t.id = $1 AND {is_shown("t")} AND {may_see("$2", "t")}
"""
# $1 the tweet, $2 its language or null. Cards show it, so that they are read again.
CHANGE = """
    WITH changed AS (
        UPDATE tweets SET language = $2, version = version + 1
        WHERE id = $1 AND language IS DISTINCT FROM $2 RETURNING id, author_id
    )
    INSERT INTO outbox (kind, subject_id, actor_id) SELECT 'tweet_edited', id, author_id FROM changed
"""


def checked(code: str | None) -> str | None:
    """The code as it is. Raises InvalidBody if it isn't one of ISO 639-1."""
    if code is not None and code not in CODES:
        raise InvalidBody("language must be a code of ISO 639-1, such as en, or null.")
    return code


def detected(content: str) -> str | None:
    """The language of a text, or None if its words are too few or could be of several languages."""
    words = _words(content, entities(content))
    if pycld2 is None or not words:
        return None
    try:
        is_reliable, _, languages = pycld2.detect(words, isPlainText=True)
    except pycld2.error:  # it refuses control characters
        return None
    code = languages[0][1].partition("-")[0]
    code = _NAMES.get(code, code)
    return code if is_reliable and code in CODES else None


def _words(content: str, found: tuple[Entity, ...]) -> str:
    """The text without links, mentions and hashtags, which are of no language."""
    kept, at = [], 0
    for entity in found:
        kept.append(content[at : entity.start])
        at = entity.end
    return " ".join([*kept, content[at:]]).strip()


async def change(viewer: Viewer, tweet_id: int, code: str | None) -> None:
    """Say which language the viewer's tweet is in: one of CODES; None for what its words look like.

    Raises:
        TweetNotFound: there is no such tweet.
        NotAuthor: it is someone else's.
    """
    found = await row(SEEN, tweet_id, viewer.id) if tweet_id <= NEWEST else None
    if found is None:
        raise TweetNotFound
    if found["author_id"] != viewer.id:
        raise NotAuthor
    await rows(CHANGE, tweet_id, code or detected(found["content"]))
    await changes.tell([topics.tweet(tweet_id)])
