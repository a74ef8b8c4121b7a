"""The table of versions that the web processes of one host share, and their lease.

A host is the web processes of one parent, which creates the table before it forks them. Each topic has a word
in the table. A process that changes something stamps its topics with a new number that was never there
before. A process that caches something keeps the numbers that it saw before reading it, and the cached value
is current as long as those numbers stay.

The numbers are only compared, never incremented, so two stamps at once do no harm: whichever number remains,
it wasn't there before.

The lease says until when the table can be trusted: until then, every other host notifies this one of its
changes and waits for it to acknowledge them (`server.core.cache.keeper`).
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Collection, Iterable, Sequence
from secrets import randbits
from time import CLOCK_BOOTTIME, clock_gettime_ns

from server.core.cache import topics

# The first words. Times are nanoseconds of the clock below.
_ANY, _LEASE_UNTIL, _WANTED, _HOST, _LIST, _MEMBERS = range(6)
_FIRST_MEMBER, MAX_MEMBERS = 6, 50


def clock() -> int:
    """The time in nanoseconds, the same in all processes of the machine. It goes on while that sleeps."""
    return clock_gettime_ns(CLOCK_BOOTTIME)


class Words:
    """The words of the table, or of a copy."""

    def __init__(self, words: memoryview) -> None:
        self.words = words

    def of(self, needed: Sequence[int]) -> tuple[int, ...]:
        """The versions of these topics. Take them before reading the value that is to be cached with them."""
        words = self.words
        return tuple([words[topic] for topic in needed])


class Versions(Words):
    """The table. It is created before the fork; each process has its own object over the same memory.

    The words are 8 bytes at addresses divisible by 8, which processors read and write atomically. `_ANY` is
    stamped before the topics and again after them: a reader that sees it unchanged need not look further. x86
    makes writes visible in order; on other processors, a system call between a change and its response orders
    them.
    """

    def __init__(self) -> None:
        size = topics.WORDS * 8
        self._file = os.memfd_create("perch-versions")
        os.ftruncate(self._file, size)
        super().__init__(memoryview(mmap.mmap(self._file, size)).cast("Q"))
        self._copy: tuple[int, Words] | None = None

    def stamp(self, changed: Iterable[int]) -> None:
        """Invalidate whatever was read of these topics before, in every process of the host."""
        # From the system: Python's own random numbers repeat if anyone seeds them, for instance a library.
        number, words = randbits(64), self.words
        words[_ANY] = number
        for topic in changed:
            words[topic] = number
        words[_ANY] = number ^ 1

    def all(self) -> Words:
        """A copy of the table, which takes about 15 us. Make it before reading what reveals the topics.

        As long as nothing changes, it is the same copy: however many readers wait for the database, they hold
        one table and not a hundred kilobytes each.
        """
        change = self.words[_ANY]
        if self._copy is None or self._copy[0] != change:
            self._copy = change, Words(memoryview(self.words.tobytes()).cast("Q"))
        return self._copy[1]

    def believed_change(self) -> int | None:
        """A number that changes with every stamp, if the table can be trusted, else None."""
        words = self.words
        words[_WANTED] = 1
        return words[_ANY] if clock() < words[_LEASE_UNTIL] else None

    def are_believed(self) -> bool:
        """Whether the lease lasts, so that values with matching versions are current."""
        words = self.words
        words[_WANTED] = 1
        return clock() < words[_LEASE_UNTIL]

    def others(self) -> list[int] | None:
        """The other hosts, which must hear of a change; None if only the database can tell."""
        words = self.words
        before = words[_LIST]
        if not self.are_believed() or before & 1 or words[_MEMBERS] > MAX_MEMBERS:
            return None
        found = words[_FIRST_MEMBER : _FIRST_MEMBER + words[_MEMBERS]].tolist()
        return found if words[_LIST] == before else None

    @property
    def host(self) -> int:
        """The number under which the other hosts know this one; 0 if they don't."""
        return self.words[_HOST]

    # Only the keeper calls what follows.

    def try_to_keep(self) -> bool:
        """Try to become the keeper until this process ends. Only one living process can be the keeper."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def be(self, host: int) -> None:
        """Set the number under which the other hosts know this one."""
        self.words[_HOST] = host

    def know(self, members: Collection[int]) -> None:
        """Store the list of the other hosts. While it is being written, its number is odd."""
        words = self.words
        words[_LIST] |= 1
        words[_MEMBERS] = len(members)
        if len(members) <= MAX_MEMBERS:
            for place, member in enumerate(members, start=_FIRST_MEMBER):
                words[place] = member
        words[_LIST] += 1

    def hold(self, until: int) -> None:
        """Set the time until which the lease lasts."""
        self.words[_LEASE_UNTIL] = until

    def drop(self) -> None:
        """End the lease: until there is one again, every read goes to the database."""
        self.words[_LEASE_UNTIL] = 0

    def was_wanted(self) -> bool:
        """Whether anyone has used the cache since the last call."""
        wanted, self.words[_WANTED] = self.words[_WANTED], 0
        return bool(wanted)
