"""Documents: accepted over HTTP, kept in S3, listed in PostgreSQL, reviewed by a job."""

import io
import json
import uuid
import zipfile
from datetime import UTC, datetime

import redis
from flask import Blueprint, Flask, abort, current_app, request, url_for
from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .access import owner
from .database import db
from .storage import Storage

# What Bedrock takes as one document.
MOST_BYTES = 4_500_000

# What nginx lets through. A request is read to its end even when it is refused: nginx would take an answer that comes
# before it has sent everything for a failure of ours.
MOST_REQUEST_BYTES = 50 * 1024 * 1024

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
    "txt": "text/plain",
}

blueprint = Blueprint("documents", __name__)


class Document(db.Model):
    """One document and how far its review is."""

    __tablename__ = "documents"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    # Whose it is: a number that the owner's session holds.
    owner: Mapped[str] = mapped_column(String(32), index=True)
    name: Mapped[str] = mapped_column(String(255))
    format: Mapped[str] = mapped_column(String(8))
    # waiting, reviewed, refused or failed
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    # Why a document was refused or its review failed.
    reason: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(String(255))
    received_at: Mapped[datetime] = mapped_column(db.DateTime(timezone=True), default=lambda: datetime.now(UTC))
    finished_at: Mapped[datetime | None] = mapped_column(db.DateTime(timezone=True))

    @property
    def key(self) -> str:
        """Where the document lies in the bucket."""
        return f"documents/{self.id}.{self.format}"

    @property
    def review_key(self) -> str:
        """Where its review is exported to."""
        return f"reviews/{self.id}.json"


@blueprint.post("/documents")
def receive():
    """Takes a document and answers at once; the review takes as long as the models do."""
    upload = request.files.get("document")
    mine = owner()
    if upload is None or not upload.filename:
        abort(400, "send the document as the file `document` of a form")
    content = upload.stream.read(MOST_BYTES + 1)
    format_of_name = upload.filename.rpartition(".")[2].lower()
    if format_of_name not in CONTENT_TYPES:
        abort(415, f"the document has to be one of {', '.join(CONTENT_TYPES)}")
    if len(content) > MOST_BYTES:
        abort(413, f"the document has more than {MOST_BYTES} bytes")
    if not _is_document(format_of_name, content):
        abort(422, f"the file is empty or no {format_of_name}")
    document = Document(id=uuid.uuid4(), owner=mine, name=upload.filename[:255], format=format_of_name)
    # First the content, then the row, then the job: whatever fails in between leaves nothing that points to nothing.
    _storage().write(document.key, content, CONTENT_TYPES[format_of_name])
    db.session.add(document)
    db.session.commit()
    try:
        current_app.extensions["enqueue_review"](document.id)
    except redis.RedisError:
        document.state, document.reason = "failed", "the review could not be queued"
        db.session.commit()
        abort(503, "the review could not be queued; send the document again")
    return _summary(document), 202, {"Location": url_for("documents.show", document_id=document.id)}


@blueprint.get("/documents")
def index():
    """The documents of this session, newest first."""
    mine = db.select(Document).filter_by(owner=owner()).order_by(Document.received_at.desc()).limit(100)
    return {"documents": [_summary(document) for document in db.session.scalars(mine)]}


@blueprint.get("/documents/<uuid:document_id>")
def show(document_id: uuid.UUID):
    """One document of this session, with its review once there is one."""
    document = db.session.scalar(db.select(Document).filter_by(id=document_id, owner=owner()))
    if document is None:
        abort(404, "this session has no such document")
    summary = _summary(document)
    if document.state != "reviewed":
        return summary
    key = document.review_key
    # Back to the pool before S3 is waited for: connections are what the fleet has least of.
    db.session.close()
    return {**summary, "review": json.loads(_storage().read(key))["review"]}


@blueprint.delete("/documents/<uuid:document_id>")
def remove(document_id: uuid.UUID):
    """Deletes one document of this session, and its review. Not while it waits: a worker may be at it."""
    document = db.session.scalar(db.select(Document).filter_by(id=document_id, owner=owner()))
    if document is None:
        abort(404, "this session has no such document")
    if document.state == "waiting":
        abort(409, "the document waits for its review; delete it afterwards")
    keys = [document.key, document.review_key]
    # The row first: a list that names what is gone is worse than an object that nothing names.
    db.session.delete(document)
    db.session.commit()
    for key in keys:
        _storage().delete(key)
    return "", 204


def configure_documents(application: Flask, storage: Storage, enqueue_review) -> None:
    """Serves documents. `enqueue_review` is called with the id of each that came in."""
    application.config["MAX_CONTENT_LENGTH"] = MOST_REQUEST_BYTES
    application.extensions["storage"] = storage
    application.extensions["enqueue_review"] = enqueue_review
    application.register_blueprint(blueprint)


def _storage() -> Storage:
    return current_app.extensions["storage"]


def _summary(document: Document) -> dict:
    return {
        "id": str(document.id),
        "name": document.name,
        "state": document.state,
        "reason": document.reason,
        "model": document.model,
        "export": document.review_key if document.state == "reviewed" else None,
    }


def _is_document(format: str, content: bytes) -> bool:
    """Whether the content is what the name says; a name alone is anybody's claim."""
    if format == "pdf":
        return content.startswith(b"%PDF-")
    if format == "docx":
        try:
            return "word/document.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()
        except zipfile.BadZipFile:
            return False
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and "\0" not in text
