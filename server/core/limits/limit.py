"""A limit of its own for some requests, declared by their feature."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """How often a user may do something, besides the limits for all requests.

    Attributes:
        name: unique; the label of the metric that counts refusals.
        rate: such as `5/hour`, in windows that follow the clock. It is counted exactly.
    """

    name: str
    rate: str
