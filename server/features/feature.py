"""What a feature declares of itself, for the parts of the whole that know no feature."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.cache.marks import Mark
from server.core.live.kinds import Kind
from server.core.personal import NOTHING, PersonalData
from server.operations.counters import Counter


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature; `server.features.registry` lists all.

    Attributes:
        kinds: the kinds of events about its rows.
        marks: what its users set on tweets.
        personal: what it holds of a user.
        counters: the columns that count its rows.
    """

    kinds: tuple[Kind, ...] = ()
    marks: tuple[Mark, ...] = ()
    personal: PersonalData = NOTHING
    counters: tuple[Counter, ...] = ()
