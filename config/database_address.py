"""Where PostgreSQL is: an address read from a URL, or the socket of our own server."""

from __future__ import annotations

import hashlib
import os
import re
import ssl
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlencode

# The path of a Unix socket has at most 107 bytes (sun_path in unix(7)); the longest name that we put into the
# folder is `.s.PGSQL.5432.lock`.
MAX_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")

URL = re.compile(r"([A-Za-z+]+):(?://(?:([^/?#]*)@)?([^/?#]*))?(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?")
HOST = re.compile(r"(?:\[(?P<ipv6>[^\]]+)\]|(?P<name>[^:\[\]]+))(?::(?P<port>[^:]*))?")

POSTGRES_PORT = 5432

PARAMETERS = ("host", "port", "sslmode", "sslrootcert", "target_session_attrs")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
VERIFYING = ("verify-ca", "verify-full")

# libpq knows more values, but Perch has no use for a server that it can't write to.
TARGETS = ("any", "primary", "read-write")

# Used instead of a file for the certificates that the system trusts.
SYSTEM = "system"

NO_URL = "isn't a URL like postgresql://user:password@host:5432/name"


class WrongAddress(ValueError):
    """The URL cannot be used; the text says why and holds no password."""


class Parts(NamedTuple):
    """A URL's parts, like those of urlsplit, which doesn't accept several hosts. None of them is decoded."""

    scheme: str
    login: str
    place: str
    path: str
    query: str


def split_url(url: str) -> Parts | None:
    """The URL's parts; None if it isn't a URL."""
    found = URL.fullmatch(url)
    if found is None:
        return None
    scheme, *others = (part or "" for part in found.groups())
    return Parts(scheme.lower(), *others)


class Host(NamedTuple):
    """Where a server listens: a name, an address, or the folder of a Unix socket."""

    name: str
    port: int

    def __str__(self) -> str:
        return f"[{self.name}]:{self.port}" if ":" in self.name else f"{self.name}:{self.port}"


@dataclass(frozen=True)
class DatabaseAddress:
    """A PostgreSQL database, on whichever of its hosts matches `target`.

    Args:
        ssl_root: a file with the trusted certificates, or `SYSTEM`.
        target: one of `TARGETS`; None for the first host that responds.
    """

    hosts: tuple[Host, ...]
    user: str
    password: str | None
    database: str
    ssl: str | None = None
    ssl_root: str | None = None
    target: str | None = None

    @classmethod
    def parse(cls, url: str) -> DatabaseAddress:
        """Read `postgresql://user:password@host:port,host:port/name?sslmode=verify-full`, as libpq does."""
        parts = split_url(url)
        if parts is None:
            raise WrongAddress(NO_URL)
        if parts.scheme not in ("postgres", "postgresql", "asyncpg"):
            raise WrongAddress("must start with postgresql://")
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        unknown = sorted(options.keys() - set(PARAMETERS))
        if unknown:
            if "@" in parts.query:  # what looks like a parameter is part of the password
                raise WrongAddress("has an @ after the ?; in a user or password, write ? as %3F")
            raise WrongAddress(f"has the unknown parameter {unknown[0]} (known: {', '.join(PARAMETERS)})")
        user, _, password = parts.login.partition(":")
        hosts = _hosts(options.get("host") or parts.place, options.get("port"))
        name = unquote(parts.path.lstrip("/"))
        if not hosts or not name:
            raise WrongAddress("must name a host and a database")
        mode, root = _ssl(options.get("sslmode"), options.get("sslrootcert"))
        target = options.get("target_session_attrs", "read-write" if len(hosts) > 1 else None)
        if target is not None and target not in TARGETS:
            raise WrongAddress(f"target_session_attrs must be one of {', '.join(TARGETS)}, as Perch writes")
        return cls(
            hosts=hosts,
            user=unquote(user or "postgres"),
            password=unquote(password) if password else None,
            database=name,
            ssl=mode,
            ssl_root=root,
            target=target,
        )

    @property
    def host(self) -> str:
        """The first host."""
        return self.hosts[0].name

    @property
    def port(self) -> int:
        """The port of the first host."""
        return self.hosts[0].port

    @property
    def needs_tls(self) -> bool:
        """Whether connections always use TLS."""
        return self.ssl in ("require", *VERIFYING)

    def connect_arguments(self) -> dict[str, Any]:
        """The arguments for `asyncpg.connect`."""
        names, ports = [host.name for host in self.hosts], [host.port for host in self.hosts]
        arguments: dict[str, Any] = {
            "host": names if len(names) > 1 else self.host,
            "port": ports if len(ports) > 1 else self.port,
            "user": self.user,
            "password": self.password,
            "database": self.database,
        }
        if self.ssl_root == SYSTEM:
            arguments["ssl"] = True
        elif self.ssl_root is not None:  # asyncpg accepts it only in a URL
            arguments["dsn"] = f"postgresql://?{urlencode({'sslrootcert': self.ssl_root})}"
            arguments["ssl"] = self.ssl
        elif self.ssl is not None:
            arguments["ssl"] = self.ssl
        return arguments if self.target is None else {**arguments, "target_session_attrs": self.target}

    def libpq_environment(self) -> dict[str, str]:
        """The environment variables for PostgreSQL's own programs, without the password."""
        environment = {
            "PGHOST": ",".join(host.name for host in self.hosts),
            "PGPORT": ",".join(str(host.port) for host in self.hosts),
            "PGUSER": self.user,
            "PGSSLMODE": self.ssl,
            "PGSSLROOTCERT": self.ssl_root,
            "PGTARGETSESSIONATTRS": self.target,
        }
        return {name: value for name, value in environment.items() if value is not None}

    def __str__(self) -> str:
        return f"{self.database} at {','.join(map(str, self.hosts))}"

    def __repr__(self) -> str:
        return f"<DatabaseAddress {self}>"


