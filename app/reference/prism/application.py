"""The smallest application that uses every part of AI-Prism's platform as it is meant to be used."""

import functools

from flask import Flask, jsonify, url_for
from flask_migrate import Migrate
from werkzeug.exceptions import HTTPException

from structured_logs import configure_logs

from .access import configure_access
from .database import configure_database, db
from .documents import configure_documents
from .health import configure_health
from .queue import job_queue
from .redis_client import redis_client
from .review import enqueue_review
from .sessions import configure_sessions
from .settings import Settings
from .storage import Storage

# How long browsers and the CDN may keep a static file; a release has the CDN forget all of them.
STATIC_SECONDS = 60 * 60


def create_application(settings: Settings) -> Flask:
    """A Flask application for these settings. Opens no connection before the first request."""
    configure_logs()
    application = Flask(__name__)
    application.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    client = redis_client(settings)
    configure_database(application, settings)
    Migrate(application, db)
    configure_sessions(application, settings, client)
    configure_access(application, settings)
    configure_health(application, settings)
    configure_documents(application, Storage(settings), functools.partial(enqueue_review, job_queue(client)))

    @application.get("/")
    def index():
        return jsonify(
            name="AI-Prism",
            purpose="reference application: reviews a document with every part of the platform",
            use="POST /session with the operators' token, POST a form with the file `document` to /documents, "
            "then GET what its Location says",
            icon=url_for("static", filename="icon.svg"),
        )

    @application.errorhandler(HTTPException)
    def refuse(error: HTTPException):
        """Errors in the format of every other answer."""
        response = error.get_response()
        response.data = jsonify(error=error.description).data
        response.content_type = "application/json"
        return response

    return application
