"""Connections to PostgreSQL with a password that changes by itself."""

import json
import threading
import time
from collections.abc import Callable

import boto3
import psycopg
from botocore.config import Config
from botocore.exceptions import ClientError
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from .settings import Settings

db = SQLAlchemy()

# A rotation changes the database first and the secret a moment later; so long a connection waits for both to agree.
ROTATION_SECONDS = 10

# Where the new password is: first among what is valid, and during a rotation among what is about to be.
STAGES = ("AWSCURRENT", "AWSPENDING")


class DatabasePassword:
    """The database's password, read from Secrets Manager and kept until the database refuses it."""

    def __init__(self, settings: Settings):
        self._arn = settings.database_secret_arn
        # Reading the secret is part of connecting, so it may not take longer.
        quick = Config(connect_timeout=3, read_timeout=3, retries={"total_max_attempts": 2})
        self._client = boto3.client("secretsmanager", region_name=settings.region, config=quick)
        self._lock = threading.Lock()
        self._known: str | None = None

    def connect(self, attempt: Callable[[str], psycopg.Connection]) -> psycopg.Connection:
        """What `attempt` opens with the password that is valid now, at whatever moment of a rotation that is."""
        with self._lock:
            if self._known is None:
                self._known = self._read("AWSCURRENT")
        try:
            return attempt(self._known)
        except psycopg.OperationalError as error:
            if not _refuses_password(error):
                raise
        deadline = time.monotonic() + ROTATION_SECONDS
        while True:
            for stage in STAGES:
                password = self._read(stage)
                if password is None:
                    continue
                try:
                    connection = attempt(password)
                except psycopg.OperationalError as error:
                    if not _refuses_password(error) or time.monotonic() > deadline:
                        raise
                else:
                    self._known = password
                    return connection
            time.sleep(0.5)

    def _read(self, stage: str) -> str | None:
        """The password of a stage, or None where no rotation is under way."""
        try:
            secret = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)["SecretString"]
        except ClientError as error:
            if stage != "AWSCURRENT" and error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return json.loads(secret)["password"]


def _refuses_password(error: psycopg.OperationalError) -> bool:
    # PostgreSQL and RDS Proxy say so in words alone: libpq hands on no error code of a failed connection.
    return "password" in str(error)


def configure_database(application: Flask, settings: Settings) -> None:
    """Gives the application a pool of the size that the infrastructure computed to fit."""
    application.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    application.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": settings.pool_size,
        "max_overflow": settings.max_overflow,
        "pool_timeout": 30,
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": 3,
            # RDS Proxy ties a client to one connection for good once it prepares a statement.
            "prepare_threshold": None,
            # A failover leaves connections that never answer again; the system's own patience is a quarter of an hour.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 25_000,
        },
    }
    db.init_app(application)
    password = DatabasePassword(settings)
    with application.app_context():

        @event.listens_for(db.engine, "do_connect")
        def connect(dialect, _record, arguments, parameters):
            return password.connect(lambda current: dialect.connect(*arguments, **{**parameters, "password": current}))
