"""The table of versions that the processes of a host share."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

from server.core.cache.cache_host import CacheHost
from server.core.cache.membership import Membership
from server.core.cache.notices import LEASE_OVER, PATIENCE
from server.core.cache.versions import MAX_MEMBERS, Versions, clock

SECOND = 10**9


def in_a_child(work: Callable[[], object]) -> int:
    """Run it in a forked process and return the exit code, which is 1 for True."""
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(int(bool(work())))
        except BaseException:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def stamp(versions: Versions, topic: int) -> Callable[[], None]:
    return lambda: versions.stamp([topic])


def believed() -> Versions:
    """A table that can be trusted."""
    versions = Versions()
    versions.hold(clock() + 3600 * 10**9)
    return versions


def test_stamps_are_never_repeated_even_with_a_seeded_random_generator() -> None:
    versions = believed()
    seen = set()
    for _ in range(3):
        random.seed(0)
        versions.stamp([100])
        seen.add((versions.believed_change(), versions.of([100])))
    assert len(seen) == 3


def test_a_stamp_of_one_process_is_seen_by_the_others() -> None:
    versions = believed()
    before, any_before = versions.of([100, 200]), versions.believed_change()
    assert in_a_child(stamp(versions, 200)) == 0
    assert versions.of([100, 200])[0] == before[0]
    assert versions.of([100, 200])[1] != before[1]
    assert versions.believed_change() != any_before


def test_a_copy_keeps_the_versions_from_before_a_stamp() -> None:
    versions = Versions()
    before, copy = versions.of([100, 200]), versions.all()
    versions.stamp([200])
    assert copy.of([100, 200]) == before
    assert versions.of([100, 200]) != before


def test_two_processes_never_write_the_same_stamp() -> None:
    versions = Versions()
    numbers = set()
    for _ in range(20):
        in_a_child(stamp(versions, 100))
        numbers.add(versions.of([100])[0])
        versions.stamp([100])
        numbers.add(versions.of([100])[0])
    assert len(numbers) == 40


def test_one_process_keeps_the_lease_until_it_ends() -> None:
    versions = Versions()
    assert versions.try_to_keep()
    assert in_a_child(versions.try_to_keep) == 0
    other = Versions()
    assert in_a_child(other.try_to_keep) == 1  # the child has ended
    assert other.try_to_keep()


def test_the_other_hosts_are_known_while_the_lease_lasts() -> None:
    versions = Versions()
    versions.know([5, 7])
    assert versions.others() is None
    versions.hold(clock() + 60 * SECOND)
    assert versions.others() == [5, 7]
    versions.know([])
    assert versions.others() == []
    versions.know(range(MAX_MEMBERS + 1))
    assert versions.others() is None  # too many to list: the database is asked for them
    versions.know([9])
    versions.drop()
    assert (versions.others(), versions.are_believed()) == (None, False)


def test_the_table_knows_whether_anyone_asked() -> None:
    versions = Versions()
    assert not versions.was_wanted()
    versions.are_believed()
    assert [versions.was_wanted(), versions.was_wanted()] == [True, False]


def host(number: int, *knows: int, evicted: bool = False) -> CacheHost:
    return CacheHost(number, list(knows), evicted)


def test_a_new_host_is_trusted_once_all_others_notify_it() -> None:
    me = Membership(1)
    assert me.learn([host(1)], 0) is False
    assert [me.is_known] == [True]
    assert me.learn([host(1), host(2), host(3, 1)], 0) is True
    assert me.others == [2, 3]
    assert [me.is_known] == [False]
    assert me.learn([host(1), host(2, 1, 3), host(3, 1)], 0) is False
    assert [me.is_known] == [True]
    assert me.is_settled


def test_a_host_that_does_not_learn_of_a_new_one_is_evicted_and_waited_for() -> None:
    me = Membership(1)
    me.learn([host(1), host(2)], 0)
    assert me.overdue(int(PATIENCE * SECOND)) == []
    later = int(PATIENCE * SECOND) + 1
    assert me.overdue(later) == [2]
    me.learn([host(1), host(2, evicted=True)], later)
    assert (me.overdue(later + SECOND), me.is_known, me.is_settled) == ([], False, False)
    assert me.gone(later + int(LEASE_OVER * SECOND)) == []
    assert me.gone(later + int(LEASE_OVER * SECOND) + 1) == [2]
    assert me.learn([host(1)], later) is True
    assert (me.others, me.is_known, me.is_settled) == ([], True, True)
