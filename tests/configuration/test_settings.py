"""Settings: read, checked, documented."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.database_address import MAX_SOCKET_FOLDER, embedded_socket_folder
from config.env_names import OBSOLETE, unknown_names, unused_names
from config.settings import Settings, WrongSetting
from tests.configuration.first_env import FIRST

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for names in Settings.names().values():
        for name in names:
            monkeypatch.delenv(name, raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def test_the_example_documents_every_setting_with_its_default() -> None:
    written = dict(re.findall(r"^# ([A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert written.keys() == {name for names in Settings.names().values() for name in names} | set(OBSOLETE)
    for field, names in Settings.names().items():
        default = Settings.model_fields[field].default
        if isinstance(default, bool):
            default = "on" if default else "off"
        shown = "" if default is None else str(default)
        assert {written[name] for name in names} == {shown}, field


def test_the_example_itself_is_a_valid_settings_file(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text()
    (tmp_path / ".env").write_text(re.sub(r"^# ([A-Z0-9_]+=)", r"\1", text, flags=re.MULTILINE))
    assert Settings.load() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_every_secret_can_be_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (ROOT / ".env.example").read_text().partition("This works for\n")[2].partition(".\n")[0]
    names = set(re.findall(r"[A-Z0-9]+(?:_[A-Z0-9]+)+", listed))
    assert names == {name.upper() for name in Settings.SECRET}
    secret = tmp_path / "secret"
    secret.write_text("p@ss/word\n")
    (tmp_path / ".env").write_text(f"DB_PASS_FILE={secret}\n")
    assert load(monkeypatch).db_pass == "p@ss/word"
    assert unknown_names() == []
    other = tmp_path / "other"
    other.write_text("  0123456789abcdef  ")
    assert load(monkeypatch, METRICS_TOKEN_FILE=str(other)).metrics_token == "0123456789abcdef"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "DB_PASS_FILE: can't read"),
        (b"", "must have exactly one line"),
        (b"one\ntwo\n", "must have exactly one line"),
        (b"\xff\xfe", "isn't UTF-8 text"),
        (b"one\0two", "must have exactly one line"),
    ],
)
def test_a_secret_file_without_a_secret_stops_the_start(
    content: bytes | None, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WrongSetting, match=complaint):
        load(monkeypatch, DB_PASS_FILE=str(path))


def test_a_secret_file_that_is_no_regular_file_is_refused_without_blocking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, Path("/dev/zero")):
        with pytest.raises(WrongSetting, match=f"DB_PASS_FILE: .*{path}"):
            load(monkeypatch, DB_PASS_FILE=str(path))


def test_a_secret_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("one")
    with pytest.raises(WrongSetting, match="DB_PASS, DB_PASS_FILE: set only one of them"):
        load(monkeypatch, DB_PASS="two", DB_PASS_FILE=str(tmp_path / "secret"))


def test_setting_names_of_the_first_implementation_are_known() -> None:
    known = {name for names in Settings.names().values() for name in names}
    assert FIRST.keys() <= known | set(OBSOLETE)
    assert not known & set(OBSOLETE)


def test_an_old_settings_file_still_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in FIRST.items()))
    settings = Settings.load()
    assert (settings.mode, settings.port, settings.demo) == ("PROD", 5050, False)
    address = settings.database
    assert (address.host, address.port, address.user) == ("database", 5433, "admin")
    assert (address.password, address.database) == ("p@ss/word", "twitter")
    assert settings.redis.url == "redis://cache:6380/0"
    assert settings.redis_tasks.url == "redis://cache:6380/1"
    assert settings.object_storage == "s3"
    assert not settings.embedded_database
    assert not settings.embedded_redis
    assert settings.sentry_dsn is None
    assert unused_names() == list(OBSOLETE)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("INSTANCE_NAME=file\nTWEET_MAX_LENGTH=5\n")
    settings = load(monkeypatch, INSTANCE_NAME="environment")
    assert (settings.instance_name, settings.tweet_max_length) == ("environment", 5)


def test_urls_override_their_separate_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        DATABASE_URL="postgresql://us%40er:p%2Fw@db.example:1234/name?sslmode=require",
        DOCKER_DATABASE="other",
        REDIS_URL="rediss://:secret@cache.example/3",
        DOCKER_REDIS="other",
        REDIS_TASKIQ="7",
    )
    assert settings.database.connect_arguments() == {
        "host": "db.example",
        "port": 1234,
        "user": "us@er",
        "password": "p/w",
        "database": "name",
        "ssl": "require",
    }
    assert settings.redis.url == "rediss://:secret@cache.example/3"
    assert settings.redis_tasks.url == "rediss://:secret@cache.example/7"
    for shown in (str(settings.database), repr(settings.database), str(settings.redis), repr(settings.redis)):
        assert "secret" not in shown
        assert "p/w" not in shown


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"PORT": "99999"},
            "PORT or DOCKER_SERVER_PORT: input should be less than or equal to 65535, not '99999'",
        ),
        ({"DOCKER_SERVER_PORT": "x"}, "PORT or DOCKER_SERVER_PORT: "),
        ({"MODE": "PRODUCTION"}, "MODE: input should be 'PROD', 'TEST' or 'DEV', not 'PRODUCTION'"),
        ({"STORAGE": "ftp"}, "STORAGE: input should be 'local' or 's3'"),
        ({"STORAGE": "s3"}, "S3_URL: must be set when STORAGE is s3"),
        ({"S3_URL": "http://x"}, "S3_BUCKET_NAME: must be set when STORAGE is s3"),
        ({"S3_URL": "x", "STORAGE": "local"}, "S3_URL: must be an address like https://host"),
        ({"S3_URL": "http://", "STORAGE": "local"}, "S3_URL: must be an address like https://host"),
        ({"S3_PUBLIC_URL": "https://[::1"}, "S3_PUBLIC_URL: must be an address"),
        ({"SENTRY_DSN": "topsecret"}, "SENTRY_DSN: must be an address"),
        (
            {"BACKUP_MEDIA_BUCKET": "copies"},
            "BACKUP_MEDIA_URL: this or S3_URL must be set with BACKUP_MEDIA_BUCKET",
        ),
        (
            {"BACKUP_MEDIA": "on", "S3_TWEETS_MEDIA_FOLDER": "media_copies"},
            "S3_TWEETS_MEDIA_FOLDER: must not be media_copies, which BACKUP_MEDIA uses for copies",
        ),
        ({"S3_TWEETS_MEDIA_FOLDER": "two words"}, "S3_TWEETS_MEDIA_FOLDER: must have only letters, digits"),
        ({"S3_TWEETS_MEDIA_FOLDER": "../up"}, "S3_TWEETS_MEDIA_FOLDER: must have only letters, digits"),
        (
            {"S3_TWEETS_MEDIA_FOLDER": "/incoming/x"},
            "S3_TWEETS_MEDIA_FOLDER: must not be incoming or exports",
        ),
        ({"S3_LOGS_FOLDER": "a//b"}, "S3_LOGS_FOLDER: must have only letters, digits"),
        ({"MODE": "PROD", "DEMO_KEYS": "on"}, "DEMO_KEYS: the demo keys are public"),
        ({"DEMO_KEYS": "perhaps"}, "DEMO_KEYS: "),
        ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY: "),
        ({"TWEET_MAX_LENGTH": "-1"}, "TWEET_MAX_LENGTH: "),
        ({"DATABASE_URL": "mysql://u:topsecret@h/x"}, "DATABASE_URL: must start with postgresql://"),
        ({"DATABASE_URL": "postgresql://u:topsecret@h:x/n"}, "DATABASE_URL: isn't a URL"),
        ({"DATABASE_URL": "postgresql://u:topsecret@h"}, "DATABASE_URL: must name a host and a database"),
        ({"DATABASE_URL": "postgresql://u:topsecret@h/n?x=1"}, "DATABASE_URL: has the unknown parameter x"),
        ({"DATABASE_URL": "postgresql://u:1?topsecret=x@h/n"}, "DATABASE_URL: has an @ after the ?"),
        ({"DATABASE_URL": "postgresql://u:topsecret@h/n?sslmode=x"}, "DATABASE_URL: sslmode must be one of"),
        ({"DATABASE_URL": "postgresql://u:topsecret@h/n?port=abc"}, "DATABASE_URL: port must be a number"),
        ({"DATABASE_URL": "postgresql://u:topsecret@h/n?port=0"}, "DATABASE_URL: port must be a number"),
        ({"REDIS_URL": "http://:topsecret@h"}, "REDIS_URL: must be like redis://"),
        ({"REDIS_URL": "redis://:topsecret@h:abc"}, "REDIS_URL: must be like redis://"),
        ({"REDIS_URL": "redis://:topsecret@h/abc"}, "REDIS_URL: must be like redis://"),
        ({"REDIS_URL": "redis://"}, "REDIS_URL: must be like redis://"),
        ({"REDIS_URL": "unix://"}, "REDIS_URL: must be like redis://"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL: "),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT: "),
        ({"DUMP_HOUR_CRON": "every hour"}, "DUMP_HOUR_CRON: must be five cron fields"),
        ({"LOGS_CRON": "0 0 31 2 *"}, "LOGS_CRON: must be five cron fields"),
        ({"DRILL_CRON": "61 * * * *"}, "DRILL_CRON: must be five cron fields"),
        ({"SCHEDULE_TIMEZONE": "Mars/Base"}, "SCHEDULE_TIMEZONE: must be the name of a time zone"),
        ({"DUMP_AGE_RECIPIENT": "ssh-rsa x"}, "DUMP_AGE_RECIPIENT: must be an age public key"),
        ({"BACKUP_STORAGE": "s3"}, "S3_URL: must be set when BACKUP_STORAGE is s3"),
        ({"RETENTION_HOUR_DAYS": "0"}, "RETENTION_HOUR_DAYS: "),
        ({"S3_DAY_FOLDER": "hour_dumps"}, "S3_HOUR_FOLDER, S3_DAY_FOLDER, S3_WEEK_FOLDER: must differ"),
        ({"S3_WEEK_FOLDER": "proven"}, "S3_HOUR_FOLDER, S3_DAY_FOLDER, S3_WEEK_FOLDER: must differ"),
        ({"ALERT_WEBHOOK_URL": "topsecret"}, "ALERT_WEBHOOK_URL: must be an address"),
        ({"ALLOWED_HOSTS": "https://perch.example.org"}, "ALLOWED_HOSTS: must be host names"),
        ({"ALLOWED_HOSTS": "perch.example.org:80"}, "ALLOWED_HOSTS: must be host names"),
        ({"ALLOWED_HOSTS": "a.example.org b.example.org"}, "ALLOWED_HOSTS: must be host names"),
        ({"ALLOWED_HOSTS": "a.example.org,"}, "ALLOWED_HOSTS: must be host names"),
        ({"PREVIEWS_HOSTS": "http://wiki.internal"}, "PREVIEWS_HOSTS: must be host names"),
        ({"PREVIEWS_HOSTS": "*.internal"}, "PREVIEWS_HOSTS: must be host names"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS: must be host names"),
        ({"PUBLIC_URL": "perch.example.org"}, "PUBLIC_URL: must be an address like https://host"),
        ({"PUBLIC_URL": "https://perch.example.org/perch"}, "PUBLIC_URL: must be an address like"),
        ({"PUBLIC_URL": "https://topsecret@perch.example.org"}, "PUBLIC_URL: must be an address like"),
        ({"PUBLIC_URL": "https://perch.example.org:0"}, "PUBLIC_URL: must be an address like"),
    ],
)
def test_a_wrong_setting_is_reported_in_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], line: str
) -> None:
    with pytest.raises(WrongSetting) as wrong:
        load(monkeypatch, **values)
    assert str(wrong.value).startswith(line)
    assert "\n" not in str(wrong.value)
    assert "topsecret" not in str(wrong.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'PORT=8000\nDB_PASS="topsecret\nMODE=PROD\n', "line 2: is neither NAME=VALUE"),
        (b"MODE=PROD\n\n# the shell's\n\n\nset -a\n", "line 6: is neither NAME=VALUE"),
        (b"MODE=PROD\nMETRICS_TOKEN\n", "line 2: is neither NAME=VALUE"),
        (b"MODE=PROD\nexport PORT\n", "line 2: is neither NAME=VALUE"),
        (b"INSTANCE_NAME=caf\xe9\n", "isn't UTF-8 text"),
    ],
)
def test_a_settings_file_that_is_partly_unreadable_is_refused(
    content: bytes, words: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(WrongSetting) as wrong:
        Settings.load(file)
    assert str(wrong.value).startswith(str(file))
    assert words in str(wrong.value)
    assert "topsecret" not in str(wrong.value)
    assert not caplog.records


@pytest.mark.parametrize(
    ("values", "demo"),
    [
        ({}, True),
        ({"HOST": "localhost"}, True),
        ({"HOST": "::1"}, True),
        ({"HOST": "0.0.0.0"}, False),
        ({"HOST": "example.org"}, False),
        ({"HOST": "0.0.0.0", "DEMO_KEYS": "on"}, True),
        ({"DEMO_KEYS": "off"}, False),
        ({"PUBLIC_URL": "https://perch.example.org"}, False),
        ({"PROXIES_COUNT": "1"}, False),
        ({"REAL_IP_HEADER": "X-Real-IP"}, False),
        ({"PUBLIC_URL": "https://perch.example.org", "DEMO_KEYS": "on"}, True),
        ({"MODE": "PROD"}, False),
        ({"MODE": "TEST"}, True),
    ],
)
def test_demo_mode(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], demo: bool) -> None:
    assert load(monkeypatch, **values).demo is demo


@pytest.mark.parametrize(
    ("values", "local", "public"),
    [
        ({}, "http://127.0.0.1:8000", None),
        ({"HOST": "0.0.0.0", "PORT": "80"}, "http://127.0.0.1:80", None),
        ({"HOST": "::"}, "http://[::1]:8000", None),
        ({"PUBLIC_URL": "https://perch.example.org/"}, "http://127.0.0.1:8000", "https://perch.example.org"),
        ({"PUBLIC_URL": "http://[::1]:81"}, "http://127.0.0.1:8000", "http://[::1]:81"),
    ],
)
def test_the_address_of_the_server_follows_from_the_settings(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], local: str, public: str | None
) -> None:
    settings = load(monkeypatch, **values)
    assert (settings.local_url, settings.public_origin) == (local, public)


def test_sockets_are_in_the_data_folder_unless_its_path_is_too_long(tmp_path: Path) -> None:
    assert embedded_socket_folder(Path("/srv/perch")) == Path("/srv/perch/run")
    deep = Path("/" + "x" * 120)
    assert len(str(embedded_socket_folder(deep))) <= MAX_SOCKET_FOLDER
    assert embedded_socket_folder(deep) != embedded_socket_folder(deep / "y")


def test_trace_headers_must_be_valid_http_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, OTEL_EXPORTER_OTLP_HEADERS="a=b%20c, d=e==").otel_exporter_otlp_headers
    for wrong in ("a", "a=b%0ac", "a=%E2%82%AC", "=b", "a b=c"):
        with pytest.raises(WrongSetting, match="OTEL_EXPORTER_OTLP_HEADERS: must be name=value"):
            load(monkeypatch, OTEL_EXPORTER_OTLP_HEADERS=wrong)


def test_metrics_must_have_a_port_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSetting, match="METRICS_PORT: must differ from PORT"):
        load(monkeypatch, PORT="9464", METRICS_PORT="9464")


def test_only_the_owner_can_read_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = "from config import logging; from config.settings import Settings; "
    code += "logging.configure_process(Settings.load(), 'web-1')"
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "deep" / "data"), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o777 == 0o700
