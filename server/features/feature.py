"""What a feature declares about itself, for the parts of Perch that know no feature by name."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.cache.marks import Mark, MarkOnPeople
from server.core.limits.tally import Limit
from server.core.live.kinds import Kind
from server.core.personal import NOTHING, PersonalData
from server.features.notifications.to_many import ToMany
from server.operations.counters import Counter


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature; `server.features.registry` lists all.

    Attributes:
        kinds: the kinds of events about its rows.
        marks: the marks that its users set on tweets.
        marks_on_people: the marks that they set on people.
        personal: the data that it holds about a user.
        counters: the columns that count its rows.
        limits: how often its users may do some of its things.
        to_many: notifications of its acts that workers write, because very many people may get them.
    """

    kinds: tuple[Kind, ...] = ()
    marks: tuple[Mark, ...] = ()
    marks_on_people: tuple[MarkOnPeople, ...] = ()
    personal: PersonalData = NOTHING
    counters: tuple[Counter, ...] = ()
    limits: tuple[Limit, ...] = ()
    to_many: tuple[ToMany, ...] = ()
