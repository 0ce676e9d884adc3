"""One line per act. Lines are never changed and never removed by the product."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model


class AuditEvent(Identified, Model):
    """Who (`actor_id`, none for Relais itself) did what (`event`) to what (`subject_id`), when and why.

    Keys follow the PGSSI-S imputability rules (FACTS 4.6); `detail` holds identifiers and codes, never words
    about a patient.
    """

    __tablename__ = "audit_event"

    at: Mapped[datetime]
    event: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    patient_id: Mapped[UUID | None] = mapped_column(index=True)
    why: Mapped[str]
    detail: Mapped[dict[str, Any]]
