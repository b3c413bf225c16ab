"""The queue of jobs, and how full it is."""

import time

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from structured_logs import log_event

from .settings import Settings

# Documents that wait for a model are looked at one by one; more than these do not change what the number tells.
MOST_LOOKED_AT = 100


def worker_connection(settings: Settings) -> redis.Redis:
    """RQ's own connection. It tries for a minute: RQ's scheduler ends with the first error that it meets."""
    return redis.Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=3,
        retry=Retry(ExponentialBackoff(base=0.2, cap=2), 30),
        health_check_interval=30,
    )


def job_queue(connection: redis.Redis) -> Queue:
    """The one queue. Jobs are JSON: with RQ's pickles, whoever writes to Redis could run code here."""
    return Queue(connection=connection, serializer=JSONSerializer)


def log_queue(client: redis.Redis) -> None:
    """How many jobs wait, for a worker or for their time, and for how long the oldest has."""
    queue = job_queue(client)
    scheduled = queue.scheduled_job_registry
    ids = [*queue.get_job_ids(0, 1), *scheduled.get_job_ids(0, MOST_LOOKED_AT - 1)]
    jobs = Job.fetch_many(ids, connection=client, serializer=JSONSerializer)
    created = [job.created_at.timestamp() for job in jobs if job]
    log_event("queue_depth", jobs=queue.count + scheduled.count)
    log_event("queue_oldest_job", seconds=round(max(0.0, time.time() - min(created)), 3) if created else 0)
