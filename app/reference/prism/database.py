"""Connections to PostgreSQL with a password that changes by itself."""

import json
import time

import boto3
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from .settings import Settings

db = SQLAlchemy()

# RDS keeps the previous password valid for connections that stand; new ones need the new one soon.
PASSWORD_SECONDS = 300


class Password:
    """The master password, read from Secrets Manager at connect time and kept for some minutes."""

    def __init__(self, settings: Settings):
        self._arn = settings.database_secret_arn
        self._client = boto3.client("secretsmanager", region_name=settings.region)
        self._value = ""
        self._read_at = float("-inf")

    def get(self) -> str:
        """Raises botocore's errors when the secret cannot be read."""
        if time.monotonic() - self._read_at > PASSWORD_SECONDS:
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
        def provide_password(_dialect, _record, _arguments, parameters):
            parameters["password"] = password.get()
