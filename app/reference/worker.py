"""The RQ workers of one instance. Told to stop, they finish the jobs they have begun."""

from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.worker_pool import WorkerPool

from prism.queue import job_queue, worker_connection
from prism.settings import settings_or_exit
from structured_logs import configure_logs


class Worker(SimpleWorker):
    """Does its jobs itself, so that they share clients and one pool, as the pool's size was computed for."""

    def __init__(self, *args, **kwargs):
        # Every minute, idle or not, it takes over what an instance that is gone has left: jobs that were begun, and the
        # jobs that wait for their time. RQ's own ten minutes are long for somebody who waits.
        super().__init__(*args, maintenance_interval=60, worker_ttl=75, **kwargs)


def main() -> None:
    configure_logs()
    settings = settings_or_exit()
    connection = worker_connection(settings)
    WorkerPool(
        [job_queue(connection)],
        connection=connection,
        num_workers=settings.worker_processes,
        worker_class=Worker,
        serializer=JSONSerializer,
    ).start()


if __name__ == "__main__":
    main()
