"""What has to happen once a minute, on whichever instance comes first: measure the queue, count expired sessions."""

import logging
import signal
import threading

import redis

from prism.queue import log_queue
from prism.redis_client import redis_client
from prism.sessions import log_expired_sessions
from prism.settings import settings_or_exit
from structured_logs import configure_logs

logger = logging.getLogger("clock")

MINUTE = 60


def tick(client: redis.Redis) -> None:
    """One minute's work, unless another instance has done it."""
    # A little short of the minute, or a clock that is early would find its own lock and skip a beat.
    if client.set("clock:done", 1, nx=True, ex=MINUTE - 5):
        log_queue(client)
        log_expired_sessions(client)


def main() -> None:
    configure_logs()
    client = redis_client(settings_or_exit())
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            tick(client)
        except redis.RedisError:
            logger.exception("Redis did not answer; the next minute tries again")
        stop.wait(MINUTE)


if __name__ == "__main__":
    main()
