"""A thread, of a request or around a person: its lines, the documents sent along, and how far each reader came."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.conversations.rules import Kind, Side
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed


class Conversation(Identified, Model):
    """What is said about one request, from the first word on; or around a person, without one. It bears the request's
    or the person's id, so that whoever shows them listens to it before a word was said.

    `patient_id`: whom a request is about, where it is about somebody; whom the thread is around.
    """

    __tablename__ = "conversation"
    __table_args__ = (CheckConstraint("request_id IS NOT NULL OR patient_id IS NOT NULL", name="about_something"),)

    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_request.id"), unique=True)
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    last_at: Mapped[datetime]


class Line(Identified, Model):
    """One thing that was said, and by whom: her name and place as they were that day.

    `advice`: of an outcome, what is advised beside what was done. `key`: of the touch that sent it, which counts once.
    `has_documents`: so that they are asked for only there.
    """

    __tablename__ = "conversation_line"
    __table_args__ = (UniqueConstraint("conversation_id", "author_id", "key"),)

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, 10))
    side: Mapped[Side] = mapped_column(text_enum(Side, 10))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str]
    place: Mapped[str]
    text: Mapped[str] = mapped_column(Sealed)
    advice: Mapped[str | None] = mapped_column(Sealed)
    at: Mapped[datetime]
    key: Mapped[str]
    has_documents: Mapped[bool]


class LineDocument(Model):
    """A document that came with a line: who reads the line opens it. Erased, it leaves the line as it is."""

    __tablename__ = "conversation_document"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("conversation_line.id"), index=True)


class Receipt(Identified, Model):
    """How far one person came in a thread: what was said before `received_at` is announced on a device of hers, what
    was said before `seen_at` was before her eyes. What she is told of the thread is about this row."""

    __tablename__ = "conversation_receipt"
    __table_args__ = (UniqueConstraint("conversation_id", "account_id"),)

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    side: Mapped[Side] = mapped_column(text_enum(Side, 10))
    received_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
