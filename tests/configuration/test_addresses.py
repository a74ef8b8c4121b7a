"""How DATABASE_URL and REDIS_URL say where PostgreSQL and Redis are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.database_address import DatabaseAddress, Host, WrongAddress
from config.redis_address import RedisAddress
from config.settings import Settings
from tests.certificates import certificate


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with a certificate."""
    return str(certificate(tmp_path_factory.mktemp("authority")).file)


@pytest.fixture(autouse=True)
def no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Isolate the tests from the home folder and environment of whoever runs them."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)


@pytest.mark.parametrize(
    ("place", "hosts"),
    [
        ("a/n", [("a", 5432)]),
        ("a:1/n", [("a", 1)]),
        ("a,b/n", [("a", 5432), ("b", 5432)]),
        ("a:1,b,c:3/n", [("a", 1), ("b", 5432), ("c", 3)]),
        ("[::1]:1,[fe80::2]/n", [("::1", 1), ("fe80::2", 5432)]),
        ("%2Frun%2Fpostgresql/n", [("/run/postgresql", 5432)]),
        ("/n?host=/run/a,/run/b&port=1,2", [("/run/a", 1), ("/run/b", 2)]),
        ("/n?host=a,b&port=6432", [("a", 6432), ("b", 6432)]),
        ("x/n?host=/run/a", [("/run/a", 5432)]),
    ],
)
def test_a_database_may_have_several_hosts(place: str, hosts: list[tuple[str, int]]) -> None:
    address = DatabaseAddress.parse(f"postgresql://us%40er:p%2Fw@{place}")
    assert address.hosts == tuple(Host(*host) for host in hosts)
    assert (address.user, address.password, address.database) == ("us@er", "p/w", "n")
    assert (address.host, address.port) == hosts[0]


def test_with_several_hosts_libpq_is_asked_for_a_writable_one() -> None:
    several = DatabaseAddress.parse("postgresql://u@a:1,b:2/n")
    assert several.connect_arguments() == {
        "host": ["a", "b"],
        "port": [1, 2],
        "user": "u",
        "password": None,
        "database": "n",
        "target_session_attrs": "read-write",
    }
    assert several.libpq_environment() == {
        "PGHOST": "a,b",
        "PGPORT": "1,2",
        "PGUSER": "u",
        "PGTARGETSESSIONATTRS": "read-write",
    }
    assert str(several) == "n at a:1,b:2"
    assert DatabaseAddress.parse("postgresql://u@a,b/n?target_session_attrs=any").target == "any"
    one = DatabaseAddress.parse("postgresql://u@a/n")
    assert "target_session_attrs" not in one.connect_arguments(), "as it was, for those who have one"
    assert one.libpq_environment() == {"PGHOST": "a", "PGPORT": "5432", "PGUSER": "u"}


def test_a_certificate_is_verified_by_asyncpg_and_by_pg_dump(authority: str) -> None:
    address = DatabaseAddress.parse(f"postgresql://u@a/n?sslmode=verify-full&sslrootcert={authority}")
    arguments = address.connect_arguments()
    assert arguments["ssl"] == "verify-full"
    assert arguments["dsn"].endswith(authority.replace("/", "%2F"))
    environment = address.libpq_environment()
    assert (environment["PGSSLMODE"], environment["PGSSLROOTCERT"]) == ("verify-full", authority)
    system = DatabaseAddress.parse("postgresql://u@a/n?sslrootcert=system")
    assert system.connect_arguments()["ssl"] is True
    assert system.libpq_environment()["PGSSLMODE"] == "verify-full"


def test_certificates_default_to_the_files_that_libpq_uses(
    authority: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".postgresql").mkdir()
    usual = tmp_path / ".postgresql" / "root.crt"
    usual.write_text(Path(authority).read_text())
    assert DatabaseAddress.parse("postgresql://u@a/n?sslmode=verify-ca").ssl_root == str(usual)
    monkeypatch.setenv("PGSSLROOTCERT", authority)
    assert DatabaseAddress.parse("postgresql://u@a/n?sslmode=verify-ca").ssl_root == authority


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("a,/n", "isn't a URL"),
        ("a,b:x/n", "isn't a URL"),
        ("a,b:0/n", "isn't a URL"),
        ("a,[::1/n", "isn't a URL"),
        ("/n?host=a,b&port=1,2,3", "has 2 hosts and 3 ports"),
        ("/n?host=a,b&port=1,x", "port must be a number from 1 to 65535"),
        (
            "a,b/n?target_session_attrs=standby",
            "target_session_attrs must be one of any, primary, read-write",
        ),
        ("a/n?sslmode=verify-full", "sslmode=verify-full needs sslrootcert"),
        ("a/n?sslmode=verify-full&sslrootcert=/none", "sslrootcert: can't read /none: No such file"),
        ("a/n?sslmode=verify-full&sslrootcert=/etc/passwd", "sslrootcert: /etc/passwd has no certificate"),
        ("a/n?sslmode=prefer&sslrootcert=/etc/passwd", "sslrootcert needs sslmode=verify-full"),
        ("a/n?sslrootcert=/etc/passwd", "sslrootcert needs sslmode=verify-full"),
        ("a/n?sslmode=require&sslrootcert=system", "sslrootcert=system needs sslmode=verify-full"),
    ],
)
def test_a_wrong_address_of_a_database_says_what_is_wrong(rest: str, words: str) -> None:
    with pytest.raises(WrongAddress) as wrong:
        DatabaseAddress.parse(f"postgresql://u:topsecret@{rest}")
    assert str(wrong.value).startswith(words)
    assert "topsecret" not in str(wrong.value)


