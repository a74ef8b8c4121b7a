"""Where PostgreSQL and Redis are: addresses read from URLs, or the sockets of our own servers."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit, urlunsplit

# A Unix socket's path holds at most 107 bytes (sun_path in unix(7)); the longest name that we put
# into the folder is `.s.PGSQL.5432.lock`.
MAX_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")

# How long Redis has to take a connection, and to answer. Seconds.
REDIS_CONNECT_TIMEOUT, REDIS_SOCKET_TIMEOUT = 2, 5

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class WrongAddress(ValueError):
    """The URL cannot be used; the text says why and holds no password."""


@dataclass(frozen=True)
class DatabaseAddress:
    """A PostgreSQL database. `host` is a name, an address, or the folder of a Unix socket."""

    host: str
    port: int
    user: str
    password: str | None
    database: str
    ssl: str | None = None

    @classmethod
    def parse(cls, url: str) -> DatabaseAddress:
        """Read `postgresql://user:password@host:port/name?host=/socket/folder&sslmode=require`."""
        try:
            parts = urlsplit(url)
            port = parts.port or 5432
        except ValueError:
            raise WrongAddress("is not a URL like postgresql://user:password@host:5432/name") from None
        if "port" in parse_qs(parts.query):
            text = parse_qs(parts.query)["port"][-1]
            if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
                raise WrongAddress("port must be a number from 1 to 65535")
            port = int(text)
        if parts.scheme not in ("postgres", "postgresql", "asyncpg"):
            raise WrongAddress("must start with postgresql://")
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        unknown = sorted(options.keys() - {"host", "port", "sslmode"})
        if unknown:
            raise WrongAddress(f"has the unknown parameter {unknown[0]} (known: host, port, sslmode)")
        ssl = options.get("sslmode")
        if ssl is not None and ssl not in SSL_MODES:
            raise WrongAddress(f"sslmode must be one of {', '.join(SSL_MODES)}")
        host, name = options.get("host") or parts.hostname, unquote(parts.path.lstrip("/"))
        if not host or not name:
            raise WrongAddress("must name a host and a database")
        return cls(
            host=host,
            port=port,
            user=unquote(parts.username or "postgres"),
            password=unquote(parts.password) if parts.password else None,
            database=name,
            ssl=ssl,
        )

    def connect_arguments(self) -> dict[str, Any]:
        """For `asyncpg.connect`, and for Tortoise's `credentials` alike."""
        arguments: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "database": self.database,
        }
        return arguments if self.ssl is None else {**arguments, "ssl": self.ssl}

    def __str__(self) -> str:
        return f"{self.database} at {self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"<DatabaseAddress {self}>"


@dataclass(frozen=True, repr=False)
class RedisAddress:
    """A database of a Redis-protocol server, as the URL that `redis.asyncio` reads."""

    url: str

    def __post_init__(self) -> None:
        if not self._is_usable():
            raise WrongAddress("must be like redis://host:6379/0, rediss://host/0 or unix:///path/to/socket")

    def connect_arguments(self, *, socket_timeout: float | None = REDIS_SOCKET_TIMEOUT) -> dict[str, Any]:
        """For `from_url` of a client or a pool, behind the URL.

        A connection that Redis closed meanwhile is opened again, once and at once. uvloop says RuntimeError
        of one, which redis.asyncio lets through. No answer in time is not tried again: waits would double.
        """
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import ConnectionError

        errors: Any = (ConnectionError, RuntimeError)
        return {
            "socket_connect_timeout": REDIS_CONNECT_TIMEOUT,
            "socket_timeout": socket_timeout,
            "retry": Retry(NoBackoff(), 1, supported_errors=errors),
        }

    def _is_usable(self) -> bool:
        try:
            parts = urlsplit(self.url)
            if parts.scheme == "unix":
                return bool(parts.path)
            number = parts.path.strip("/")
            known = parts.scheme in ("redis", "rediss") and (not number or number.isdecimal())
            return known and bool(parts.hostname) and parts.port != 0
        except ValueError:
            return False

    def with_number(self, number: int) -> RedisAddress:
        """The same server's database of that number."""
        parts = urlsplit(self.url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme == "unix":
            query["db"] = str(number)
            return RedisAddress(urlunsplit(parts._replace(query=urlencode(query))))
        query.pop("db", None)
        return RedisAddress(urlunsplit(parts._replace(path=f"/{number}", query=urlencode(query))))

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"

    def __repr__(self) -> str:
        return f"<RedisAddress {self}>"


class UnsafeFolder(ValueError):
    """Somebody else could have put sockets there; the text says why."""


def require_private(sockets: Path, data_folder: Path) -> None:
    """See that nobody else has a hand in the folder of sockets, if it is there.

    Below the data, nobody else gets there. In the folder for temporary files anybody could have made it, and
    could listen in the place of our servers.

    Raises:
        UnsafeFolder: it is no folder of our own.
    """
    if sockets.is_relative_to(data_folder):
        return
    try:
        found = sockets.lstat()
        owners = {os.geteuid(), data_folder.stat().st_uid if data_folder.exists() else os.geteuid()}
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnsafeFolder(f"cannot look at {sockets}: {error.strerror}") from None
    if not stat.S_ISDIR(found.st_mode):
        what = "is no folder"
    elif found.st_uid not in owners:
        what = f"belongs to another user (id {found.st_uid})"
    elif found.st_mode & 0o077:
        what = f"is open to other users (mode {stat.S_IMODE(found.st_mode):o})"
    else:
        return
    raise UnsafeFolder(f"{sockets}, where sockets would lie, {what}: remove it, or choose a shorter DATA_DIR")


def embedded_socket_folder(data_folder: Path) -> Path:
    """Where our own servers put their sockets: below the data, unless that path is too long."""
    folder = data_folder / "run"
    if len(os.fsencode(folder)) <= MAX_SOCKET_FOLDER:
        return folder
    digest = hashlib.sha256(os.fsencode(data_folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"perch-{os.getuid()}-{digest}"
