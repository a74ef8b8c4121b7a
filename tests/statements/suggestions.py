"""The statement that suggests people to follow."""

from __future__ import annotations

from server.features.follows.suggestions import SUGGESTIONS
from tests.statements import Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """The statement with users who follow many, some and few others."""
    return {
        "suggestions for a user with 5,000 followees": (SUGGESTIONS, [at.collector, 5]),
        "suggestions for a user with 300 followees": (SUGGESTIONS, [at.reader, 5]),
        "suggestions for a user with few followees": (SUGGESTIONS, [at.newcomer, 20]),
    }
