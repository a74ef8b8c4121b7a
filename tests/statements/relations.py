"""The statements of blocks and mutes."""

from __future__ import annotations

from server.core.paging import NEWEST
from server.features.follows import follows
from server.features.relations import events, muted_threads, personal, relations, visible
from server.features.tweets.events import APART_FROM_ADDRESSED
from tests.statements import Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    pair = [at.keen, at.busiest_author]
    return {
        "how many a user blocks or mutes": (relations.COUNT, [at.keen]),
        "whether a block parts two users": (follows.BLOCKED, pair),
        "lock two users": (relations.LOCK, pair),
        "block": (relations.BLOCK, pair),
        "be blocked": (relations.BLOCKED_BY, pair),
        "cut follows": (relations.CUT, pair),
        "remove the notifications of two users about each other": (relations.UNTELL, [*pair, 1000]),
        "unblock": (relations.UNBLOCK, pair),
        "be unblocked": (relations.UNBLOCKED_BY, pair),
        "mute": (relations.MUTE, [*pair, True, None]),
        "unmute": (relations.UNMUTE, pair),
        "remove relations that say nothing": (relations.TIDY, pair),
        "end mutes": (relations.ENDED, [1000]),
        "whom the viewer blocks": (relations.BLOCKS, [at.keen, NEWEST, 51]),
        "whom the viewer mutes": (relations.MUTES, [at.keen, NEWEST, 51]),
        "people hidden by blocks": (visible.BLOCKED.all, [at.keen]),
        "people hidden by mutes": (visible.MUTED.all, [at.keen]),
        "mute a conversation": (muted_threads.MUTE, [at.keen, at.most_liked_tweet]),
        "unmute a conversation": (muted_threads.UNMUTE, [at.keen, at.most_liked_tweet]),
        "muted conversations": (muted_threads.LISTED, [at.keen, NEWEST, 51]),
        "live: relations": (events.RELATIONS, [[at.keen], [at.busiest_author]]),
        "live: who gets nothing of these people": (
            events.APART_FROM,
            [[at.busiest_author], list(range(1, 1001))],
        ),
        "live: who gets no tweets that address somebody": (
            APART_FROM_ADDRESSED,
            [at.last_page, list(range(1, 1001))],
        ),
        "erase: relations": (personal.ERASE, [at.keen, 100]),
        "erase: muted conversations": (personal.ERASE_THREADS, [at.keen, 100]),
        "export: relations": (personal.EXPORT, [at.keen, 0, 50]),
        "export: muted conversations": (personal.EXPORT_THREADS, [at.keen, 0, 50]),
    }
