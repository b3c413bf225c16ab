"""Documents and their reviews in S3."""

import logging

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .settings import Settings

logger = logging.getLogger(__name__)


class Storage:
    """The documents' bucket, and its replica in another region for when it cannot be read."""

    def __init__(self, settings: Settings):
        self._bucket = settings.bucket
        self._backup_bucket = settings.backup_bucket
        # One client for both: it is told where the replica's bucket lives and goes there.
        config = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
        self._client = boto3.client("s3", region_name=settings.region, config=config)

    def write(self, key: str, content: bytes, content_type: str) -> None:
        """Encrypted and replicated by the bucket's own settings."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)

    def delete(self, key: str) -> None:
        """Hides the object behind a marker, which is replicated; its versions stay as long as the bucket keeps them."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def read(self, key: str) -> bytes:
        """The object, or its copy when the bucket does not answer."""
        try:
            return self._read(self._bucket, key)
        except (BotoCoreError, ClientError) as error:
            logger.warning("reading the replica", extra={"key": key, "reason": reason_of(error)})
            return self._read(self._backup_bucket, key)

    def _read(self, bucket: str, key: str) -> bytes:
        return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()


def reason_of(error: BaseException) -> str:
    """What went wrong in a word: AWS's own error code, or the error's class."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return type(error).__name__
