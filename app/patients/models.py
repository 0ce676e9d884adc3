"""Identity (sealed), relations, circle of care and agreements."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.directory.models import Practitioner, Profession
from app.organizations.models import Commune, Organization


class Patient(Identified, Model):
    """One person, once for the whole instance: the five strict identity traits of the national reference (FACTS 4.4),
    and how to reach her. She belongs to nobody: a `Relation` says who may find and open her.

    Sealed columns cannot be searched; `birth_date_key`, a keyed hash, can: birth date first, as the reference asks.
    `version` counts the corrections, so that of two people who correct at once the second sees what the first did.
    """

    __tablename__ = "patient"

    birth_name: Mapped[str] = mapped_column(Sealed)
    given_names: Mapped[str] = mapped_column(Sealed)
    birth_date_text: Mapped[str] = mapped_column(Sealed)  # ISO 8601
    sex: Mapped[str] = mapped_column(Sealed)  # F, M, I (unknown), as in the INS reference
    birth_place: Mapped[str] = mapped_column(Sealed)  # INSEE code of the commune, 99xxx for a country
    phone: Mapped[str] = mapped_column(Sealed)  # E.164
    address: Mapped[str] = mapped_column(Sealed)
    postal_code: Mapped[str | None] = mapped_column(Sealed)  # as it was given; none when only the commune was said
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"))
    birth_date_key: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    commune: Mapped[Commune] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        return shown_name(self.given_names, self.birth_name)

    @property
    def initials(self) -> str:
        return (self.given_names[:1] + self.birth_name[:1]).upper()

    @property
    def birth_date(self) -> date:
        return date.fromisoformat(self.birth_date_text)


def shown_name(given_names: str, birth_name: str) -> str:
    return f"{given_names.split()[0]} {birth_name.upper()}"


class Cause(enum.StrEnum):
    """Why somebody may find and open a person. The team of care (L1110-12 CSP) needs no other reason than the care."""

    ENTERED = "entered"  # she was registered there
    REQUEST = "request"  # care was asked for there
    STAY = "stay"
    CIRCLE = "circle"  # her usual professional
    ACCEPTANCE = "acceptance"  # said yes to what was asked for her
    IDENTITY = "identity"  # told her whole identity, and a reason


RUNNING = text("until IS NULL")
WHILE_RUNNING: dict[str, Any] = {"unique": True, "sqlite_where": RUNNING, "postgresql_where": RUNNING}


class Relation(Identified, Model):
    """That an organization or a practitioner (never both) may find and open this person, since when, until and why.

    `until`: none while what caused it lasts. `reason`: in the words of who came by the whole identity. `local_number`:
    hers in that house (FHIR identifier; *IPP*). `recorded_by_id`: whose act it was; none of what was before this table.
    """

    __tablename__ = "relation"
    __table_args__ = (
        CheckConstraint("(organization_id IS NULL) <> (practitioner_id IS NULL)", name="one_holder"),
        CheckConstraint("why <> 'identity' OR reason IS NOT NULL", name="identity_has_reason"),
        Index("uq_relation_running_organization", "organization_id", "patient_id", "why", **WHILE_RUNNING),
        Index("uq_relation_running_practitioner", "practitioner_id", "patient_id", "why", **WHILE_RUNNING),
        Index("ix_relation_organization", "organization_id", "patient_id"),
        Index("ix_relation_practitioner", "practitioner_id", "patient_id"),
        Index("ix_relation_local_number", "local_number_key"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    why: Mapped[Cause] = mapped_column(text_enum(Cause, 20))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Sealed)
    local_number: Mapped[str | None] = mapped_column(Sealed)
    local_number_key: Mapped[str | None]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    organization: Mapped[Organization | None] = relationship()
    practitioner: Mapped[Practitioner | None] = relationship()
    recorded_by: Mapped[Account | None] = relationship()


class LikelyDuplicate(Identified, Model):
    """Two records that may be one person: somebody has to look. `patient_id` is the older of both (UUIDv7).

    `why`: what made them alike, a word of the rule that noticed; `verdict`: same or other, once somebody said so.
    """

    __tablename__ = "likely_duplicate"
    __table_args__ = (
        UniqueConstraint("patient_id", "other_id"),
        CheckConstraint("patient_id < other_id", name="older_first"),
        CheckConstraint("(settled_at IS NULL) = (verdict IS NULL)", name="settled_has_verdict"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    why: Mapped[str]
    noted_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(index=True)
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    verdict: Mapped[str | None]


class CareTeamMember(Identified, Model):
    """The patient's usual professional of one kind (FHIR CareTeam.participant)."""

    __tablename__ = "care_team_member"
    __table_args__ = (UniqueConstraint("patient_id", "profession"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"), index=True)
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    since: Mapped[datetime]

    practitioner: Mapped[Practitioner] = relationship(lazy="joined")


class Consent(Identified, Model):
    """The patient's agreement, by any means (L1110-4 III CSP): to what, how it was given, who wrote it down."""

    __tablename__ = "consent"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    scope: Mapped[str]  # sharing: the request may be shown to professionals, the identity to the one who accepts
    given_how: Mapped[str]  # spoken
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class EmergencyAccess(Identified, Model):
    """Somebody outside the circle of care opened a patient's requests, for an hour and for a reason.

    `territory_id` is whose coordinators are told; one of them says that she has seen why, never the person herself.
    """

    __tablename__ = "emergency_access"
    __table_args__ = (
        CheckConstraint("acknowledged_by_id <> account_id", name="seen_by_another"),
        Index("ix_emergency_access_board", "territory_id", "acknowledged_at"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    territory_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    reason: Mapped[str]  # see `emergency.REASONS`
    because: Mapped[str] = mapped_column(Sealed)  # in her own words, which may speak of the patient
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    acknowledged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    acknowledged_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    patient: Mapped[Patient] = relationship()
