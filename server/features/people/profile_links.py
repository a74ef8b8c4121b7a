"""Links on profiles that lead back: whoever has such a link is also the one who writes the page.

A line of a profile whose value is an address is a claim that the page is this user's. If the page has a link
with `rel="me"` to the profile (https://microformats.org/wiki/rel-me), the claim is true, and everyone sees
when Perch found that out. Workers look at each page when the line is new, and once a week from then on. What
they haven't been able to see for LASTING no longer counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from yarl import URL

from server.core.cache import changes, topics
from server.core.database.connection import row, rows
from server.core.jobs import Job
from server.core.outbound.addresses import page_of
from server.core.personal import Objects

VERIFY = Job("people.verify_links")

# A page is looked at again after so long. If it can't be fetched, it is tried again after each of RETRIES,
# and what is known stays.
FRESH = timedelta(days=7)
RETRIES = (timedelta(minutes=1), timedelta(minutes=10))

LASTING = timedelta(days=28)

# After this time, another worker may claim it. Those that are claimed together are looked at together.
CLAIM, CLAIMS = timedelta(minutes=3), 4

# When each link of the user `u` was found to lead back, by the value of its line, as JSON; null for none.
JSON_OF_USER = f"""(
    SELECT jsonb_object_agg(value, verified_at) FROM profile_links
    WHERE user_id = u.id AND verified_at IS NOT NULL AND confirmed_at > now() - interval '{LASTING.days} days'
)"""

# $1 the user, $2 the values of the lines that are addresses.
DROP = "DELETE FROM profile_links WHERE user_id = $1 AND value <> ALL($2::text[])"
ADD = """
    INSERT INTO profile_links (user_id, value) SELECT $1, unnest($2::text[])
    ON CONFLICT DO NOTHING RETURNING 1
"""
# $1 how many, $2 for how long. Nobody sees the profiles of hidden users.
CLAIMED = """
    WITH due AS MATERIALIZED (
        SELECT l.id, u.handle FROM profile_links l JOIN users u ON u.id = l.user_id AND NOT u.hidden
        WHERE next_at <= now() AND coalesce(claimed_until < now(), true)
        ORDER BY next_at LIMIT $1 FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE profile_links l SET claimed_until = now() + $2 FROM due WHERE l.id = due.id
    RETURNING l.id, l.user_id, due.handle, l.value, l.attempts, l.claimed_until
"""
# $1 the link, $2 the claim, $3 whether the page leads back, $4 until it is looked at again. A row if that is
# news.
SAVE = """
    WITH before AS MATERIALIZED (SELECT verified_at FROM profile_links WHERE id = $1)
    UPDATE profile_links l SET verified_at = CASE WHEN $3 THEN coalesce(l.verified_at, now()) END,
        confirmed_at = CASE WHEN $3 THEN now() END, next_at = now() + $4, attempts = 0, claimed_until = NULL
    FROM before WHERE id = $1 AND claimed_until = $2
    RETURNING before.verified_at IS NULL = $3 AS is_news
"""
# $1 the link, $2 the claim, $3 until it is tried again, $4 how often it failed in a row.
PUT_OFF = """
    UPDATE profile_links SET next_at = now() + $3, attempts = $4, claimed_until = NULL
    WHERE id = $1 AND claimed_until = $2
"""
ERASE = "DELETE FROM profile_links WHERE user_id = $1 RETURNING 1"


class Due(NamedTuple):
    """A link that this worker has claimed. `attempts`: how often it failed in a row."""

    id: int
    user_id: int
    handle: str
    value: str
    attempts: int
    claimed_until: datetime


def is_link(value: str) -> bool:
    """Whether the value of a line is an address, and nothing else, that may be looked at."""
    return not any(map(str.isspace, value)) and page_of(value) is not None


async def follow(user_id: int, values: Sequence[str]) -> bool:
    """Keep the links among the values of a user's lines; return whether a page is to be looked at."""
    links = [value for value in dict.fromkeys(values) if is_link(value)]
    await row(DROP, user_id, links)
    return bool(await rows(ADD, user_id, links))


async def claim_some() -> list[Due]:
    """Claim some that are due."""
    return [Due(**one) for one in await rows(CLAIMED, CLAIMS, CLAIM)]


async def save(link: Due, *, leads_back: bool) -> None:
    """Keep what was found on the page."""
    found = await row(SAVE, link.id, link.claimed_until, leads_back, FRESH)
    if found is not None and found["is_news"]:
        await changes.tell([topics.user(link.user_id)])


async def put_off(link: Due, *, is_final: bool) -> None:
    """Note that the page couldn't be fetched: it is gone if that is final, and otherwise tried again."""
    if is_final:
        await save(link, leads_back=False)
    elif link.attempts < len(RETRIES):
        await row(PUT_OFF, link.id, link.claimed_until, RETRIES[link.attempts], link.attempts + 1)
    else:
        await row(PUT_OFF, link.id, link.claimed_until, FRESH, 0)


def addresses_of(site: str, link: Due) -> frozenset[str]:
    """The addresses of the profile that the page may lead back to, as `plain` has them."""
    return frozenset(map(plain, (f"{site}/@{link.handle}", f"{site}/users/{link.user_id}")))


def plain(address: str) -> str:
    """An address without what makes no difference: upper case, and a slash at its end."""
    return address.strip().rstrip("/").lower()


def leads_back(site: str, link: Due, page: str, found: Collection[str]) -> bool:
    """Whether one of the addresses found on the page is that of the profile.

    A page of another host, to which the link was redirected, may be anybody's.
    """
    return host_of(page) == host_of(link.value) and not addresses_of(site, link).isdisjoint(map(plain, found))


def host_of(address: str) -> str:
    """The host of an address, without `www.`, which makes no difference."""
    return (URL(address).raw_host or "").removeprefix("www.")


async def erase(user_id: int, _objects: Objects) -> bool:
    """Forget the links on the user's profile."""
    return bool(await rows(ERASE, user_id))
