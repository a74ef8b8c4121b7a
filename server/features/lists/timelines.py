"""The timeline of a list: the tweets of its members, and their reposts.

Tweets for followers are on it if the owner follows their author. What is on it depends on whom the owner
follows, so its pages have a reader (`PageKey.reader`).
"""

from __future__ import annotations

from server.core.cache import topics
from server.features.lists.lists import Replies
from server.features.reposts.events import all_reposts
from server.features.reposts.timelines import SHOWN, SPAN, merged
from server.features.timelines.hiding import Hides
from server.features.timelines.home import newest_of
from server.features.timelines.timeline import Timeline
from server.features.visibility.visibility import RESTRICTED

# The list, and the people on it: whether the owner sees their tweets for followers, and gets their reposts.
_PEOPLE = """
    list AS MATERIALIZED (SELECT user_id, replies FROM lists WHERE id = $4),
    member AS MATERIALIZED (
        SELECT id, reposts_hidden IS NOT NULL OR id = owner_id AS sees_all,
            reposts_hidden IS NOT TRUE AS gets_reposts
        FROM (
            SELECT m.person_id AS id, list.user_id AS owner_id, (
                SELECT reposts_hidden FROM follows
                WHERE follower_id = list.user_id AND followee_id = m.person_id
            ) AS reposts_hidden
            FROM list CROSS JOIN list_members m WHERE m.list_id = $4 OFFSET 0
        ) found
    )
"""

# Whether a tweet `t` of a member is no reply, or one that the list has.
_REACHES = f"""(
    t.in_reply_to_user_id IS NULL OR t.in_reply_to_user_id = t.author_id
    OR t.in_reply_to_user_id = (SELECT user_id FROM list)
    OR CASE (SELECT replies FROM list)
        WHEN '{Replies.MEMBERS}' THEN
            (SELECT true FROM list_members WHERE list_id = $4 AND person_id = t.in_reply_to_user_id)
        WHEN '{Replies.FOLLOWED}' THEN (
            SELECT true FROM follows
            WHERE follower_id = (SELECT user_id FROM list) AND followee_id = t.in_reply_to_user_id
        ) END
)"""


def _newest_of(member: str, most: str) -> str:
    seen = f"AND (visibility < {RESTRICTED} OR {member}.sees_all)"
    return newest_of(f"{member}.id", most, seen).replace("{reaches}", _REACHES)


# As for Following, the newest tweets of each author are merged, but only of as many authors as the page has
# tweets: those who tweeted most recently.
PLACES = f"""
    WITH {_PEOPLE}, author AS MATERIALIZED (
        SELECT member.id, member.sees_all
        FROM member CROSS JOIN LATERAL ({_newest_of("member", "1")}) newest
        ORDER BY newest.id {{order}} LIMIT $2::bigint + $3::bigint
    )
    SELECT newest.id, newest.id AS cursor
    FROM author CROSS JOIN LATERAL ({_newest_of("author", "$2::bigint + $3::bigint")}) newest
    ORDER BY newest.id {{order}} LIMIT $2 OFFSET $3
"""

_IS_SHOWN = SHOWN.replace("{open}", f"AND (t.visibility < {RESTRICTED} OR {{who}}.sees_all)")
_REPOSTED = f"""
    {SPAN}, {_PEOPLE}, who AS MATERIALIZED (
        SELECT member.id, member.sees_all FROM member CROSS JOIN LATERAL (
            SELECT id FROM reposts
            WHERE user_id = member.id AND id {{beyond}} $1
                AND id BETWEEN (SELECT low FROM span) AND (SELECT high FROM span)
                AND {_IS_SHOWN.format(who="member")}
            ORDER BY id {{order}} LIMIT 1
        ) newest
        WHERE member.gets_reposts ORDER BY newest.id {{order}} LIMIT $2
    ), reposted AS MATERIALIZED (
        SELECT one.id, one.tweet_id, one.user_id FROM who CROSS JOIN LATERAL (
            SELECT id, tweet_id, user_id FROM reposts
            WHERE user_id = who.id AND id {{beyond}} $1
                AND id BETWEEN (SELECT low FROM span) AND (SELECT high FROM span)
                AND {_IS_SHOWN.format(who="who")}
            ORDER BY id {{order}} LIMIT $2
        ) one
    )
"""

TWEETS = Timeline(PLACES, lambda _: [topics.ALL_TWEETS], Hides.MENTIONS)
ENTRIES = Timeline(
    merged(PLACES, _REPOSTED),
    lambda _: [topics.ALL_TWEETS, topics.NAMES, all_reposts()],
    Hides.MENTIONS,
    has_reposts=True,
)
