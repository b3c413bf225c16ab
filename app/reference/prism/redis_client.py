"""The one way to Redis for everything but the workers' own waiting."""

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from .settings import Settings


def redis_client(settings: Settings, tries: int = 5) -> redis.Redis:
    """A client that gives up on each try after seconds. Five tries outlast the few seconds of a failover."""
    return redis.Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=3,
        socket_timeout=3,
        retry=Retry(ExponentialBackoff(base=0.2, cap=2), tries - 1),
        # A connection that a failover left behind is noticed before it is used.
        health_check_interval=30,
    )
