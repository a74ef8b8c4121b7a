"""The address of Redis or Valkey: a server, or the one that its sentinels name."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlencode

from config.database_address import Host, Parts, WrongAddress, hosts_of, require_certificates, split_url

USABLE = (
    "must be like redis://host:6379/0, rediss://host/0, unix:///path/to/socket "
    "or redis+sentinel://host:26379,host:26379/name/0"
)

SERVER_SCHEMES = ("redis", "rediss")
SENTINEL_SCHEMES = ("redis+sentinel", "rediss+sentinel")

REDIS_PORT, SENTINEL_PORT = 6379, 26379

# Parameters of a URL that names sentinels: the credentials for the sentinels, if they need any.
SENTINEL_LOGIN = ("sentinel_username", "sentinel_password")

# Parameters that redis-py takes as Python objects, and never as text.
OBJECTS = frozenset(
    {
        "connection_class",
        "credential_provider",
        "encoder_class",
        "event_dispatcher",
        "parser_class",
        "redis_connect_func",
        "retry",
        "retry_on_error",
    }
)


class Sentinels(NamedTuple):
    """The sentinels to ask which server is the primary with this name."""

    hosts: tuple[Host, ...]
    name: str


@dataclass(frozen=True, repr=False)
class RedisAddress:
    """A database of a Redis-protocol server, as a URL; `config.redis_clients` connects to it."""

    url: str

    def __post_init__(self) -> None:
        try:
            usable = self._is_usable()
        except ValueError:
            usable = False
        if not usable:
            raise WrongAddress(USABLE)
        if self._parts.query:
            self._check_parameters()

    @property
    def sentinels(self) -> Sentinels | None:
        """The sentinels that the URL names; None if it names the server itself. Raises ValueError."""
        parts = self._parts
        if parts.scheme not in SENTINEL_SCHEMES:
            return None
        return Sentinels(hosts_of(parts.place, SENTINEL_PORT), unquote(self._steps[0]))

    @property
    def server_url(self) -> str:
        """The URL for redis-py. If sentinels are named, it has everything except the server's address."""
        parts = self._parts
        if parts.scheme not in SENTINEL_SCHEMES:
            return self.url
        query = {name: value for name, value in self.parameters.items() if name not in SENTINEL_LOGIN}
        path = "/".join(["", *self._steps[1:]])
        scheme, login = parts.scheme.removesuffix("+sentinel"), f"{parts.login}@" if parts.login else ""
        return _joined(scheme, login, path, query)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters after the question mark."""
        return {name: values[-1] for name, values in parse_qs(self._parts.query).items()}

    @property
    def secrets(self) -> frozenset[str]:
        """The credentials in the URL, as written there and as they are sent."""
        given = self.parameters
        found = [self._parts.login.partition(":")[2], given.get("password"), given.get("sentinel_password")]
        return frozenset(each for text in found if text for each in (text, unquote(text)))

    def with_number(self, number: int) -> RedisAddress:
        """The address of the same server's database with that number."""
        parts, query = self._parts, self.parameters
        place = f"{parts.login}@{parts.place}" if parts.login else parts.place
        query.pop("db", None)
        if parts.scheme == "unix":
            path, query = parts.path, {**query, "db": str(number)}
        elif parts.scheme in SENTINEL_SCHEMES:
            path = f"/{self._steps[0]}/{number}"
        else:
            path = f"/{number}"
        return RedisAddress(_joined(parts.scheme, place, path, query))

    @property
    def _parts(self) -> Parts:
        parts = split_url(self.url)
        if parts is None:
            raise ValueError("no URL")
        return parts

    @property
    def _steps(self) -> list[str]:
        """The parts of the path between its slashes."""
        return self._parts.path.strip("/").split("/")

    def _is_usable(self) -> bool:
        """Raises ValueError if a host or a port is invalid."""
        parts, steps = self._parts, self._steps
        if parts.scheme == "unix":
            return bool(parts.path)
        if parts.scheme in SENTINEL_SCHEMES:
            return bool(self.sentinels) and bool(steps[0]) and len(steps) <= 2 and _are_numbers(steps[1:])
        one = parts.scheme in SERVER_SCHEMES and len(hosts_of(parts.place, REDIS_PORT)) == 1
        return one and (steps == [""] or (len(steps) == 1 and _are_numbers(steps)))

    def _check_parameters(self) -> None:
        """Raises WrongAddress if redis-py would reject one, or a certificate file has no certificate."""
        from redis.asyncio.connection import Connection, parse_url  # imported only where it is needed

        if objects := sorted(self.parameters.keys() & OBJECTS):
            raise WrongAddress(f"has the parameter {objects[0]}, which a URL can't hold")
        try:
            kind: type[Any] = parse_url(self.server_url).get("connection_class", Connection)
        except ValueError as error:
            raise WrongAddress(str(error)[0].lower() + str(error)[1:].rstrip(".")) from None
        known = {name for each in kind.__mro__ for name in inspect.signature(each).parameters}
        known |= {"max_connections", *(SENTINEL_LOGIN if self.sentinels else ())}
        if unknown := sorted(self.parameters.keys() - known):
            needs = ", which needs rediss" if unknown[0].startswith("ssl_") else ""
            raise WrongAddress(f"has the unknown parameter {unknown[0]}{needs}")
        if (file := self.parameters.get("ssl_ca_certs")) is not None:
            require_certificates("ssl_ca_certs", file)

    def __str__(self) -> str:
        parts = self._parts
        if parts.scheme == "unix":
            return parts.path
        if (of := self.sentinels) is not None:
            return f"{of.name} of the sentinels {','.join(map(str, of.hosts))}"
        return str(hosts_of(parts.place, REDIS_PORT)[0])

    def __repr__(self) -> str:
        return f"<RedisAddress {self}>"


def _joined(scheme: str, place: str, path: str, query: dict[str, str]) -> str:
    return f"{scheme}://{place}{path}" + (f"?{urlencode(query)}" if query else "")


def _are_numbers(texts: list[str]) -> bool:
    return all(text.isdecimal() for text in texts)
