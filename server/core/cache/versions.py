"""The table of versions that the web processes of one host share, and their lease.

A host is the web processes of one parent: it makes the table before it forks them. Each topic has a word in
it. Whoever changes something stamps its topics with a number that never stood there before; whoever keeps
something keeps the numbers that stood there before it was read, and it is true as long as they stand there.

That the numbers are compared and never counted makes two stamps at once harmless: whichever stays, it is
none that was there before.

The lease says until when the table may be believed: until then every other host tells this one what it
changes, and waits for it (`server.core.cache.keeper`).
"""

from __future__ import annotations

import fcntl
import mmap
import os
import time
from collections.abc import Collection, Iterable, Sequence
from secrets import randbits

from server.core.cache import topics

# The first words. Times in nanoseconds of the clock below.
_ANY, _LEASE_UNTIL, _WANTED, _HOST, _LIST, _MEMBERS = range(6)
_FIRST_MEMBER, MAX_MEMBERS = 6, 50


def clock() -> int:
    """Nanoseconds, the same in all processes of the machine; it goes on while the machine sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Versions:
    """The table. Made before the fork; each process has its own object over the same memory.

    The words are 8 bytes at addresses that 8 divides, which processors read and write whole. `_ANY` is
    stamped before the topics and after them: who sees it unchanged has nothing else to look at, and nothing
    was being stamped meanwhile. x86 shows writes in their order; elsewhere a system call lies between a
    change and its answer, and orders them.
    """

    def __init__(self) -> None:
        size = topics.WORDS * 8
        self._file = os.memfd_create("perch-versions")
        os.ftruncate(self._file, size)
        self.words = memoryview(mmap.mmap(self._file, size)).cast("Q")

    def stamp(self, changed: Iterable[int]) -> None:
        """What was read of these topics before is not believed any more, in any process of the host."""
        # Of the system: Python's own numbers come again where somebody seeds them, in a library say.
        number, words = randbits(64), self.words
        words[_ANY] = number
        for topic in changed:
            words[topic] = number
        words[_ANY] = number ^ 1

    def any(self) -> int:
        """Changes with every stamp."""
        return self.words[_ANY]

    def of(self, needed: Sequence[int]) -> tuple[int, ...]:
        """The versions of these topics, to be taken before reading what is kept with them."""
        words = self.words
        return tuple([words[topic] for topic in needed])

    def if_quiet(self, since: int, needed: Sequence[int]) -> tuple[int, ...] | None:
        """The versions of topics that were not known before reading, if nothing changed since `any()`."""
        found = self.of(needed)
        return found if self.words[_ANY] == since else None

    def believed_change(self) -> int | None:
        """`any()` where the table is believed, else None."""
        words = self.words
        words[_WANTED] = 1
        return words[_ANY] if clock() < words[_LEASE_UNTIL] else None

    def are_believed(self) -> bool:
        """Whether the lease lasts, so that what has its versions is true."""
        words = self.words
        words[_WANTED] = 1
        return clock() < words[_LEASE_UNTIL]

    def others(self) -> list[int] | None:
        """The other hosts, which are to be told of a change; None where that has to be asked."""
        words = self.words
        before = words[_LIST]
        if not self.are_believed() or before & 1 or words[_MEMBERS] > MAX_MEMBERS:
            return None
        found = words[_FIRST_MEMBER : _FIRST_MEMBER + words[_MEMBERS]].tolist()
        return found if words[_LIST] == before else None

    @property
    def host(self) -> int:
        """The number under which the other hosts know this one; 0 where they do not."""
        return self.words[_HOST]

    # What follows is the keeper's.

    def try_to_keep(self) -> bool:
        """Become the process that keeps the lease, until it ends; of the living ones it is one at a time."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def be(self, host: int) -> None:
        """The others know this host under this number now."""
        self.words[_HOST] = host

    def know(self, members: Collection[int]) -> None:
        """These are the other hosts now. While the list is being written its number is odd."""
        words = self.words
        words[_LIST] |= 1
        words[_MEMBERS] = len(members)
        if len(members) <= MAX_MEMBERS:
            for place, member in enumerate(members, start=_FIRST_MEMBER):
                words[place] = member
        words[_LIST] += 1

    def hold(self, until: int) -> None:
        """The lease lasts until then."""
        self.words[_LEASE_UNTIL] = until

    def drop(self) -> None:
        """The lease is gone: each read asks the database, until there is one again."""
        self.words[_LEASE_UNTIL] = 0

    def was_wanted(self) -> bool:
        """Whether anybody asked since the last time."""
        wanted, self.words[_WANTED] = self.words[_WANTED], 0
        return bool(wanted)
