"""Identity (sealed), circle of care and agreements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.directory.models import Practitioner, Profession
from app.organizations.models import Commune


class Patient(Identified, Model):
    """The five strict identity traits of the national reference (FACTS 4.4) and how to reach the person.

    Sealed columns cannot be searched; `birth_date_key`, a keyed hash, can: birth date first, as the reference asks.
    `organization_id` is the FHIR managing organization.
    """

    __tablename__ = "patient"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
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
