"""Whether the parts that the application stands on answer."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import boto3
import redis
from botocore.config import Config
from flask import Blueprint, Flask, jsonify, request
from sqlalchemy import text

from .access import has_token
from .chain import ModelChain, NoModelFree
from .database import db
from .redis_client import redis_client
from .settings import Settings
from .storage import reason_of

logger = logging.getLogger(__name__)

# Below the load balancer's and the CDN's patience by far, so that a hanging part is told and not waited for.
SECONDS = 3

# Everybody can ask, and shall not have the parts asked more often than this.
KEPT_SECONDS = 1

# That Bedrock answers is known to the whole fleet for so long, because its calls cost and are counted.
BEDROCK_KEPT_SECONDS = 60

# Every bundle has it; it is missing where the application was started from a checkout.
VERSION_FILE = Path(__file__).parent.parent / ".bundle-version"


class NotAsked(Exception):
    """A part that could not be asked because of another one's fault."""


class Health:
    """The last answers of the parts, asked again when they are older than some seconds."""

    def __init__(self, settings: Settings, application: Flask):
        client = redis_client(settings, tries=1)
        config = Config(connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1})
        s3 = boto3.client("s3", region_name=settings.region, config=config)
        bedrock = Bedrock(settings, client)
        self._checks: dict[str, Callable[[], object]] = {
            "database": lambda: _ask_database(application),
            # A write: a cache that is full, or a replica that was a primary, still answers reads.
            "redis": lambda: client.set("health:redis", 1, ex=60),
            "s3": lambda: s3.head_bucket(Bucket=settings.bucket),
            "bedrock": bedrock.ask,
        }
        # Twice as many threads as parts: one that hangs until after its limit does not keep the next question waiting.
        self._executor = ThreadPoolExecutor(2 * len(self._checks), thread_name_prefix="health")
        self._lock = threading.Lock()
        self._parts: dict[str, str] = {}
        self._asked_at = float("-inf")

    def parts(self) -> dict[str, str]:
        """For each part `ok`, or why it does not answer."""
        with self._lock:
            if time.monotonic() - self._asked_at > KEPT_SECONDS:
                self._parts = self._ask_all()
                self._asked_at = time.monotonic()
            return self._parts

    def _ask_all(self) -> dict[str, str]:
        running = {name: self._executor.submit(check) for name, check in self._checks.items()}
        wait(running.values(), timeout=SECONDS)
        parts = {}
        for name, future in running.items():
            error = future.exception() if future.done() else TimeoutError()
            parts[name] = "ok" if error is None else _reason(error)
            if error is not None:
                logger.warning("health check failed", extra={"part": name, "reason": parts[name]})
        return parts


class Bedrock:
    """The check that costs something. What one process learns, all of them know for a minute."""

    def __init__(self, settings: Settings, client: redis.Redis):
        self._redis = client
        self._chain = ModelChain(settings, client, SECONDS)

    def ask(self) -> None:
        """One token of the first model that answers: no other call shows that a model may be invoked."""
        try:
            if not self._redis.get("health:bedrock"):
                self._chain.probe()
                self._redis.set("health:bedrock", 1, ex=BEDROCK_KEPT_SECONDS)
        except redis.RedisError as error:
            raise NotAsked("not asked: Redis counts the calls") from error


def configure_health(application: Flask, settings: Settings) -> None:
    """Serves `/health` for operators and checks, and `/health/live` for the load balancer."""
    health = Health(settings, application)
    # Read when the process starts: what is on the disk later need not be what runs.
    version = {"version": VERSION_FILE.read_text().strip()} if VERSION_FILE.exists() else {}
    pages = Blueprint("health", __name__)

    @pages.get("/health/live")
    def live():
        """Only that the process serves: a failing database must not get instances replaced."""
        return jsonify(status="ok")

    @pages.get("/health")
    def whole():
        """Whether all parts answer, and in which version; which part does not, and why, only for who has the token."""
        parts = health.parts()
        ok = all(part == "ok" for part in parts.values())
        details = {"parts": parts} if has_token(request, settings) else {}
        return jsonify(status="ok" if ok else "failing", **version, **details), 200 if ok else 503

    application.register_blueprint(pages)


def _ask_database(application: Flask) -> None:
    with application.app_context(), db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _reason(error: BaseException) -> str:
    if isinstance(error, NoModelFree):
        return "no model is free"
    if isinstance(error, NotAsked):
        return str(error)
    return "no answer in time" if isinstance(error, TimeoutError) else reason_of(error)
