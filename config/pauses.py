"""Pauses before something is tried again."""

from __future__ import annotations

import random


def spread(seconds: float) -> float:
    """A random pause of 1 to 1.5 times `seconds`, so that not everyone retries the same failure at once."""
    return seconds * random.uniform(1, 1.5)  # noqa: S311  # nothing secret
