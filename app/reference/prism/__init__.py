"""The smallest application that runs on AI-Prism's platform and shows that its wiring is right."""

from flask import Flask, jsonify
from flask_migrate import Migrate

from .database import configure_database, db
from .health import Health
from .logs import configure_logs
from .settings import Settings


def create_application(settings: Settings) -> Flask:
    """A Flask application for these settings. Opens no connection before the first request."""
    configure_logs()
    application = Flask(__name__)
    configure_database(application, settings)
    Migrate(application, db)
    health_of_parts = Health(settings, application)

    @application.get("/")
    def index():
        return jsonify(name="AI-Prism", purpose="reference application: health checks of the platform's parts")

    @application.get("/health/live")
    def live():
        """Only that the process serves: a failing database must not get instances replaced."""
        return jsonify(status="ok")

    @application.get("/health")
    def health():
        """Whether each part answered within the last half minute. What failed is in the log, not in the answer: this page is public."""
        parts = health_of_parts.parts()
        ok = all(part == "ok" for part in parts.values())
        return jsonify(status="ok" if ok else "failing", parts=parts), 200 if ok else 503

    return application
