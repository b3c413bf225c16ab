"""One RQ worker: `python -m prism.worker`."""

import os

import redis
from rq import Queue, Worker

from .logs import configure_logs
from .settings import Settings


def main() -> None:
    """Works on the default queue until it is told to stop."""
    configure_logs()
    settings = Settings.from_environment(os.environ)
    connection = redis.Redis.from_url(settings.redis_url)
    Worker([Queue(connection=connection)], connection=connection).work()


if __name__ == "__main__":
    main()
