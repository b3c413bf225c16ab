"""The environment variables that the infrastructure program sets, and no others."""

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

logger = logging.getLogger(__name__)


class SettingsError(ValueError):
    """Variables that are missing or malformed; the message names them all and never shows a value that is secret."""


@dataclass(frozen=True)
class Model:
    """One link of the chain: what to call, and how often a minute all instances together may."""

    id: str
    requests_per_minute: int


@dataclass(frozen=True)
class Settings:
    """Everything the application is told from outside."""

    production: bool
    region: str
    bucket: str
    backup_bucket: str
    redis_url: str
    database_url: str
    database_secret_arn: str
    operator_token: str
    pool_size: int
    max_overflow: int
    worker_processes: int
    models: tuple[Model, ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises SettingsError naming every variable that will not do."""
        faults: list[str] = []

        def read(name: str, parse: Callable[[str], object]):
            value = environment.get(name, "")
            if not value:
                faults.append(f"{name} is not set")
                return None
            try:
                return parse(value)
            except ValueError as error:
                faults.append(f"{name} {error}")
                return None

        settings = cls(
            production=read("FLASK_ENV", _production),
            region=read("AWS_REGION", _matching(_REGION, "has to be a region such as eu-north-1")),
            bucket=read("S3_BUCKET", _matching(_BUCKET, "has to be a bucket's name")),
            backup_bucket=read("S3_BACKUP_BUCKET", _matching(_BUCKET, "has to be a bucket's name")),
            redis_url=read("REDIS_URL", _redis_url),
            database_url=read("DATABASE_URL", _database_url),
            database_secret_arn=read("DATABASE_SECRET_ARN", _matching(_ARN, "has to be a secret's ARN")),
            operator_token=read(
                "OPERATOR_TOKEN", _matching("[!-~]{32,}", "has to have 32 printable characters or more")
            ),
            pool_size=read("SQLALCHEMY_POOL_SIZE", _whole(1, 10)),
            max_overflow=read("SQLALCHEMY_MAX_OVERFLOW", _whole(0, 20)),
            worker_processes=read("WORKER_PROCESSES", _whole(1, 32)),
            models=read("BEDROCK_MODEL_CHAIN", _models),
        )
        # Read by gunicorn.conf.py, libpq and boto3; faults in them are told here, with the others.
        read("PORT", _whole(1024, 65535))
        read("WEB_PROCESSES", _whole(1, 32))
        read("WEB_THREADS", _whole(1, 64))
        read("PGSSLROOTCERT", _file)
        read("AWS_DEFAULT_REGION", _same_as("AWS_REGION", settings.region))
        if faults:
            raise SettingsError("; ".join(faults))
        return settings


def settings_or_exit() -> Settings:
    """The settings of this process; one that cannot work ends here, saying why."""
    try:
        return Settings.from_environment(os.environ)
    except SettingsError as error:
        logger.critical("wrong environment: %s", error)
        # gunicorn gives up on a process that ends with 3, and would start it again and again on any other code.
        sys.exit(3)


_REGION = r"[a-z]{2}(-[a-z]+)+-\d"
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_ARN = r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+"


def _matching(pattern: str, problem: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(problem)
        return value

    return parse


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch("[0-9]{1,5}", value) or not least <= int(value) <= most:
            raise ValueError(f"has to be a whole number from {least} to {most}")
        return int(value)

    return parse


def _same_as(name: str, other: str | None) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if other is not None and value != other:
            raise ValueError(f"has to be the same as {name}")
        return value

    return parse


def _production(value: str) -> bool:
    if value not in ("production", "development"):
        raise ValueError("has to be production or development")
    return value == "production"


def _file(value: str) -> str:
    if not os.path.isfile(value):
        raise ValueError("has to be the path of a file")
    return value


def _redis_url(value: str) -> str:
    url = urlsplit(value)
    if url.scheme != "rediss" or not (url.hostname and url.username and url.password):
        raise ValueError("has to be rediss://user:password@host:port/0")
    return value


def _database_url(value: str) -> str:
    url = urlsplit(value)
    if url.scheme != "postgresql+psycopg" or not (url.hostname and url.username and url.path.strip("/")):
        raise ValueError("has to be postgresql+psycopg://user@host:port/database")
    if url.password:
        raise ValueError("may hold no password: that comes from Secrets Manager")
    if "sslmode=verify-full" not in url.query.split("&"):
        raise ValueError("has to say sslmode=verify-full")
    return value


def _models(value: str) -> tuple[Model, ...]:
    problem = ValueError("has to be a JSON list of objects with id and requestsPerMinute, one at least")
    try:
        entries = json.loads(value)
        models = tuple(Model(entry["id"], entry["requestsPerMinute"]) for entry in entries)
    except (ValueError, KeyError, TypeError):
        raise problem from None
    well_formed = all(
        isinstance(model.id, str)
        and model.id
        and type(model.requests_per_minute) is int
        and model.requests_per_minute > 0
        for model in models
    )
    if not models or not well_formed:
        raise problem
    return models
