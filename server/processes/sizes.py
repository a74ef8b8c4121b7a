"""The memory settings of our own PostgreSQL and Valkey, each computed from one number of megabytes."""

from __future__ import annotations

# Settings for any size. Random reads come from an SSD; plans for queries like ours are never worth compiling.
# Checkpoints are rare, because after each of them the first change to a page writes the whole page to the
# log. Pages aren't compressed there: pglz, the only method in the wheel's PostgreSQL, takes more time than it
# saves. Whatever was confirmed to a client is on disk: fsync and synchronous_commit stay on.
COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "io_method": "sync",  # no helper processes
    "log_min_messages": "warning",
    "log_error_verbosity": "terse",  # so that no log line quotes what people wrote
    "log_min_error_statement": "panic",
    "password_encryption": "scram-sha-256",
    "random_page_cost": "1.1",
    "jit": "off",
    "checkpoint_timeout": "15min",
    "deadlock_timeout": "200ms",  # nobody waits longer for rows that a deadlock holds
}


def postgres_options(memory: int, *, connections: int) -> dict[str, str]:
    """The settings of a PostgreSQL that may use `memory` megabytes.

    A quarter is for its own buffers, which it keeps once it has used them. The rest is the kernel's cache of
    its files, from which sorting and maintenance temporarily take their memory.
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
    """The settings of a Valkey that holds at most `memory` megabytes and refuses writes beyond that."""
    return {"maxmemory": f"{memory}mb", "maxmemory-policy": "noeviction"}


def between(least: int, wanted: int, most: int) -> int:
    """Clamp the wanted number to the bounds."""
    return max(least, min(wanted, most))


def megabytes(count: int) -> str:
    """Format a number of megabytes for PostgreSQL."""
    return f"{count}MB"
