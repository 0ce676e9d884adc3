"""The people and places of care, with FHIR's names for them."""

import enum
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    Enum,
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
from app.core.db import Identified, Model


def text_enum(kind: type[enum.StrEnum]) -> Any:
    """An enumeration kept as its text, alike on both engines."""
    return Enum(kind, native_enum=False, length=40, values_callable=lambda members: [m.value for m in members])


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


class Commune(Model):
    """A French commune by its INSEE code (text: Corsica has letters), an arrondissement of Paris, Lyon or Marseille.

    Without a position it is a place to be born in and to live in, around which nobody can be looked for.
    """

    __tablename__ = "commune"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    postal_code: Mapped[str]  # empty when it has several: which one is said by the address
    search_name: Mapped[str] = mapped_column(index=True)  # as `words.searched` makes it
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class Locality(Model):
    """A name and a postal code under which people know a commune: its own, a former commune's, a hamlet's.

    `former_code`: the INSEE code that a former commune of this name had; such a row may have no postal code, and, when
    only the code is known, no name.
    """

    __tablename__ = "locality"

    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), primary_key=True)
    search_name: Mapped[str] = mapped_column(primary_key=True, index=True)
    postal_code: Mapped[str] = mapped_column(primary_key=True, index=True)
    former_code: Mapped[str] = mapped_column(primary_key=True, index=True)
    name: Mapped[str]

    commune: Mapped[Commune] = relationship(lazy="joined")


class Organization(Identified, Model):
    """An establishment, ward, practice, maternity or territorial community; a tree with one contact point."""

    __tablename__ = "organization"

    name: Mapped[str]
    kind: Mapped[str]  # hospital, emergency, ward, maternity, practice, cpts, equipment, home-help
    identifier: Mapped[str | None] = mapped_column(unique=True)  # in the national directory
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    phone: Mapped[str]
    address: Mapped[str]
    postal_code: Mapped[str | None]  # as its address was written
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"))

    commune: Mapped[Commune] = relationship(lazy="joined")
    parent: Mapped["Organization | None"] = relationship(remote_side="Organization.id")

    @property
    def full_address(self) -> str:
        """Street and town: what a patient, or the map of a telephone, needs to find it."""
        if re.search(rf"\b\d{{5}} {re.escape(self.commune.name)}$", self.address):
            return self.address
        return ", ".join(filter(None, (self.address, town_of(self.commune, self.postal_code))))


def town_of(commune: Commune, postal_code: str | None) -> str:
    """`91080 Évry-Courcouronnes`, with the code that the address was given with, or the only one there is."""
    return " ".join(filter(None, (postal_code or commune.postal_code, commune.name)))


class TerritoryCommune(Model):
    """An organization that coordinates answers for these communes."""

    __tablename__ = "territory_commune"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), primary_key=True, index=True)


class Practitioner(Identified, Model):
    """A person of the national directory, who may have no account."""

    __tablename__ = "practitioner"

    rpps: Mapped[str] = mapped_column(unique=True)  # 11 digits
    given_name: Mapped[str]
    family_name: Mapped[str]
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    phone: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), unique=True)

    role: Mapped["PractitionerRole"] = relationship(back_populates="practitioner", uselist=False)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()


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
