"""The RQ workers of one instance: `python -m prism.worker`."""

import os

import redis
from rq import Queue
from rq.worker_pool import WorkerPool

from .logs import configure_logs
from .settings import Settings


def main() -> None:
    """Works on the default queue until it is told to stop, and then finishes the jobs it has begun."""
    configure_logs()
    settings = Settings.from_environment(os.environ)
    connection = redis.Redis.from_url(settings.redis_url)
    queue = Queue(connection=connection)
    WorkerPool([queue], connection=connection, num_workers=settings.worker_processes).start()


if __name__ == "__main__":
    main()
