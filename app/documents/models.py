"""Files about a patient, sealed with their names."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model
from app.core.sealed import Sealed, SealedBytes


class Document(Identified, Model):
    """One file: a prescription, a result, a letter. `patient_id`: none when a service asked for itself, or as long as
    it `waits`: sent, and joined to nothing yet, it is its sender's alone.

    What it belongs to is known by the room that joined it, which says in `rights` who may open it.
    """

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_added_by_id_waits", "added_by_id", "waits"),)

    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    type: Mapped[str] = mapped_column(default="other")  # of `rules.TYPES`, said when it is joined
    name: Mapped[str] = mapped_column(Sealed)
    media_type: Mapped[str]
    size: Mapped[int]  # bytes
    pages: Mapped[int | None]  # none: of a file that was kept as it came, before Relais showed documents itself
    body: Mapped[bytes] = mapped_column(SealedBytes, deferred=True)
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    waits: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    scan_at: Mapped[datetime | None] = mapped_column(index=True)  # in quarantine until the antivirus has seen it