def test_sentinels_and_their_primarys_name_are_read_from_the_url() -> None:
    address = RedisAddress(
        "redis+sentinel://us%40er:p%2Fw@a:1,b,[::1]:3/perch/2?sentinel_password=s&health_check_interval=30"
    )
    assert address.sentinels is not None
    assert address.sentinels.hosts == (Host("a", 1), Host("b", 26379), Host("::1", 3))
    assert address.sentinels.name == "perch"
    assert address.server_url == "redis://us%40er:p%2Fw@/2?health_check_interval=30"
    assert address.with_number(7).server_url == "redis://us%40er:p%2Fw@/7?health_check_interval=30"
    assert address.with_number(7).sentinels == address.sentinels
    assert str(address) == "perch of the sentinels a:1,b:26379,[::1]:3"
    assert address.secrets == {"p%2Fw", "p/w", "s"}
    assert RedisAddress("redis+sentinel://a/perch").with_number(1).server_url == "redis:///1"


def test_url_options_of_redis_py_keep_working(authority: str) -> None:
    for url in (
        "redis://h?socket_timeout=3&health_check_interval=30&max_connections=20&db=4",
        f"rediss://:p@h:6380/1?ssl_ca_certs={authority}&ssl_check_hostname=no",
        "rediss://h/0?ssl_cert_reqs=none",
        "unix:///run/valkey.sock?db=2&password=p",
        f"rediss+sentinel://h/perch?ssl_ca_certs={authority}",
    ):
        assert RedisAddress(url).with_number(3)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis+sentinel://:topsecret@h", "must be like redis://"),
        ("redis+sentinel://:topsecret@h/", "must be like redis://"),
        ("redis+sentinel://:topsecret@h,/perch", "must be like redis://"),
        ("redis+sentinel://:topsecret@h:0/perch", "must be like redis://"),
        ("redis+sentinel://:topsecret@h:x/perch", "must be like redis://"),
        ("redis+sentinel://:topsecret@h/perch/x", "must be like redis://"),
        ("redis+sentinel://:topsecret@h/perch/0/1", "must be like redis://"),
        ("redis://:topsecret@h/0?colour=red", "has the unknown parameter colour"),
        (
            "redis://:topsecret@h/0?connection_class=x",
            "has the parameter connection_class, which a URL can't",
        ),
        ("redis://:topsecret@h/0?sentinel_password=x", "has the unknown parameter sentinel_password"),
        (
            "redis://:topsecret@h/0?ssl_ca_certs=/x",
            "has the unknown parameter ssl_ca_certs, which needs rediss",
        ),
        ("redis://:topsecret@h/0?db=x", "invalid value for 'db' in connection URL"),
        ("rediss://:topsecret@h/0?ssl_ca_certs=/none", "ssl_ca_certs: can't read /none: No such file"),
        (
            "rediss://:topsecret@h/0?ssl_ca_certs=/etc/passwd",
            "ssl_ca_certs: /etc/passwd has no certificate",
        ),
    ],
)
def test_a_wrong_address_of_redis_says_what_is_wrong(url: str, words: str) -> None:
    with pytest.raises(WrongAddress) as wrong:
        RedisAddress(url)
    assert str(wrong.value).startswith(words)
    assert "topsecret" not in str(wrong.value)


@pytest.mark.parametrize(
    ("chosen", "secrets"),
    [
        ({"database_url": "postgresql://u:p%2Fw@a,[::1]:2/n"}, {"p/w", "p%2Fw"}),
        (
            {"redis_url": "redis+sentinel://:p%2Fw@a,[::1]:2/n?sentinel_password=other"},
            {"p/w", "p%2Fw", "other"},
        ),
        ({"redis_url": "unix:///run/valkey.sock?password=hidden"}, {"hidden"}),
    ],
)
def test_passwords_in_addresses_are_treated_as_secrets(chosen: dict[str, Any], secrets: set[str]) -> None:
    settings = Settings(_env_file=None, **chosen)  # type: ignore[call-arg]
    assert secrets <= settings.secrets
