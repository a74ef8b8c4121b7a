"""The names of the queue in Redis, for those who send, work and look."""

from __future__ import annotations

STREAM, SLOW_STREAM, PEOPLE_STREAM = STREAMS = ("perch:tasks", "perch:tasks:slow", "perch:tasks:people")
GROUP = "perch:workers"
WAITER = "perch:waiter:"
DEAD_LETTERS = "perch:dead"
ALIVE = "perch:alive:"
