"""What an operator can choose: each setting with its type and its default.

The `*_cron` here are those of scheduled runs; recurring tasks have theirs in `tasks/`.

`.env.example` documents their names and meanings; a test compares it with this file. `config.settings` reads
them and derives other values from them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.database_address import POSTGRES_PORT
from config.redis_address import REDIS_PORT
from config.values import (
    AgeRecipient,
    Cron,
    Days,
    Folder,
    HeaderName,
    Headers,
    HostNames,
    Networks,
    Origins,
    PlainHostNames,
    Port,
    Rate,
    RedisNumber,
    TimeZone,
    upper,
)


class Choices(BaseSettings):
    """All settings, one by one."""

    model_config = SettingsConfigDict(
        frozen=True,
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        str_strip_whitespace=True,
    )

    mode: Annotated[Literal["PROD", "TEST", "DEV"], BeforeValidator(upper)] = "DEV"
    host: str = "127.0.0.1"
    port: Port = Field(8000, validation_alias=AliasChoices("PORT", "DOCKER_SERVER_PORT"))
    public_url: str | None = None
    allowed_hosts: HostNames | None = None
    data_dir: Path = Path("data")
    instance_name: Annotated[str, Field(min_length=1, max_length=100)] = "Perch"
    instance_description: Annotated[str, Field(max_length=500)] = ""
    web_concurrency: Annotated[int, Field(ge=1, le=256)] = 2
    worker_concurrency: Annotated[int, Field(ge=1, le=256)] = 2
    shutdown_timeout: Annotated[int, Field(ge=1, le=600)] = 10
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "text", "json"] = "auto"
    logs_dir: Path = Path("logs")
    access_log: bool = True
    backup_dir: Path = Path("backups")
    proxies_count: Annotated[int, Field(ge=0, le=10)] = 0
    trusted_proxies: Networks | None = None
    real_ip_header: HeaderName | None = None

    hsts_max_age: Annotated[int, Field(ge=0, le=10 * 366 * 86400)] = 0
    cors_origins: Origins | None = None

    rate_limits: bool = True
    rate_reads: Rate = "1200/minute"
    rate_writes: Rate = "120/minute"
    rate_uploads: Rate = "60/minute"
    rate_anonymous: Rate = "300/minute"
    rate_wrong_keys: Rate = "30/minute"
    rate_address: Rate = "12000/minute"
    uploads_per_day: Annotated[int, Field(ge=1, le=1_000_000)] = 500
    upload_bytes_per_day: Annotated[int, Field(ge=1024, le=1 << 50)] = 1 << 30
    text_bytes_per_day: Annotated[int, Field(ge=1024, le=1 << 50)] = 4 << 20
    max_connections: Annotated[int, Field(ge=1, le=1_000_000)] = 25_000
    connections_per_address: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    streams_per_user: Annotated[int, Field(ge=1, le=20_000)] = 20
    streams_per_address: Annotated[int, Field(ge=1, le=20_000)] = 1000
    demo_keys: bool | None = None

    tweet_max_length: Annotated[int, Field(ge=1, le=16384)] = 1000
    picture_sandbox: Literal["required", "optional"] | None = None
    media_max_bytes: Annotated[int, Field(ge=1024, le=1 << 30)] = 10 << 20
    previews: bool = False
    previews_max_bytes: Annotated[int, Field(ge=1 << 20, le=1 << 50)] = 256 << 20
    previews_hosts: PlainHostNames | None = None

    database_url: str | None = None
    docker_database: str | None = None
    docker_database_port: Port = POSTGRES_PORT
    db_user: str = "perch"
    db_pass: str | None = None
    db_name: str = "perch"
    database_pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    cache_mb: Annotated[int, Field(ge=0, le=1 << 16)] = 64

    postgres_mb: Annotated[int, Field(ge=64, le=1 << 20)] = 128

    redis_url: str | None = None
    docker_redis: str | None = None
    docker_redis_port: Port = REDIS_PORT
    redis_db_cache: RedisNumber = 0
    redis_taskiq: RedisNumber | None = Field(
        None, validation_alias=AliasChoices("REDIS_TASKIQ", "REDIS_CELERY")
    )
    redis_tweets_cache: RedisNumber | None = None
    redis_user_cache: RedisNumber | None = None
    valkey_mb: Annotated[int, Field(ge=16, le=1 << 20)] = 128

    storage: Literal["local", "s3"] | None = None
    s3_url: str | None = None
    s3_region: str = "us-east-1"
    s3_bucket_name: str | None = None
    s3_access_key: str | None = None
    s3_secret_key: str | None = None
    s3_public_url: str | None = None
    s3_tweets_media_folder: Folder = "tweets_media/"
    s3_logs_folder: Folder = "logs"
    s3_dump_folder: Folder = "backup_database"
    s3_hour_folder: Folder = "hour_dumps"
    s3_day_folder: Folder = "day_dumps"
    s3_week_folder: Folder = "week_dumps"

    backup_storage: Literal["local", "s3"] | None = None
    backup_media: bool = False
    backup_media_days: Days = 30
    backup_media_bucket: str | None = None
    backup_media_url: str | None = None
    backup_media_region: str | None = None
    backup_media_access_key: str | None = None
    backup_media_secret_key: str | None = None
    dump_age_recipient: AgeRecipient | None = None
    dump_timeout: Annotated[int, Field(ge=10, le=7 * 86400)] = 4 * 3600
    schedule_timezone: TimeZone = "UTC"
    dump_hour_cron: Cron = "5 * * * *"
    dump_day_cron: Cron = "25 1 * * *"
    dump_week_cron: Cron = "45 2 * * 1"
    logs_cron: Cron = "15 * * * *"
    retention_cron: Cron = "35 3 * * *"
    drill_cron: Cron = "55 3 * * *"
    reconcile_cron: Cron = "35 4 * * *"
    retention_hour_days: Days = 3
    retention_day_days: Days = 5
    retention_week_days: Days = 14
    retention_logs_days: Days = 4
    retention_export_days: Days = 7
    media_grace_days: Days = 7

    metrics_token: Annotated[str, Field(min_length=16, max_length=200)] | None = None
    metrics_host: str = "127.0.0.1"
    metrics_port: Port | None = None

    sentry_dsn: str | None = None
    sentry_sample_rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    alert_webhook_url: str | None = None

    otel_exporter_otlp_endpoint: str | None = None
    otel_exporter_otlp_headers: Headers | None = None
    otel_traces_sampler_arg: Annotated[float, Field(ge=0, le=1)] = 1.0

    # Settings that must be http or https URLs with a host.
    WEB_ADDRESSES: ClassVar[tuple[str, ...]] = (
        "s3_url",
        "s3_public_url",
        "backup_media_url",
        "sentry_dsn",
        "alert_webhook_url",
        "otel_exporter_otlp_endpoint",
    )

    # Settings whose values are never shown, not even in an error about them.
    SECRET: ClassVar[frozenset[str]] = frozenset(
        {
            "db_pass",
            "database_url",
            "redis_url",
            "s3_access_key",
            "s3_secret_key",
            "backup_media_access_key",
            "backup_media_secret_key",
            "sentry_dsn",
            "alert_webhook_url",
            "metrics_token",
            "otel_exporter_otlp_headers",
            "dump_age_recipient",  # someone may put the secret key there by mistake
        }
    )
