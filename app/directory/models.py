"""The people of care and what they are asked for where, with FHIR's names for them."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    Index,
    Select,
    UniqueConstraint,
    event,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Membership, Role
from app.core.db import Identified, Model, Named, text_enum
from app.organizations.models import Organization


class Profession(enum.StrEnum):
    """What somebody is asked for. Codes of the national directory (FACTS 4.2) in the comment; words in `words.py`.

    The last four are services of an establishment: a role without a practitioner, for which any of its people answers
    (FHIR PractitionerRole.practitioner is 0..1).
    """

    NURSE = "nurse"  # 60
    MIDWIFE = "midwife"  # 50
    DOCTOR = "doctor"  # 10
    PHYSIOTHERAPIST = "physiotherapist"  # 70
    PHARMACIST = "pharmacist"  # 21
    MATERNITY = "maternity"
    WARD = "ward"
    EQUIPMENT = "equipment"
    HOME_HELP = "home-help"


class Practitioner(Identified, Named, Model):
    """A person of the national directory, who may have no account."""

    __tablename__ = "practitioner"

    rpps: Mapped[str] = mapped_column(unique=True)  # 11 digits
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    phone: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), unique=True)

    role: Mapped["PractitionerRole"] = relationship(back_populates="practitioner", uselist=False)


class InvitedPractitioner(Model):
    """Whoever takes up this invitation is this person of the directory."""

    __tablename__ = "invited_practitioner"

    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"), index=True)


class PractitionerRole(Identified, Model):
    """Where and as what a practitioner works, and whether new requests are welcome there; or, without a practitioner,
    what an establishment's service is asked for.

    `skills`: slugs of `words.SKILLS`, spoken languages among them. Who is away is stood in for by `replacement` until
    `replaced_until`.
    """

    __tablename__ = "practitioner_role"
    __table_args__ = (
        UniqueConstraint("practitioner_id", "organization_id", "profession"),
        # It covers the whole read: choosing who is asked never opens the rows themselves.
        Index(
            "ix_practitioner_role_near",
            *("profession", "accepting", "can_sign_in", "cell"),
            *("latitude", "longitude", "practitioner_id", "id"),
        ),
    )

    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    latitude: Mapped[float]
    longitude: Mapped[float]
    cell: Mapped[int] = mapped_column(BigInteger)  # H3, resolution of `geo.RESOLUTION`
    accepting: Mapped[bool] = mapped_column(default=True)
    can_sign_in: Mapped[bool] = mapped_column(default=False)  # somebody can come in and answer: see below
    skills: Mapped[list[str]] = mapped_column(default=list)
    replacement_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner_role.id"))
    replaced_until: Mapped[datetime | None]

    practitioner: Mapped[Practitioner | None] = relationship(back_populates="role", lazy="joined")
    organization: Mapped[Organization] = relationship(lazy="joined")
    replacement: Mapped["PractitionerRole | None"] = relationship(remote_side="PractitionerRole.id")

    def answering(self, now: datetime) -> "PractitionerRole":
        """Who answers for this role today: whoever stands in for her while she is away."""
        away = self.replaced_until is not None and now < self.replaced_until
        return self.replacement if away and self.replacement else self

    @property
    def recipient_id(self) -> UUID:
        """Whose inbox it is: the person's, whatever her role; or the service's own."""
        return self.practitioner_id or self.id

    @property
    def name(self) -> str:
        return self.practitioner.name if self.practitioner else self.organization.name

    @property
    def initials(self) -> str:
        return self.practitioner.initials if self.practitioner else self.organization.name[:2].upper()

    @property
    def phone(self) -> str:
        return self.practitioner.phone if self.practitioner else self.organization.phone


# Whether somebody can come in and answer is repeated on each role, where the nearest are looked for: most people of the
# national directory have no account, and a million of them must not be read to find seven. It changes with who is who
# (`Practitioner.account_id`) and with who works where (`Membership`), whoever writes them; but not when the national
# directory moves a practice, which takes nobody off call.


def _answer_at(organization_id: Any) -> Select[UUID]:
    """The accounts of those who answer there."""
    there = Membership.organization_id == organization_id, Membership.role == Role.PRACTITIONER
    return select(Membership.account_id).where(*there)


def _are(account_id: UUID | None) -> Select[UUID]:
    return select(Practitioner.id).where(Practitioner.account_id == account_id)


@event.listens_for(PractitionerRole, "before_insert")
def _role_learns(_mapper: object, connection: Connection, role: PractitionerRole) -> None:
    somebody = _answer_at(role.organization_id)
    if role.practitioner_id:
        person = select(Practitioner.account_id).where(Practitioner.id == role.practitioner_id)
        somebody = somebody.where(Membership.account_id == person.scalar_subquery())
    role.can_sign_in = connection.scalar(somebody.limit(1)) is not None


@event.listens_for(Practitioner, "after_update")
def _roles_follow(_mapper: object, connection: Connection, person: Practitioner) -> None:
    if inspect(person).attrs.account_id.history.has_changes():
        answers = _answer_at(PractitionerRole.organization_id).where(Membership.account_id == person.account_id)
        mine = update(PractitionerRole).where(PractitionerRole.practitioner_id == person.id)
        connection.execute(mine.values(can_sign_in=answers.exists()))


@event.listens_for(Membership, "after_insert")
def _who_arrives_answers(_mapper: object, connection: Connection, member: Membership) -> None:
    if member.role is Role.PRACTITIONER:
        hers = PractitionerRole.practitioner_id.is_(None) | PractitionerRole.practitioner_id.in_(
            _are(member.account_id)
        )
        there = update(PractitionerRole).where(PractitionerRole.organization_id == member.organization_id, hers)
        connection.execute(there.values(can_sign_in=True))


@event.listens_for(Membership, "after_delete")
def _who_leaves_does_not(_mapper: object, connection: Connection, member: Membership) -> None:
    """Her own place is off call when she left it, and everywhere when she answers nowhere any more; a service, when
    nobody is left there."""
    if member.role is not Role.PRACTITIONER:
        return
    here = PractitionerRole.organization_id == member.organization_id
    services = update(PractitionerRole).where(here, PractitionerRole.practitioner_id.is_(None))
    connection.execute(services.values(can_sign_in=_answer_at(member.organization_id).exists()))
    others = select(Membership.id).where(
        Membership.account_id == member.account_id, Membership.role == Role.PRACTITIONER
    )
    hers = update(PractitionerRole).where(PractitionerRole.practitioner_id.in_(_are(member.account_id)))
    connection.execute(hers.where(here | ~others.exists()).values(can_sign_in=False))
