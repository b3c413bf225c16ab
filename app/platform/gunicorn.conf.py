"""How gunicorn serves on an instance. A bundle with a file of this name replaces it."""

import os
import re
import sys

from structured_logs import JsonFormatter


def _whole(name: str, least: int, most: int) -> int:
    value = os.environ.get(name, "")
    if not re.fullmatch("[0-9]{1,5}", value) or not least <= int(value) <= most:
        sys.exit(f"{name} has to be a whole number from {least} to {most}, and is {value or 'not set'}")
    return int(value)


bind = f"127.0.0.1:{_whole('PORT', 1024, 65535)}"
workers = _whole("WEB_PROCESSES", 1, 32)
worker_class = "gthread"
threads = _whole("WEB_THREADS", 1, 64)

# Loaded once, before the processes part: what cannot start says so once, and its code is in memory once. An application
# that opens connections while it is loaded would have its processes share them, and says False in a file of its own.
preload_app = True

# As long as nginx waits for an answer; a process that is told to stop finishes its requests within that.
timeout = 120
graceful_timeout = 110

# Longer than nginx keeps idle connections, or it would send a request into a closed one.
keepalive = 75

# Commands to a running gunicorn; nobody gives any on an instance.
control_socket_disable = True

# Tells that a process lives; on a disk that is slow for a moment, gunicorn would take it for dead.
worker_tmp_dir = "/dev/shm"  # noqa: S108

# The access log is nginx's.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonFormatter}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stdout"], "propagate": False}},
    "root": {"level": "INFO", "handlers": ["stdout"]},
}
