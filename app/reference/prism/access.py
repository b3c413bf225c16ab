"""Who may have documents reviewed: who has the operators' token. Yours asks its identity provider here."""

import hmac
import uuid

from flask import Blueprint, Flask, Request, abort, request, session

from .settings import Settings


def has_token(request: Request, settings: Settings) -> bool:
    """Whether a request carries the operators' token. Takes as long for a wrong one, however much of it is right."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    return hmac.compare_digest(given, settings.operator_token.encode())


def owner() -> str:
    """The number by which this session's documents are known. Answers 401 to who has not signed in."""
    if "owner" not in session:
        abort(401, "sign in first: POST /session with the operators' token")
    return session["owner"]


def configure_access(application: Flask, settings: Settings) -> None:
    """Serves signing in and out."""
    pages = Blueprint("access", __name__)

    @pages.post("/session")
    def sign_in():
        """Always a new session: one that somebody else may know must not become the operator's."""
        if not has_token(request, settings):
            abort(401, "the token is missing or wrong")
        session.end()
        session["owner"] = uuid.uuid4().hex
        return "", 204

    @pages.delete("/session")
    def sign_out():
        session.end()
        return "", 204

    application.register_blueprint(pages)
