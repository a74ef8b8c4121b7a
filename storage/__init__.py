"""Bytes under keys, on the local disk or in an S3 bucket; this package knows nothing about tweets."""

from config.settings import Settings
from storage.local import LocalStore
from storage.s3 import Bucket, S3Store


def for_pictures(settings: Settings) -> LocalStore | S3Store:
    """The store of pictures, chosen by STORAGE, not opened yet."""
    return LocalStore(settings.objects_folder) if settings.object_storage == "local" else in_bucket(settings)


def for_backups(settings: Settings) -> LocalStore | S3Store:
    """The store of dumps and old logs, chosen by BACKUP_STORAGE, not opened yet."""
    if settings.backup_kind == "local":
        return LocalStore(settings.backup_folder)
    return in_bucket(settings, in_pieces=False)  # its objects are large, and no client waits for them


def for_copies(settings: Settings) -> S3Store:
    """The bucket BACKUP_MEDIA_BUCKET, not opened yet. Where it has no setting of its own, S3_* applies."""
    return S3Store(
        Bucket(
            url=str(settings.backup_media_url or settings.s3_url),
            name=str(settings.backup_media_bucket),
            access_key=str(settings.backup_media_access_key or settings.s3_access_key),
            secret_key=str(settings.backup_media_secret_key or settings.s3_secret_key),
            region=settings.backup_media_region or settings.s3_region,
        ),
        in_pieces=False,  # only workers read from it
    )


def in_bucket(settings: Settings, *, in_pieces: bool = True) -> S3Store:
    """The bucket of the settings."""
    return S3Store(
        Bucket(
            url=str(settings.s3_url),
            name=str(settings.s3_bucket_name),
            access_key=str(settings.s3_access_key),
            secret_key=str(settings.s3_secret_key),
            region=settings.s3_region,
        ),
        in_pieces=in_pieces,
    )
