"""A process has few heaps, however many threads it has."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Starts threads that run at the same time, then prints glibc's report on its heaps (malloc_info(3)).
COUNT = """
import ctypes, threading
from config.process import bound_heaps
{first}
all_there = threading.Barrier(9)
threads = [threading.Thread(target=all_there.wait) for _ in range(8)]
for thread in threads:
    thread.start()
all_there.wait()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.parametrize(("first", "bounded"), [("bound_heaps()", True), ("", False)])
def test_threads_share_two_heaps(first: str, bounded: bool) -> None:
    command = [sys.executable, "-c", COUNT.format(first=first)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
    assert (told.count("<heap ") <= 2) is bounded
