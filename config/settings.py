"""The settings: one frozen object, read once from the environment and `.env`.

`config.choices` lists them. An empty value means unset. A wrong value raises `WrongSetting`, whose text is
one line for the operator.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import AliasChoices, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from config.choices import Choices
from config.database_address import (
    POSTGRES_PORT,
    DatabaseAddress,
    Host,
    UnsafeFolder,
    WrongAddress,
    embedded_socket_folder,
    require_private,
)
from config.env_file import UnreadableFile, require_readable
from config.redis_address import RedisAddress
from config.secret_files import SecretFiles, UnusableFile
from config.values import COPIES, EXPORTS, INCOMING, headers, is_loopback, is_origin, is_web_address

# The module that traces require.
EXPORTER = "opentelemetry.exporter.otlp.proto.http"


class WrongSetting(Exception):
    """A setting cannot be used; the text names it and says what is wrong."""


class Settings(Choices):
    """An operator's choices, validated, and values derived from them. Read them with `Settings.load()`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """See pydantic-settings: files that hold secrets come with the environment and `.env`."""
        names = sorted(name.upper() for name in cls.SECRET)
        files = SecretFiles(settings_cls, names, getattr(dotenv_settings, "env_file", None))
        return init_settings, files, env_settings, dotenv_settings

    @classmethod
    def load(cls, env_file: Path | None = Path(".env")) -> Self:
        """Read the environment, which takes precedence over the file.

        Raises:
            WrongSetting: its one-line text names the setting, or the line of the file.
        """
        try:
            require_readable(env_file)
            return cls(_env_file=env_file)  # type: ignore[call-arg]
        except ValidationError as error:
            raise WrongSetting(_one_line(error)) from None
        except (UnreadableFile, UnusableFile) as error:
            raise WrongSetting(str(error)) from None

    @classmethod
    def names(cls) -> dict[str, tuple[str, ...]]:
        """Each field with the names it is read from, the preferred one first."""
        found = {}
        for field, info in cls.model_fields.items():
            alias = info.validation_alias
            choices = alias.choices if isinstance(alias, AliasChoices) else [field.upper()]
            found[field] = tuple(str(choice) for choice in choices)
        return found

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.mode == "PROD" and self.demo_keys:
            raise ValueError("DEMO_KEYS: the demo keys are public, so they can't be on with MODE=PROD")
        for setting, kind in (("STORAGE", self.object_storage), ("BACKUP_STORAGE", self.backup_kind)):
            for name in ("s3_url", "s3_bucket_name", "s3_access_key", "s3_secret_key"):
                if kind == "s3" and getattr(self, name) is None:
                    raise ValueError(f"{name.upper()}: must be set when {setting} is s3")
        for name in ("url", "access_key", "secret_key"):
            own, shared = f"backup_media_{name}", f"s3_{name}"
            if self.backup_media_bucket and getattr(self, own) is None and getattr(self, shared) is None:
                raise ValueError(
                    f"{own.upper()}: this or {shared.upper()} must be set with BACKUP_MEDIA_BUCKET"
                )
        if len({self.dump_folder(kind) for kind in ("hour", "day", "week", "proven")}) < 4:
            raise ValueError(
                "S3_HOUR_FOLDER, S3_DAY_FOLDER, S3_WEEK_FOLDER: must differ, and none may be proven"
            )
        for name in self.WEB_ADDRESSES:
            value = getattr(self, name)
            if value is not None and not is_web_address(value):
                raise ValueError(f"{name.upper()}: must be an address like https://host")
        if self.otel_exporter_otlp_endpoint is not None and not is_installed(EXPORTER):
            raise ValueError(
                "OTEL_EXPORTER_OTLP_ENDPOINT: install perch-microblog[tracing], which this needs"
            )
        if self.metrics_port == self.port:
            raise ValueError("METRICS_PORT: must differ from PORT")
        if self.public_url is not None and not is_origin(self.public_url):
            raise ValueError("PUBLIC_URL: must be an address like https://host, with nothing after the host")
        if f"{self.s3_tweets_media_folder.strip('/')}/".startswith((INCOMING, EXPORTS)):
            raise ValueError(
                "S3_TWEETS_MEDIA_FOLDER: must not be incoming or exports, which hold private objects"
            )
        if self.backup_media and f"{self.s3_tweets_media_folder.strip('/')}/".startswith(COPIES):
            raise ValueError(
                "S3_TWEETS_MEDIA_FOLDER: must not be media_copies, which BACKUP_MEDIA uses for copies"
            )
        for setting, address in (("DATABASE_URL", "database"), ("REDIS_URL", "redis")):
            try:
                getattr(self, address)
            except WrongAddress as error:
                raise ValueError(f"{setting}: {error}") from None
        try:
            require_private(self.sockets_folder, self.data_folder)
        except UnsafeFolder as error:
            raise ValueError(f"DATA_DIR: {error}") from None
        return self

    # Everything below is derived, never set.

    @property
    def secrets(self) -> frozenset[str]:
        """Values that no log line or report may show: those of `SECRET`, and credentials in URLs."""
        found = {str(value) for name in self.SECRET if (value := getattr(self, name)) is not None}
        for url in filter(None, (self.sentry_dsn, self.alert_webhook_url)):
            parts = urlsplit(url)
            found.update(part for part in (parts.password, parts.username, parts.path) if part)
        found.update(self.redis.secrets)
        if (password := self.database.password) is not None:
            found.update((password, quote(password, safe="")))
        found.update(headers(self.otel_exporter_otlp_headers or "").values())
        if self.otel_exporter_otlp_endpoint is not None:  # its path isn't secret
            found.update(filter(None, [urlsplit(self.otel_exporter_otlp_endpoint).password]))
        return frozenset(found)

    @property
    def data_folder(self) -> Path:
        """`DATA_DIR` as an absolute path."""
        return self.data_dir.expanduser().absolute()

    @property
    def objects_folder(self) -> Path:
        """Where the local store keeps its objects."""
        return self.data_folder / "objects"

    @property
    def scratch_folder(self) -> Path:
        """The folder for temporary files: running uploads, pictures being processed."""
        return self.data_folder / "tmp"

    @property
    def sockets_folder(self) -> Path:
        """The folder of the sockets on which this machine's processes listen for each other."""
        return embedded_socket_folder(self.data_folder)

    @property
    def logs_folder(self) -> Path:
        """`LOGS_DIR`, below the data folder if it is relative."""
        return self.data_folder / self.logs_dir.expanduser()

    @property
    def backup_folder(self) -> Path:
        """`BACKUP_DIR`, below the data folder if it is relative: the local folder of dumps and old logs."""
        return self.data_folder / self.backup_dir.expanduser()

    @property
    def backup_kind(self) -> Literal["local", "s3"]:
        """`BACKUP_STORAGE`, which defaults to where the pictures go."""
        return self.backup_storage or self.object_storage

    def dump_folder(self, kind: Literal["hour", "day", "week", "proven"]) -> str:
        """The folder of dumps of a kind, as a prefix of object keys that ends with a slash."""
        names = {
            "hour": self.s3_hour_folder,
            "day": self.s3_day_folder,
            "week": self.s3_week_folder,
            "proven": "proven",
        }
        return f"{self.s3_dump_folder.strip('/')}/{names[kind].strip('/')}/"

    @property
    def object_storage(self) -> Literal["local", "s3"]:
        """`STORAGE`, or what `S3_URL` implies."""
        return self.storage or ("s3" if self.s3_url else "local")

    @property
    def local_host(self) -> str:
        """The host under which this machine itself reaches the server."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104

    @property
    def local_url(self) -> str:
        """The URL under which a browser on this machine reaches the server."""
        host = self.local_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def public_origin(self) -> str | None:
        """`PUBLIC_URL` in the form with which links begin; None if it is not set."""
        return self.public_url.rstrip("/") if self.public_url else None

    @property
    def allowed_host_names(self) -> frozenset[str]:
        """`ALLOWED_HOSTS` one by one."""
        return _names(self.allowed_hosts)

    @property
    def previews_exceptions(self) -> frozenset[str]:
        """`PREVIEWS_HOSTS` one by one."""
        return _names(self.previews_hosts)

    @property
    def demo(self) -> bool:
        """Whether the two demo users are created and their public keys accepted."""
        if self.mode == "PROD":
            return False
        if self.demo_keys is not None:
            return self.demo_keys
        # Setting a public URL or a proxy means that others will use this server, even if HOST is this
        # machine.
        is_for_others = self.public_url is not None or self.proxies_count or self.real_ip_header
        return is_loopback(self.host) and not is_for_others

    @property
    def needs_sandbox(self) -> bool:
        """Whether processing pictures requires a kernel with landlock or seccomp."""
        return (self.picture_sandbox or ("required" if self.mode == "PROD" else "optional")) == "required"

    @property
    def embedded_database(self) -> bool:
        """Whether `perch up` runs a PostgreSQL of its own."""
        return self.database_url is None and self.docker_database is None

    @property
    def embedded_redis(self) -> bool:
        """Whether `perch up` runs a Valkey of its own."""
        return self.redis_url is None and self.docker_redis is None

    @property
    def database(self) -> DatabaseAddress:
        """Where PostgreSQL is."""
        if self.database_url:
            return DatabaseAddress.parse(self.database_url)
        if self.docker_database:
            return DatabaseAddress(
                hosts=(Host(self.docker_database, self.docker_database_port),),
                user=self.db_user,
                password=self.db_pass,
                database=self.db_name,
            )
        here = Host(str(self.sockets_folder), POSTGRES_PORT)
        return DatabaseAddress(hosts=(here,), user="perch", password=None, database="perch")

    @property
    def redis(self) -> RedisAddress:
        """Where the Redis-protocol server is, with the database for hints and caches."""
        if self.redis_url:
            return RedisAddress(self.redis_url)
        if self.docker_redis:
            host = f"[{self.docker_redis}]" if ":" in self.docker_redis else self.docker_redis
            return RedisAddress(f"redis://{host}:{self.docker_redis_port}/{self.redis_db_cache}")
        return RedisAddress(f"unix://{self.sockets_folder / 'valkey.sock'}?db={self.redis_db_cache}")

    @property
    def redis_tasks(self) -> RedisAddress:
        """The same server, with the task queue's own database if a number is set for it."""
        return self.redis if self.redis_taskiq is None else self.redis.with_number(self.redis_taskiq)


def is_installed(module: str) -> bool:
    """Whether the module can be imported; this doesn't load it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    reason = str(first["msg"]).removeprefix("Value error, ")
    if not first["loc"]:  # from the check of all settings together, whose text names the setting itself
        return reason
    field = str(first["loc"][0]).lower()
    names = next((names for names in Settings.names().values() if field.upper() in names), (field.upper(),))
    shown = "" if field in Settings.SECRET else f", not {str(first.get('input'))[:100]!r}"
    return f"{' or '.join(names)}: {reason[0].lower()}{reason[1:]}{shown}"


def _names(hosts: str | None) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in (hosts or "").split(",") if name)
