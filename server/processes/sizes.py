"""How large our own PostgreSQL and Valkey are made: computed from one number of megabytes each."""

from __future__ import annotations

# Whatever the size. What is read at random is read from an SSD; a plan is never worth compiling for queries
# like ours. Checkpoints are rare, because after each of them the first change of a page writes all of it to
# the log. They are not compressed there: pglz, all that the wheel's PostgreSQL has, takes more time than it
# saves. What was answered is on the disk: fsync and synchronous_commit stay on.
COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "io_method": "sync",  # no helper processes
    "log_min_messages": "warning",
    "log_error_verbosity": "terse",  # no line quotes what people wrote
    "log_min_error_statement": "panic",
    "password_encryption": "scram-sha-256",
    "random_page_cost": "1.1",
    "jit": "off",
    "checkpoint_timeout": "15min",
}


def postgres_options(memory: int, *, connections: int) -> dict[str, str]:
    """The settings of a PostgreSQL that may count on so many megabytes.

    A quarter is its own buffers, all of which it holds once it has used them; the rest is the kernel's cache
    of its files, from which sorting and maintenance take theirs for a moment.
    """
    return {
        **COMMON,
        "max_connections": str(connections),
        "shared_buffers": megabytes(memory // 4),
        "effective_cache_size": megabytes(memory * 3 // 4),
        "work_mem": megabytes(between(4, memory // 64, 64)),
        "maintenance_work_mem": megabytes(between(16, memory // 16, 1024)),
        "max_wal_size": megabytes(between(1024, memory * 2, 16384)),
    }


def valkey_options(memory: int) -> dict[str, str]:
    """The settings of a Valkey that holds at most so many megabytes, and refuses what is more."""
    return {"maxmemory": f"{memory}mb", "maxmemory-policy": "noeviction"}


def between(least: int, wanted: int, most: int) -> int:
    """What is wanted, within bounds."""
    return max(least, min(wanted, most))


def megabytes(count: int) -> str:
    """As PostgreSQL reads it."""
    return f"{count}MB"
