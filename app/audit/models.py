"""One line per act, and the chain that shows whether a line was changed, removed or slipped in."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model


class AuditEvent(Identified, Model):
    """Who (`actor_id`, none for Relais itself) did what (`event`) to what (`subject_id`), on whom, from where, why.

    Keys follow the PGSSI-S imputability rules (FACTS 4.6); `detail` holds identifiers and codes, never words
    about a patient. The database itself refuses to change a line, or to remove one that no anchor covers.
    """

    __tablename__ = "audit_event"

    at: Mapped[datetime] = mapped_column(index=True)
    event: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    patient_id: Mapped[UUID | None] = mapped_column(index=True)
    why: Mapped[str]
    source: Mapped[str]  # see `origin.Source`
    client: Mapped[str]  # network of the client, empty when nobody was at the other end
    result: Mapped[str]  # done, refused
    detail: Mapped[dict[str, Any]]

    @property
    def content(self) -> dict[str, Any]:
        """Everything the line says, spelled alike on both engines."""
        return {
            "id": str(self.id),
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "event": self.event,
            "actor": str(self.actor_id),
            "subject": str(self.subject_id),
            "patient": str(self.patient_id),
            "why": self.why,
            "source": self.source,
            "client": self.client,
            "result": self.result,
            "detail": self.detail,
        }


class AuditSeal(Model):
    """The place of one line in the chain. A row of its own, so that writers never wait for each other."""

    __tablename__ = "audit_seal"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    previous: Mapped[str]
    hash: Mapped[str]
    sealed_at: Mapped[datetime]


class AuditAnchor(Model):
    """Where the chain begins after old lines were removed: it goes on from `sequence`, whose hash was `hash`."""

    __tablename__ = "audit_anchor"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]
    at: Mapped[datetime]
