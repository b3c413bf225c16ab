"""Whether the parts that the application stands on answer."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import boto3
import redis
from botocore.config import Config
from flask import Flask
from sqlalchemy import text

from .database import db
from .settings import Settings

logger = logging.getLogger(__name__)

# Below the load balancer's and the CDN's patience by far, so that a hanging part is told and not waited for.
SECONDS = 3

# Everybody can ask, and an answer costs a call of the model, whose calls a minute are counted.
KEPT_SECONDS = 30

_executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="health")


class Health:
    """The last answers of the parts, asked again when they are older than half a minute."""

    def __init__(self, settings: Settings, application: Flask):
        self._settings = settings
        self._application = application
        self._lock = threading.Lock()
        self._parts: dict[str, str] = {}
        self._asked_at = float("-inf")

    def parts(self) -> dict[str, str]:
        """`ok`, `failing` or `slow` for each part."""
        with self._lock:
            if time.monotonic() - self._asked_at > KEPT_SECONDS:
                self._parts = _ask_all(self._settings, self._application)
                self._asked_at = time.monotonic()
            return self._parts


def _ask_all(settings: Settings, application: Flask) -> dict[str, str]:
    """Asks all parts at the same time."""
    checks: dict[str, Callable[[], object]] = {
        "database": lambda: _database(application),
        "redis": lambda: redis.Redis.from_url(settings.redis_url, socket_timeout=SECONDS).ping(),
        "s3": lambda: _client("s3", settings).head_bucket(Bucket=settings.bucket),
        "bedrock": lambda: _bedrock(settings),
    }
    running = {name: _executor.submit(check) for name, check in checks.items()}
    wait(running.values(), timeout=SECONDS)
    results = {}
    for name, future in running.items():
        if not future.done():
            results[name] = "slow"
        elif future.exception() is None:
            results[name] = "ok"
        else:
            results[name] = "failing"
            logger.warning("health check failed", extra={"part": name, "reason": type(future.exception()).__name__})
    return results


def _database(application: Flask) -> None:
    with application.app_context(), db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _bedrock(settings: Settings) -> None:
    """One token of the first model: the only call that shows that the model may be invoked."""
    _client("bedrock-runtime", settings).converse(
        modelId=settings.models[0].id,
        messages=[{"role": "user", "content": [{"text": "ok"}]}],
        inferenceConfig={"maxTokens": 1},
    )


def _client(service: str, settings: Settings):
    config = Config(connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1})
    return boto3.client(service, region_name=settings.region, config=config)
