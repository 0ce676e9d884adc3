"""The people of care and what they are asked for where, with FHIR's names for them."""

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    delete,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Membership, Role
from app.core.db import Identified, Model, Named, text_enum
from app.directory.naming import person_words, place_words
from app.organizations.models import Organization


class Profession(enum.StrEnum):
    """What somebody is asked for. Codes of the national directory (FACTS 4.2) in the comment; words in `words.py`.

    From `MATERNITY` on they are services of an establishment: a role without a practitioner, for which any of its
    people answers (FHIR PractitionerRole.practitioner is 0..1).
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
    HOME_NURSING = "home-nursing"  # SSIAD, or the nursing part of a SAD
    REHABILITATION = "rehabilitation"  # SMR
    NURSING_HOME = "nursing-home"  # EHPAD
    OUTPATIENT = "outpatient"
    IMAGING = "imaging"
    LABORATORY = "laboratory"
    DAC = "dac"
    SOCIAL_WORK = "social-work"


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

    @property
    def answers(self) -> bool:
        """Are requests welcome there, and can somebody come in and answer?"""
        return self.accepting and self.can_sign_in

    def standing_in(self, now: datetime) -> "PractitionerRole":
        """Who is asked in her place while she is away; she herself when she is not."""
        away = self.replaced_until is not None and now < self.replaced_until
        return self.replacement if away and self.replacement else self


class NameWord(Model):
    """A word by which whoever works there is found: of her name, or of the place (`naming`). The profession and the
    position are repeated, so that the nearest of a name are read from one index however many bear it."""

    __tablename__ = "name_word"
    __table_args__ = (
        Index("ix_name_word_nearest", "profession", "word", "latitude", "longitude", "role_id"),
        {"sqlite_with_rowid": False},
    )

    role_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner_role.id"), primary_key=True)
    # By its letters, not as a language sorts them: `mar` to `mas` is a range of the index.
    word: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    latitude: Mapped[float]
    longitude: Mapped[float]


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


# So are the words of names: whoever writes a person, a place or who works where, they are found by what it says now.


def _write_words(connection: Connection, which: ColumnElement[bool]) -> None:
    named = (
        select(PractitionerRole.id, PractitionerRole.profession, PractitionerRole.latitude, PractitionerRole.longitude)
        .add_columns(Practitioner.given_name, Practitioner.family_name, Organization.name)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .join(Organization, Organization.id == PractitionerRole.organization_id)
    )
    roles = connection.execute(named.where(which)).all()
    connection.execute(delete(NameWord).where(NameWord.role_id.in_([role[0] for role in roles])))
    rows = [
        {"role_id": role, "profession": profession, "latitude": latitude, "longitude": longitude, "word": word}
        for role, profession, latitude, longitude, given, family, place in roles
        for word in sorted(person_words(given or "", family or "") | place_words(place))
    ]
    if rows:
        connection.execute(insert(NameWord), rows)


def _changed(row: object, *columns: str) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[column].history.has_changes() for column in columns)


@event.listens_for(PractitionerRole, "after_insert")
def _who_works_there_is_found(_mapper: object, connection: Connection, role: PractitionerRole) -> None:
    _write_words(connection, PractitionerRole.id == role.id)


@event.listens_for(PractitionerRole, "after_update")
def _who_moves_is_found_there(_mapper: object, connection: Connection, role: PractitionerRole) -> None:
    if _changed(role, "organization_id", "practitioner_id", "profession", "latitude", "longitude"):
        _write_words(connection, PractitionerRole.id == role.id)


@event.listens_for(Practitioner, "after_update")
def _who_changes_her_name_is_found(_mapper: object, connection: Connection, person: Practitioner) -> None:
    if _changed(person, "given_name", "family_name"):
        _write_words(connection, PractitionerRole.practitioner_id == person.id)


@event.listens_for(Organization, "after_update")
def _a_place_is_found_by_its_name(_mapper: object, connection: Connection, place: Organization) -> None:
    if _changed(place, "name"):
        _write_words(connection, PractitionerRole.organization_id == place.id)
