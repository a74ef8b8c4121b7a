"""The statements of edits."""

from __future__ import annotations

from datetime import timedelta

from server.core.paging import NEWEST
from server.features.edits import edits, events, personal, versions
from server.features.notifications import to_many
from server.features.tweets import language
from tests.statements import LIMIT, Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet, author = at.most_liked_tweet, at.keen
    return {
        "whether a tweet may be edited": (edits.READ, [tweet, author]),
        "lock a tweet to edit it": (edits.LOCK, [tweet]),
        "edit a tweet": (edits.WRITE, [tweet, "x", None, False, "en", "de"]),
        "no pictures before an edit": (edits.CLEAR, [tweet]),
        "its pictures after an edit": (edits.PICTURES, [tweet, author, [7], [None]]),
        "its hashtags after an edit": (edits.HASHTAGS, [tweet, [9]]),
        "the names of its hashtags": (edits.ADD_ALL_NAMES, [[9], ["perch"], ["Perch"]]),
        "its mentions after an edit": (edits.MENTIONS, [tweet, ["heron_1"]]),
        "tell of an edit": (edits.TELL, [tweet, author]),
        "whether a tweet has a language": (language.SEEN, [tweet, author]),
        "say the language of a tweet": (language.CHANGE, [tweet, "de"]),
        "keep what a tweet said": (versions.KEEP, [tweet]),
        "the pictures of all versions": (versions.PICTURES, [tweet]),
        "earlier versions": (versions.READ, [tweet, NEWEST, LIMIT]),
        "lock a tweet's versions": (versions.LOCK, [tweet, 1]),
        "delete an earlier version": (versions.DELETE, [tweet, 1]),
        "detach its pictures": (versions.DETACH, [tweet]),
        "whom to notify of an edit": (events.OF_EDITS.people, [tweet, 0, 1000]),
        "note a notification to many": (to_many.NOTE, [tweet, "edit"]),
        "the next notification to many": (to_many.NEXT, []),
        "forget an earlier notification": (to_many.FORGET, [tweet, "edit", [author], timedelta(hours=1)]),
        "notify many": (to_many.ADD, [tweet, "edit", author, tweet, [at.collector]]),
        "how far notifying has come": (to_many.MOVE, [tweet, "edit", 7]),
        "nobody is left to notify": (to_many.DONE, [tweet, "edit"]),
        "export: earlier versions": (personal.EXPORT, [author, 0, 50]),
    }
