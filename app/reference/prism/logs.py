"""One JSON object a line: what CloudWatch's metric filters and saved queries read."""

import json
import logging
import sys

# What the logging module sets itself; everything else on a record was given as `extra`.
_STANDARD = set(vars(logging.makeLogRecord({})))


class JsonFormatter(logging.Formatter):
    """Message, level, logger and every `extra` field as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line = {"level": record.levelname, "logger": record.name, "message": record.getMessage(), **fields}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure_logs() -> None:
    """Sends every log line to standard output, from where the platform streams it."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Says where each client found credentials and endpoint, every time.
    logging.getLogger("botocore").setLevel(logging.WARNING)
