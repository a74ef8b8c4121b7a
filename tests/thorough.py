"""How much of it: a little in `make test` and `make test-all`, and all that is promised in `make trials`."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

THOROUGH = bool(os.environ.get("THOROUGH"))


def much(*, usually: T, thoroughly: T) -> T:
    """The second, where the variable THOROUGH is set."""
    return thoroughly if THOROUGH else usually
