"""How thorough tests are: a little in `make test` and `make test-all`, everything in `make trials`."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

THOROUGH = bool(os.environ.get("THOROUGH"))


def much(*, usually: T, thoroughly: T) -> T:
    """The second value if the variable THOROUGH is set, otherwise the first."""
    return thoroughly if THOROUGH else usually
