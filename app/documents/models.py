"""Files about a patient, sealed with their names."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model
from app.core.sealed import Sealed, SealedBytes


class Document(Identified, Model):
    """One file: a prescription, a result, a letter. `patient_id`: none when a service asked for itself.

    What it belongs to is known by the room that joined it, which says in `rights` who may open it.
    """

    __tablename__ = "document"

    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    name: Mapped[str] = mapped_column(Sealed)
    media_type: Mapped[str]
    size: Mapped[int]  # bytes
    body: Mapped[bytes] = mapped_column(SealedBytes, deferred=True)
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
