"""Seccomp: an allowlist of system calls; the kernel answers all others with EPERM.

The list has what computing on open files needs: no opening of files, no sockets, no processes or threads, no
signals to others, no new code in memory. https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import platform
from collections.abc import Iterator

from tasks.walls.process import LIBC

PR_SET_SECCOMP, MODE_FILTER = 22, 2

# The kernel's numbers for the architectures, and their columns in the table.
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

# The numbers are from asm/unistd_64.h and asm-generic/unistd.h.
ALLOWED: dict[str, tuple[int, int]] = {
    # open files: reading, writing, seeking; libtiff duplicates the descriptor
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "readv": (19, 65),
    "writev": (20, 66),
    "dup": (32, 23),
    "ftruncate": (77, 46),
    # memory
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    # what C and Python do on the side
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124),
    "getpid": (39, 172),
    "getrusage": (98, 165),
    "gettid": (186, 178),
    "futex": (202, 98),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "getrandom": (318, 278),
    # exiting
    "exit": (60, 93),
    "exit_group": (231, 94),
}

# Calls allowed depending on a bit of an argument: the numbers, which argument, the bit, and whether it must
# be set. No memory becomes executable. C libraries implement fstat as fstatat with AT_EMPTY_PATH, which can
# also reveal the sizes and dates of files by name.
BY_ARGUMENT: dict[str, tuple[tuple[int, int], int, int, bool]] = {
    "mmap": ((9, 222), 2, 0x4, False),
    "mprotect": ((10, 226), 2, 0x4, False),
    "newfstatat": ((262, 79), 3, 0x1000, True),
}

# From linux/bpf_common.h and linux/seccomp.h: what an instruction does, and what a filter returns.
LOAD, JUMP_EQUAL, JUMP_SET, ANSWER = 0x20, 0x15, 0x45, 0x06
KILL, ALLOW, REFUSE = 0x80000000, 0x7FFF0000, 0x00050000 | errno.EPERM

# Offsets in `struct seccomp_data`. Arguments are read by their lower half: both architectures are
# little-endian.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16


class Instruction(ctypes.Structure):
    """`struct sock_filter`."""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(Instruction)))


def instructions(architecture: int, column: int) -> Iterator[tuple[int, int, int, int]]:
    """The filter: each instruction's code, how many to skip if true and if false, and the value."""
    yield LOAD, 0, 0, ARCHITECTURE
    yield JUMP_EQUAL, 1, 0, architecture
    yield ANSWER, 0, 0, KILL
    yield LOAD, 0, 0, NUMBER
    for numbers in ALLOWED.values():
        yield JUMP_EQUAL, 0, 1, numbers[column]
        yield ANSWER, 0, 0, ALLOW
    for numbers, argument, bit, has_to_be_set in BY_ARGUMENT.values():
        yield JUMP_EQUAL, 0, 4, numbers[column]
        yield LOAD, 0, 0, ARGUMENTS + 8 * argument
        yield JUMP_SET, 0, 1, bit
        yield ANSWER, 0, 0, ALLOW if has_to_be_set else REFUSE
        yield ANSWER, 0, 0, REFUSE if has_to_be_set else ALLOW
    yield ANSWER, 0, 0, REFUSE


def program() -> Program | None:
    """The filter for this machine; None if the table doesn't cover its architecture."""
    known = ARCHITECTURES.get(platform.machine())
    if known is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    filter = [Instruction(*each) for each in instructions(*known)]
    return Program(len(filter), (Instruction * len(filter))(*filter))


PROGRAM = program()


def restrict() -> str | None:
    """Refuse all system calls that are not on the list."""
    if PROGRAM is None or LIBC.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(PROGRAM), 0, 0):
        return None
    return f"{len(ALLOWED) + len(BY_ARGUMENT)} calls allowed"
