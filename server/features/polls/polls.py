"""Voting in polls, and what a viewer may know of them.

A vote can't be changed or taken back. Nobody is told who voted for what; the rows exist so that nobody votes
twice, and so that one's own vote can be shown. A trigger counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from server.core.cache import changes, topics
from server.core.database.connection import records, row, rows
from server.core.database.together import Together
from server.core.errors import InvalidBody, PollEnded, TweetNotFound, VotedAlready
from server.core.jobs import Jobs
from server.core.viewer import Viewer
from server.features.notifications import to_many
from server.features.polls.events import OF_ENDS
from server.features.polls.poll import JSON_OF_TWEET, MOST_OPTIONS, POLL, PollRow
from server.features.visibility.visibility import is_shown, may_see

# How many polls are read, and ended, at once.
MOST = 100


class Vote(NamedTuple):
    """A user's choices in the poll of a tweet: bit 0 is the first option."""

    tweet_id: int
    user_id: int
    choices: int


class MyPoll(NamedTuple):
    """A poll, with the options that its reader voted for, and whether it is theirs."""

    tweet_id: int
    poll: PollRow
    chosen: list[int]
    is_mine: bool

    @property
    def has_results(self) -> bool:
        """Whether the reader may know the results."""
        is_over = self.poll.ends_at <= datetime.now(UTC)
        return self.poll.has_open_results or is_over or bool(self.chosen) or self.is_mine


# $1 tweets, $2 users, $3 their choices. Returns the pairs that voted. It locks the polls first, in the order
# of their tweets, as their trigger does.
VOTE = f"""
    WITH poll AS MATERIALIZED (
        SELECT p.tweet_id, p.multiple, cardinality(p.options) AS options FROM polls p
        WHERE p.tweet_id = ANY($1::bigint[]) AND p.ends_at > now() ORDER BY p.tweet_id FOR NO KEY UPDATE
    ), asked AS (
        SELECT asked.*
        FROM unnest($1::bigint[], $2::bigint[], $3::smallint[]) AS asked (tweet_id, user_id, choices)
            JOIN poll ON poll.tweet_id = asked.tweet_id JOIN tweets t ON t.id = asked.tweet_id
        WHERE asked.choices > 0 AND asked.choices < (1 << poll.options)
            AND (poll.multiple OR bit_count(asked.choices::integer::bit(8)) = 1)
            AND {is_shown("t")} AND {may_see("asked.user_id", "t")}
    )
    INSERT INTO poll_votes (tweet_id, user_id, choices) SELECT * FROM asked
    ON CONFLICT (tweet_id, user_id) DO NOTHING RETURNING tweet_id, user_id
"""

# $1 the viewer, $2 tweets: the polls among these.
READ = f"""
    SELECT t.id, t.author_id = $1 AS is_mine, {JSON_OF_TWEET.format(tweet="t.id")} AS poll, coalesce(
        (SELECT choices FROM poll_votes WHERE tweet_id = t.id AND user_id = $1), 0
    ) AS choices
    FROM tweets t WHERE t.id = ANY($2::bigint[]) AND t.has_poll AND {is_shown("t")} AND {may_see("$1", "t")}
"""

# $1 how many of those whose time is over, $2 the kind of notification. In one statement: no end goes without
# its notifications.
END = """
    WITH ended AS (
        UPDATE polls SET ended = true WHERE tweet_id IN (
            SELECT tweet_id FROM polls WHERE NOT ended AND ends_at <= now()
            ORDER BY ends_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
        ) RETURNING tweet_id
    ), noted AS (
        INSERT INTO notices (tweet_id, kind) SELECT tweet_id, $2 FROM ended ORDER BY tweet_id
        ON CONFLICT DO NOTHING
    ), told AS (
        INSERT INTO outbox (kind, subject_id) SELECT 'poll', tweet_id FROM ended
    )
    SELECT tweet_id FROM ended
"""

# $1 the viewer, $2 the tweet.
EXISTS = f"SELECT 1 FROM tweets t WHERE t.id = $2 AND {is_shown('t')} AND {may_see('$1', 't')}"


async def vote(viewer: Viewer, tweet_id: int, choices: Sequence[int]) -> MyPoll:
    """Vote for the options with these numbers, from 0; return the poll.

    Raises:
        TweetNotFound: there is no such tweet.
        InvalidBody: it has no poll, the poll has no such option, or only one may be chosen.
        PollEnded: its time is over.
        VotedAlready: the viewer has voted.
    """
    are_options = all(0 <= number < MOST_OPTIONS for number in choices)
    bits = sum(1 << number for number in set(choices)) if are_options else 0
    has_voted = bits > 0 and await _vote.do(Vote(tweet_id, viewer.id, bits))
    if has_voted:
        await changes.tell([topics.tweet(tweet_id)])
    found = await read(viewer, [tweet_id])
    if not found:
        if await row(EXISTS, viewer.id, tweet_id) is None:
            raise TweetNotFound
        raise InvalidBody("This tweet has no poll.")
    if has_voted:
        return found[0]
    poll = found[0].poll
    if found[0].chosen:
        raise VotedAlready
    if poll.ends_at <= datetime.now(UTC):
        raise PollEnded
    if not choices or not all(0 <= number < len(poll.options) for number in choices):
        raise InvalidBody(f"choices must be option numbers from 0 to {len(poll.options) - 1}.")
    raise InvalidBody("choices names several options, but this poll allows only one.")


async def read(viewer: Viewer, tweet_ids: Sequence[int]) -> list[MyPoll]:
    """The polls of these tweets, as far as the viewer sees the tweets."""
    return [
        MyPoll(
            one["id"],
            POLL.decode(one["poll"]),
            [number for number in range(MOST_OPTIONS) if one["choices"] >> number & 1],
            one["is_mine"],
        )
        for one in await records(READ, viewer.id, list(tweet_ids))
        if one["poll"] is not None
    ]


async def end_some(jobs: Jobs) -> bool:
    """End polls whose time is over, and have those concerned notified; return whether any may be left."""
    ended = [one["tweet_id"] for one in await rows(END, MOST, OF_ENDS.kind)]
    if ended:
        await changes.tell([topics.tweet(tweet_id) for tweet_id in ended])
        await jobs.send(to_many.NOTIFY)
    return len(ended) == MOST


async def _write(some: Sequence[Vote]) -> list[bool]:
    columns = [list(column) for column in zip(*some, strict=True)]
    voted = {(one["tweet_id"], one["user_id"]) for one in await records(VOTE, *columns)}
    # Of several votes of one person in one statement, only the first one counts.
    first = {(one.tweet_id, one.user_id): one for one in reversed(some)}
    return [(one.tweet_id, one.user_id) in voted and first[one.tweet_id, one.user_id] is one for one in some]


_vote: Together[Vote, bool] = Together(_write, lambda one: one.tweet_id)
