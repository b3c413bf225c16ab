"""Sessions in Redis, so that any process of any instance knows them and a restart loses none."""

import json
import re
import secrets
import time
from collections.abc import Iterator

import redis
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from structured_logs import log_event

from .settings import Settings

SECONDS = 12 * 60 * 60

# When each session ends. Redis lets a key expire without telling anybody, and the number of expired ones is a metric.
ENDS = "sessions:ends"


class RedisSession(SessionMixin):
    """A session that is read when it is first used: health checks and static pages cost Redis nothing."""

    def __init__(self, client: redis.Redis, session_id: str | None):
        self._client = client
        self._data: dict[str, object] | None = None
        self.id = session_id
        self.modified = False

    @property
    def read(self) -> bool:
        """Whether the request had anything to do with the session."""
        return self._data is not None

    @property
    def data(self) -> dict[str, object]:
        if self._data is None:
            stored = self._client.get(_key(self.id)) if self.id else None
            if stored is None:
                # An id that Redis does not know is nobody's: it may have been thought up to be used by two.
                self.id = None
            self._data = json.loads(stored) if stored else {}
        return self._data

    @property
    def new(self) -> bool:
        return self.id is None

    def end(self) -> None:
        """Forgets the session, here and in Redis. What is set afterwards begins a new one."""
        if self.id:
            self._client.delete(_key(self.id))
            self._client.zrem(ENDS, _key(self.id))
        self.id, self._data, self.modified = None, {}, False

    def __getitem__(self, name: str) -> object:
        return self.data[name]

    def __setitem__(self, name: str, value: object) -> None:
        self.data[name] = value
        self.modified = True

    def __delitem__(self, name: str) -> None:
        del self.data[name]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)


class RedisSessions(SessionInterface):
    """Opens and saves sessions. The cookie is a random number; there is nothing in it to read or to sign."""

    def __init__(self, client: redis.Redis):
        self._client = client

    def open_session(self, app: Flask, request: Request) -> RedisSession:
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        well_formed = re.fullmatch("[A-Za-z0-9_-]{43}", cookie)
        return RedisSession(self._client, cookie if well_formed else None)

    def save_session(self, app: Flask, session: RedisSession, response: Response) -> None:
        if not session.read:
            return
        response.vary.add("Cookie")
        if session.new and not session.modified:
            return
        created = session.new
        if created:
            session.id = secrets.token_urlsafe(32)
        with self._client.pipeline() as pipeline:
            if session.modified:
                pipeline.set(_key(session.id), json.dumps(session.data), ex=SECONDS)
            else:
                pipeline.expire(_key(session.id), SECONDS)
            pipeline.zadd(ENDS, {_key(session.id): time.time() + SECONDS})
            pipeline.execute()
        if created:
            log_event("session_created")
            response.set_cookie(
                self.get_cookie_name(app),
                session.id,
                httponly=True,
                secure=self.get_cookie_secure(app),
                samesite="Lax",
            )


def configure_sessions(application: Flask, settings: Settings, client: redis.Redis) -> None:
    """Makes `flask.session` a session in Redis."""
    # The CDN answers browsers over HTTPS alone; on a developer's machine there is no HTTPS.
    application.config["SESSION_COOKIE_SECURE"] = settings.production
    application.session_interface = RedisSessions(client)


def log_expired_sessions(client: redis.Redis) -> None:
    """Counts the sessions that have ended since the last time, each once whoever asks."""
    for key in client.zrange(ENDS, "-inf", time.time(), byscore=True):
        if client.zrem(ENDS, key):
            log_event("session_expired")


def _key(session_id: str) -> str:
    return f"session:{session_id}"
