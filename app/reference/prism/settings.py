"""The environment variables that the infrastructure program sets, and nothing else."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass


class SettingError(ValueError):
    """A variable that is missing or malformed; the message names it and never shows a secret."""


@dataclass(frozen=True)
class Model:
    """One link of the chain: what to call, and how often a minute."""

    id: str
    requests_per_minute: int


@dataclass(frozen=True)
class Settings:
    """Everything the application is told from outside."""

    region: str
    bucket: str
    backup_bucket: str
    redis_url: str
    database_url: str
    database_secret_arn: str
    pool_size: int
    max_overflow: int
    worker_processes: int
    models: tuple[Model, ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises SettingError for the first variable that will not do."""

        def text(name: str, prefix: str = "") -> str:
            value = environment.get(name, "")
            if not value:
                raise SettingError(f"{name} is not set")
            if not value.startswith(prefix):
                raise SettingError(f"{name} has to start with {prefix}")
            return value

        def whole(name: str, minimum: int) -> int:
            value = text(name)
            if not re.fullmatch("[0-9]+", value) or int(value) < minimum:
                raise SettingError(f"{name} has to be a whole number from {minimum}")
            return int(value)

        return cls(
            region=text("AWS_REGION"),
            bucket=text("S3_BUCKET"),
            backup_bucket=text("S3_BACKUP_BUCKET"),
            redis_url=text("REDIS_URL", "redis"),
            database_url=text("DATABASE_URL", "postgresql+psycopg://"),
            database_secret_arn=text("DATABASE_SECRET_ARN", "arn:"),
            pool_size=whole("SQLALCHEMY_POOL_SIZE", 1),
            max_overflow=whole("SQLALCHEMY_MAX_OVERFLOW", 0),
            worker_processes=whole("WORKER_PROCESSES", 1),
            models=_models(text("BEDROCK_MODEL_CHAIN")),
        )


def _models(value: str) -> tuple[Model, ...]:
    try:
        models = tuple(Model(entry["id"], int(entry["requestsPerMinute"])) for entry in json.loads(value))
    except (ValueError, KeyError, TypeError) as error:
        raise SettingError("BEDROCK_MODEL_CHAIN has to be a JSON list of id and requestsPerMinute") from error
    if not models:
        raise SettingError("BEDROCK_MODEL_CHAIN names no model")
    if any(model.requests_per_minute < 1 for model in models):
        raise SettingError("BEDROCK_MODEL_CHAIN has to allow each model at least 1 request a minute")
    return models
