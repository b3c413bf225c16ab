"""One JSON object a line on standard output: what CloudWatch's metric filters and saved queries read."""

import json
import logging
import sys

# What the logging module sets itself; everything else on a record was given as `extra`.
_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}

# The end says what went wrong. The system log cuts lines at 8 KiB, and half a line is no JSON.
MOST_OF_A_TRACEBACK = 4000

_events = logging.getLogger("events")


class JsonFormatter(logging.Formatter):
    """Level, logger, message and every `extra` field as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line = {"level": record.levelname, "logger": record.name, "message": record.getMessage(), **fields}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)[-MOST_OF_A_TRACEBACK:]
        return json.dumps(line, default=str)


def configure_logs() -> None:
    """Sends every log line of the process to standard output, from where the platform streams it."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    sys.excepthook = _log_uncaught
    # One says where each client found credentials and endpoint, the other what it has loaded, every time.
    for talkative in ("botocore", "alembic.runtime.plugins"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _log_uncaught(kind, error, traceback) -> None:
    logging.getLogger("uncaught").critical("%s", kind.__name__, exc_info=(kind, error, traceback))


def log_event(event: str, **fields: object) -> None:
    """A line that is counted: `catalog/log-events.ts` says which events there are, and which fields are read."""
    _events.info(event, extra={"event": event, **fields})
