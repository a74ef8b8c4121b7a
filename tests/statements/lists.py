"""The statements of lists, and their timelines."""

from __future__ import annotations

from server.features.lists import lists, personal, timelines
from server.features.relations import relations
from server.features.tweets import events
from tests.statements import LIMIT, Landmarks, Statements, newer, places, with_rows

# A list of one of the first users (`tests.domain.test_plans`): it has the first 500 users.
NUMBER, OWNER, OUTSIDER = 2, 2, 600


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    one, people = [NUMBER, OWNER], list(range(1, 1000))
    return {
        "a list's": places(timelines.TWEETS, NUMBER),
        "a list's, deep": places(timelines.TWEETS, NUMBER, at.deep),
        "a list's, newer": newer(timelines.TWEETS, NUMBER, at.deep),
        "a list's, with rows": with_rows(timelines.TWEETS, NUMBER),
        "a list's with reposts": places(timelines.ENTRIES, NUMBER),
        "a list's with reposts, newer": newer(timelines.ENTRIES, NUMBER, at.deep),
        "somebody's lists": (lists.LISTED, [OWNER, at.busiest_author]),
        "a list": (lists.ONE, one),
        "whose a list is": (lists.IS_OWN, one),
        "hold the owner of lists": (lists.LOCK, [OWNER]),
        "make a list": (lists.CREATE, [OWNER, "Birds", "members", False]),
        "change a list": (lists.CHANGE, [*one, "Owls", None, True]),
        "delete a list": (lists.DELETE, one),
        "hold an owner and a member": (lists.LOCK_BOTH, [OWNER, at.busiest_author]),
        "may somebody be on a list": (lists.JOINING, [*one, at.busiest_author]),
        "put somebody on a list": (lists.ADD, [NUMBER, OUTSIDER]),
        "take somebody off a list": (lists.REMOVE, [NUMBER, at.busiest_author]),
        "who is on a list": (lists.MEMBER_IDS, [NUMBER]),
        "the members of a list": (lists.MEMBERS, [*one, 2**53, LIMIT]),
        "block: take both off lists": (relations.CUT_LISTS, [OWNER, at.busiest_author]),
        "live: on whose exclusive lists somebody is": (events.APART_ON_LISTS, [[at.busiest_author], people]),
        "export: lists": (personal.EXPORT, [OWNER, 0, 50]),
        "export: members of lists": (personal.EXPORT_MEMBERS, [OWNER, 0, 50]),
        "erase: members of lists": (personal.ERASE_MEMBERS, [OWNER, 100]),
        "erase: lists": (personal.ERASE, [OWNER]),
    }
