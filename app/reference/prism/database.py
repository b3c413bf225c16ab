"""Connections to PostgreSQL with a password that changes by itself."""

import json
import time

import boto3
from botocore.config import Config
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from .settings import Settings

db = SQLAlchemy()

# Reading the secret is part of connecting, so it may not take longer.
QUICK = Config(connect_timeout=3, read_timeout=3, retries={"total_max_attempts": 2})

# How long a password is taken from memory; a failed connection asks again at once.
PASSWORD_SECONDS = 300


class Password:
    """The master password, read from Secrets Manager at connect time and kept for some minutes."""

    def __init__(self, settings: Settings):
        self._arn = settings.database_secret_arn
        self._client = boto3.client("secretsmanager", region_name=settings.region, config=QUICK)
        self._value = ""
        self._read_at = float("-inf")

    def get(self) -> str:
        """Raises botocore's errors when the secret cannot be read."""
        if time.monotonic() - self._read_at > PASSWORD_SECONDS:
            self.read()
        return self._value

    def read(self) -> str:
        """The password as the secret holds it now."""
        secret = self._client.get_secret_value(SecretId=self._arn)["SecretString"]
        self._value = json.loads(secret)["password"]
        self._read_at = time.monotonic()
        return self._value


def configure_database(application: Flask, settings: Settings) -> None:
    """Gives the application a pool of the size that the infrastructure computed to fit."""
    application.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    application.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": settings.pool_size,
        "max_overflow": settings.max_overflow,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 3},
    }
    db.init_app(application)
    password = Password(settings)
    with application.app_context():

        @event.listens_for(db.engine, "do_connect")
        def connect(dialect, _record, arguments, parameters):
            known = parameters["password"] = password.get()
            try:
                return dialect.connect(*arguments, **parameters)
            except dialect.loaded_dbapi.OperationalError:
                # The password may have been rotated since; any other reason fails a second time, or right away.
                parameters["password"] = password.read()
                if parameters["password"] == known:
                    raise
                return dialect.connect(*arguments, **parameters)
