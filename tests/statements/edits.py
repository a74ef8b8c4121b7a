"""The statements of edits."""

from __future__ import annotations

from server.core.paging import NEWEST
from server.features.edits import edits, notices, personal, versions
from tests.statements import LIMIT, Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet, author = at.most_liked_tweet, at.keen
    return {
        "whether a tweet may be edited": (edits.READ, [tweet, author]),
        "lock a tweet to edit it": (edits.LOCK, [tweet]),
        "edit a tweet": (edits.WRITE, [tweet, "x", None, False]),
        "no pictures before an edit": (edits.CLEAR, [tweet]),
        "its pictures after an edit": (edits.PICTURES, [tweet, author, [7], [None]]),
        "its hashtags after an edit": (edits.HASHTAGS, [tweet, [9]]),
        "the names of its hashtags": (edits.ADD_ALL_NAMES, [[9], ["perch"], ["Perch"]]),
        "its mentions after an edit": (edits.MENTIONS, [tweet, ["heron_1"]]),
        "tell of an edit": (edits.TELL, [tweet, author]),
        "keep what a tweet said": (versions.KEEP, [tweet]),
        "the pictures of all versions": (versions.PICTURES, [tweet]),
        "earlier versions": (versions.READ, [tweet, NEWEST, LIMIT]),
        "lock a tweet's versions": (versions.LOCK, [tweet, 1]),
        "delete an earlier version": (versions.DELETE, [tweet, 1]),
        "detach its pictures": (versions.DETACH, [tweet]),
        "note an edit": (notices.NOTE, [tweet]),
        "whom to notify of an edit": (notices.NEXT, [1000]),
        "forget an earlier edit": (notices.FORGET, [tweet, [author], notices.QUIET_FOR]),
        "notify of an edit": (notices.ADD, [tweet, author, tweet, [at.collector]]),
        "how far notifying of an edit has come": (notices.MOVE, [tweet, 7]),
        "nobody is left to notify of an edit": (notices.DONE, [tweet]),
        "export: earlier versions": (personal.EXPORT, [author, 0, 50]),
    }
