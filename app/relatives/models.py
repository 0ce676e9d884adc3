"""Relatives, the trusted person, and who decides."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model
from app.core.sealed import Sealed
from app.documents.models import Document
from app.patients.models import Patient


class Heading(enum.StrEnum):
    """What a relative may read, each allowed by itself (FACTS_COORDINATION 6, relative's view)."""

    VISITS = "visits"  # who comes to her home, and when
    APPOINTMENTS = "appointments"  # where she is awaited, and when
    MESSAGES = "messages"
    WHAT_IF = "what-if"
    NOTES = "notes"  # of the liaison book, those that are for her too; who reads them may write one
    DOCUMENTS = "documents"
    COSTS = "costs"


class RelatedPerson(Identified, Model):
    """Somebody near the person, and what she lets her read by a link and two words (FHIR RelatedPerson).

    She names and changes them herself in her space, or a professional writes down what she says (`named_by_id`).
    `kinship`: of `words.KINSHIP`. `headings`: of `Heading`; without any she is known, and reads nothing. `until`: none
    while it is so.
    """

    __tablename__ = "related_person"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    name: Mapped[str] = mapped_column(Sealed)
    kinship: Mapped[str]
    phone: Mapped[str] = mapped_column(Sealed, default="")  # E.164
    email: Mapped[str] = mapped_column(Sealed, default="")
    headings: Mapped[list[str]] = mapped_column(default=list)
    token: Mapped[str] = mapped_column(Sealed)  # as the link bears it
    token_hash: Mapped[str] = mapped_column(unique=True)
    code_words: Mapped[str] = mapped_column(Sealed)  # two, with a space between
    since: Mapped[datetime]
    named_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    until: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    named_by: Mapped[Account | None] = relationship(foreign_keys=[named_by_id])

    @property
    def person_id(self) -> UUID:
        """Whose relative she is today: a link goes on opening the one record that was kept of two."""
        return self.patient.merged_into_id or self.patient_id


STANDING = text("revoked_at IS NULL")
ONE_AT_A_TIME: dict[str, Any] = {"unique": True, "sqlite_where": STANDING, "postgresql_where": STANDING}


class TrustedPerson(Identified, Model):
    """The one whom the person wants asked when she cannot speak (L1111-6 CSP): written, dated, signed by both, taken
    back at any time. It is no right to read: her relative reads the headings she has.

    `document_id`: the paper that both signed; none until somebody joined it, or once its time is up.
    """

    __tablename__ = "trusted_person"
    __table_args__ = (Index("uq_trusted_person_standing", "patient_id", **ONE_AT_A_TIME),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    related_id: Mapped[UUID] = mapped_column(ForeignKey("related_person.id"), index=True)
    designated_on: Mapped[date]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    related: Mapped[RelatedPerson] = relationship()
    recorded_by: Mapped[Account] = relationship(foreign_keys=[recorded_by_id])
    document: Mapped[Document | None] = relationship()


class LegalProtection(Identified, Model):
    """Who decides with or for a person who does not decide alone: a minor, a protected adult.

    `kind`: of `words.PROTECTIONS`; `name`: who it is; `decides`: which decisions, in the words of the judgment.
    `keeps_secret`: the minor keeps this care from her parents, a grown-up of her choice with her (L1111-5 CSP).
    """

    __tablename__ = "legal_protection"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(Sealed)
    phone: Mapped[str] = mapped_column(Sealed, default="")  # E.164
    since: Mapped[date]
    decides: Mapped[str] = mapped_column(Sealed, default="")
    keeps_secret: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    recorded_by: Mapped[Account] = relationship(foreign_keys=[recorded_by_id])
