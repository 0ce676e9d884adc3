"""Identity (sealed), and relations."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.directory.models import Practitioner
from app.identity.ins import IdentityStatus, InsKind
from app.identity.names import NO_GIVEN_NAME, all_names, first_given_name
from app.identity.rules import Traits, official_date
from app.language.dates import PartialDate
from app.language.phrases import gettext as _
from app.organizations.models import Commune, Organization

TO_COMPARE = text("compared_at IS NULL")


class Patient(Identified, Model):
    """One person, once for the whole instance: the five strict identity traits of the national reference (FACTS 4.4),
    and how to reach her. She belongs to nobody: a `Relation` says who may find and open her.

    Sealed columns cannot be searched: `PatientSearchKey` says under what a person is found.
    `version` counts the corrections, so that of two people who correct at once the second sees what the first did.
    """

    __tablename__ = "patient"
    __table_args__ = (Index("ix_patient_to_compare", "id", sqlite_where=TO_COMPARE, postgresql_where=TO_COMPARE),)

    birth_name: Mapped[str] = mapped_column(Sealed)
    given_names: Mapped[str] = mapped_column(Sealed)  # the first one first; empty for a newborn who has none yet
    name_used: Mapped[str | None] = mapped_column(Sealed)
    given_name_used: Mapped[str | None] = mapped_column(Sealed)
    birth_date_text: Mapped[str] = mapped_column(Sealed)  # what is known of it: 1948-03-12, 1948-03 or 1948
    birth_rank: Mapped[int] = mapped_column(default=0)  # among twins; 0: born alone
    sex: Mapped[str] = mapped_column(Sealed)  # F, M, I (unknown), as in the INS reference
    birth_place: Mapped[str] = mapped_column(Sealed)  # INSEE code of the commune, 99xxx for a country
    phone: Mapped[str] = mapped_column(Sealed)  # E.164
    address: Mapped[str] = mapped_column(Sealed)
    postal_code: Mapped[str | None] = mapped_column(Sealed)  # as it was given; none when only the commune was said
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"))
    ins: Mapped[str | None] = mapped_column(Sealed)  # the national health number, with its key
    ins_kind: Mapped[InsKind | None] = mapped_column(text_enum(InsKind))
    identity_status: Mapped[IdentityStatus] = mapped_column(
        text_enum(IdentityStatus), default=IdentityStatus.PROVISIONAL
    )
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)  # FHIR: replaced-by
    created_at: Mapped[datetime]
    compared_at: Mapped[datetime | None]  # with all other records; none of what was before Relais did so (`joining`)
    version: Mapped[int] = mapped_column(default=1)

    commune: Mapped[Commune] = relationship(lazy="joined")

    telecoms: Mapped[list["PatientTelecom"]] = relationship(order_by="PatientTelecom.id")
    local_numbers: Mapped[list["LocalNumber"]] = relationship(order_by="LocalNumber.id")

    @property
    def name(self) -> str:
        return shown_name(self.given_name_used or self.given_names, self.name_used or self.birth_name, self.birth_rank)

    @property
    def initials(self) -> str:
        given, family = self.given_name_used or self.given_names, self.name_used or self.birth_name
        return (given[:1] + family[:1]).upper()

    @property
    def born(self) -> PartialDate:
        """What is known of it."""
        return PartialDate.parse(self.birth_date_text)

    @property
    def birth_date(self) -> date:
        """Whole, by the national convention where something is not known."""
        return official_date(self.born)

    @property
    def names(self) -> list[str]:
        return all_names(self.birth_name, self.given_names, self.name_used, self.given_name_used)

    @property
    def traits(self) -> Traits:
        return Traits(
            birth_name=self.birth_name,
            given_names=self.given_names,
            birth_date=self.born,
            sex=self.sex,
            birth_place=self.birth_place,
            name_used=self.name_used or "",
            given_name_used=self.given_name_used or "",
            birth_rank=self.birth_rank,
            phones=(self.phone, *(each.number for each in self.telecoms)),
        )


def shown_name(given_names: str, family_name: str, rank: int = 0) -> str:
    """`Monique MARCHAND`; of a newborn, `Sans prénom MARCHAND (2e jumeau)`."""
    shown = f"{first_given_name(given_names) or NO_GIVEN_NAME} {family_name.upper()}"
    if not rank or given_names:
        return shown
    return (
        _("%(name)s (1er jumeau)", name=shown) if rank == 1 else _("%(name)s (%(rank)se jumeau)", name=shown, rank=rank)
    )


class PatientTelecom(Identified, Model):
    """Another telephone at which the person, or somebody near her, can be reached (FHIR ContactPoint).

    `whose`: see `words.WHOSE`; `name`: who answers, when it is not she.
    """

    __tablename__ = "patient_telecom"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    number: Mapped[str] = mapped_column(Sealed)  # E.164
    whose: Mapped[str]
    name: Mapped[str] = mapped_column(Sealed, default="")


class LocalNumber(Identified, Model):
    """What an organization calls this person in its own files (IPP), one number for one person there; shown and
    searched within it alone. `key`: its hash (`actions.hashed`), under which it is unique."""

    __tablename__ = "local_number"
    __table_args__ = (UniqueConstraint("organization_id", "key"), UniqueConstraint("patient_id", "organization_id"))

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    number: Mapped[str] = mapped_column(Sealed)
    key: Mapped[int] = mapped_column(BigInteger)


class PatientSearchKey(Model):
    """A keyed hash under which this person is found (`searching.search_keys`): of a date and three letters of a name,
    of a name, of a number. Nothing of hers can be read in it; whoever is found is compared in clear."""

    __tablename__ = "patient_search_key"
    __table_args__: dict[str, Any] = {"sqlite_with_rowid": False}  # noqa: RUF012 -- SQLAlchemy reads it from the class

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), primary_key=True, index=True)


class IdentityCheck(Identified, Model):
    """Somebody met the person and compared her identity with a document (national reference: at each step of care)."""

    __tablename__ = "identity_check"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    document: Mapped[str]  # see `ins.DOCUMENTS`
    checked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    checked_by: Mapped[Account] = relationship(lazy="joined")


class Cause(enum.StrEnum):
    """Why somebody may find and open a person. The team of care (L1110-12 CSP) needs no other reason than the care."""

    ENTERED = "entered"  # she was registered there
    REQUEST = "request"  # care was asked for there
    STAY = "stay"
    CIRCLE = "circle"  # her usual professional
    ACCEPTANCE = "acceptance"  # said yes to what was asked for her
    FOLDER = "folder"  # of the team of her coordination folder
    IDENTITY = "identity"  # told her whole identity, and a reason


RUNNING = text("until IS NULL")
WHILE_RUNNING: dict[str, Any] = {"unique": True, "sqlite_where": RUNNING, "postgresql_where": RUNNING}


class Relation(Identified, Model):
    """That an organization or a practitioner (never both) may find and open this person, since when, until and why.

    `until`: none while what caused it lasts. `reason`: in the words of who came by the whole identity.
    `recorded_by_id`: whose act it was; none of what was before this table.
    """

    __tablename__ = "relation"
    __table_args__ = (
        CheckConstraint("(organization_id IS NULL) <> (practitioner_id IS NULL)", name="one_holder"),
        CheckConstraint("why <> 'identity' OR reason IS NOT NULL", name="identity_has_reason"),
        Index("uq_relation_running_organization", "organization_id", "patient_id", "why", **WHILE_RUNNING),
        Index("uq_relation_running_practitioner", "practitioner_id", "patient_id", "why", **WHILE_RUNNING),
        Index("ix_relation_organization", "organization_id", "patient_id"),
        Index("ix_relation_practitioner", "practitioner_id", "patient_id"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    why: Mapped[Cause] = mapped_column(text_enum(Cause, 20))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Sealed)
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


class Correction(Identified, Model):
    """One trait of a person, as it was before somebody corrected it and as it is since."""

    __tablename__ = "correction"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    trait: Mapped[str]  # of `words.TRAITS`
    before: Mapped[str] = mapped_column(Sealed)
    after: Mapped[str] = mapped_column(Sealed)
    at: Mapped[datetime]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))

    by: Mapped[Account] = relationship()


class PatientMerge(Identified, Model):
    """Two records of one person became one: who said so, which rows went along, and whether it was undone.

    `moved`: ids by `table.column` (`merging.POINTERS`), so that each can go back to where it was. `merged_by_id`: none
    where every strict trait agreed and the house joined them (`joining`).
    """

    __tablename__ = "patient_merge"

    kept_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    absorbed_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    merged_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    merged_at: Mapped[datetime]
    moved: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    merged_by: Mapped[Account | None] = relationship(foreign_keys=[merged_by_id])


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
