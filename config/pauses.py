"""Pauses before something is tried again."""

from __future__ import annotations

import random


def spread(seconds: float) -> float:
    """So long, or up to half as long again: what broke for many at once is not tried by all at once again."""
    return seconds * random.uniform(1, 1.5)  # noqa: S311  # nothing secret
