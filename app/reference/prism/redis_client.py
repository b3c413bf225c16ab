"""The one way to Redis for everything but the workers' own waiting."""

import redis

from .settings import Settings


def redis_client(settings: Settings) -> redis.Redis:
    """A client that gives up on a call after seconds, and tries it again on a new connection before."""
    return redis.Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=3,
        socket_timeout=3,
        # A connection that a failover left behind is noticed before it is used.
        health_check_interval=30,
    )
