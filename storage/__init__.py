"""Bytes under keys, on the local disk or in an S3 bucket; knows nothing of tweets."""

from config.settings import Settings
from storage.base import ObjectStore
from storage.local import LocalStore
from storage.s3 import Bucket, S3Store


def from_settings(settings: Settings) -> ObjectStore:
    """The store that the settings choose, not opened yet."""
    if settings.object_storage == "local":
        return LocalStore(settings.objects_folder)
    return S3Store(
        Bucket(
            url=str(settings.s3_url),
            name=str(settings.s3_bucket_name),
            access_key=str(settings.s3_access_key),
            secret_key=str(settings.s3_secret_key),
            region=settings.s3_region,
        )
    )