def _hosts(named: str, ports: str | None) -> tuple[Host, ...]:
    """The hosts between the commas; `ports`, if given, has one port for all of them or one for each."""
    try:
        found = hosts_of(named, POSTGRES_PORT) if named else ()
    except ValueError:
        raise WrongAddress(NO_URL) from None
    if ports is not None:
        given = [_port(text) for text in ports.split(",")]
        if len(given) not in (1, len(found)):
            raise WrongAddress(f"has {len(found)} hosts and {len(given)} ports")
        found = tuple(Host(host.name, given[number % len(given)]) for number, host in enumerate(found))
    return found


def hosts_of(named: str, port: int) -> tuple[Host, ...]:
    """The hosts between the commas, each with its own port or else `port`. Raises ValueError."""
    return tuple(_host(spec, port) for spec in named.split(","))


def _host(spec: str, port: int) -> Host:
    if spec.startswith("/"):
        return Host(spec, port)
    parts = HOST.fullmatch(spec)
    if parts is None or (parts["port"] and not _is_port(parts["port"])):
        raise ValueError(spec)
    return Host(unquote(parts["ipv6"] or parts["name"]), int(parts["port"] or port))


def _port(text: str) -> int:
    if not _is_port(text):
        raise WrongAddress("port must be a number from 1 to 65535")
    return int(text)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536


def _ssl(mode: str | None, root: str | None) -> tuple[str | None, str | None]:
    """The mode, and the certificates to verify with: without a file, the same that libpq would use."""
    if mode is not None and mode not in SSL_MODES:
        raise WrongAddress(f"sslmode must be one of {', '.join(SSL_MODES)}")
    if root == SYSTEM:
        if mode not in (None, "verify-full"):
            raise WrongAddress("sslrootcert=system needs sslmode=verify-full")
        return "verify-full", SYSTEM
    if root is None and mode in VERIFYING:
        usual = os.environ.get("PGSSLROOTCERT") or str(Path.home() / ".postgresql" / "root.crt")
        if not Path(usual).is_file():
            needed = "a file with the CA's certificate, or system"
            raise WrongAddress(f"sslmode={mode} needs sslrootcert: {needed}")
        root = usual
    if root is None:
        return mode, None
    if mode not in ("require", *VERIFYING):
        raise WrongAddress("sslrootcert needs sslmode=verify-full")
    require_certificates("sslrootcert", root)
    return mode, root


def require_certificates(parameter: str, file: str) -> None:
    """Raises WrongAddress if the file that the parameter names has no certificate."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise WrongAddress(f"{parameter}: {file} has no certificate") from None
    except OSError as error:
        raise WrongAddress(f"{parameter}: can't read {file}: {error.strerror}") from None


class UnsafeFolder(ValueError):
    """Someone else could have put sockets there; the text says why."""


def require_private(sockets: Path, data_folder: Path) -> None:
    """Check that nobody else can put anything into the folder of sockets, if it exists.

    Below the data folder, nobody else has access. In the folder for temporary files, anyone could have
    created it, and could listen in place of our servers.

    Raises:
        UnsafeFolder: it is not a folder of our own.
    """
    if sockets.is_relative_to(data_folder):
        return
    try:
        found = sockets.lstat()
        owners = {os.geteuid(), data_folder.stat().st_uid if data_folder.exists() else os.geteuid()}
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnsafeFolder(f"can't check {sockets}: {error.strerror}") from None
    if not stat.S_ISDIR(found.st_mode):
        what = "isn't a folder"
    elif found.st_uid not in owners:
        what = f"belongs to another user (id {found.st_uid})"
    elif found.st_mode & 0o077:
        what = f"is open to other users (mode {stat.S_IMODE(found.st_mode):o})"
    else:
        return
    raise UnsafeFolder(f"{sockets}, the folder for sockets, {what}; remove it, or choose a shorter DATA_DIR")


def embedded_socket_folder(data_folder: Path) -> Path:
    """The folder for our own servers' sockets: below the data folder, unless that path is too long."""
    folder = data_folder / "run"
    if len(os.fsencode(folder)) <= MAX_SOCKET_FOLDER:
        return folder
    digest = hashlib.sha256(os.fsencode(data_folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"perch-{os.getuid()}-{digest}"
