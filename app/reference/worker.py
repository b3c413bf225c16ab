"""The RQ workers of one instance. Told to stop, they finish the jobs they have begun."""

from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.worker_pool import WorkerPool
from structured_logs import configure_logs

from prism.queue import job_queue, worker_connection
from prism.settings import settings_or_exit


def main() -> None:
    configure_logs()
    settings = settings_or_exit()
    connection = worker_connection(settings)
    WorkerPool(
        [job_queue(connection)],
        connection=connection,
        num_workers=settings.worker_processes,
        # Runs its jobs itself, so that they share clients and one pool, as the pool's size was computed for.
        worker_class=SimpleWorker,
        serializer=JSONSerializer,
    ).start()


if __name__ == "__main__":
    main()
