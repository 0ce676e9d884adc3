"""Filling the directory, and a practitioner's own switch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account, Role
from app.core.db import db
from app.directory.models import InvitedPractitioner, Practitioner, PractitionerRole, Profession
from app.membership import invitations
from app.membership.invitations import InvitationRenewed, Invitee, RoleTaken
from app.membership.models import Invitation
from app.organizations.geo import cell_of
from app.organizations.models import Commune, Organization


class Nowhere(Exception):
    """The commune has no position: nobody there could be found near a patient."""


def add_role(
    practitioner: Practitioner, organization: Organization, latitude: float, longitude: float
) -> PractitionerRole:
    """Say that `practitioner` works at `organization`, at this exact place."""
    role = PractitionerRole(
        practitioner=practitioner,
        organization=organization,
        profession=practitioner.profession,
        latitude=latitude,
        longitude=longitude,
        cell=cell_of(latitude, longitude),
        accepting=True,
    )
    db.session.add(role)
    return role


def add_service(organization: Organization, kind: Profession, skills: Iterable[str] = ()) -> PractitionerRole:
    """Say that this establishment is asked for `kind`; whoever works there as one who answers may answer.

    Raises `Nowhere` when nobody knows where its commune lies.
    """
    place = organization.commune or db.session.get_one(Commune, organization.commune_code)
    if place.latitude is None or place.longitude is None:
        raise Nowhere(place.name)
    role = PractitionerRole(
        organization=organization,
        profession=kind,
        latitude=place.latitude,
        longitude=place.longitude,
        cell=cell_of(place.latitude, place.longitude),
        accepting=True,
        skills=list(skills),
    )
    db.session.add(role)
    return role


@dataclass(frozen=True)
class ByHand:
    """Somebody who is not in the directory, as she was named on the telephone. `phone`: E.164."""

    given_name: str
    family_name: str
    profession: Profession
    phone: str


def add_by_hand(said: ByHand, near: Commune) -> PractitionerRole:
    """Whoever bears this name and has this number is she; else she is written down, at the centre of this commune. She
    has no account and is asked nothing: she is called. Raises `Nowhere`."""
    same = [getattr(Practitioner, name) == value for name, value in vars(said).items()]
    known = db.session.scalars(select(Practitioner).where(*same).order_by(Practitioner.id)).first()
    if known is not None and known.role:
        return known.role
    if near.latitude is None or near.longitude is None:
        raise Nowhere(near.name)
    person = Practitioner(**vars(said))
    place = Organization(name=person.name, kind="practice", phone=said.phone, address=near.name, commune=near)
    db.session.add_all([person, place])
    db.session.flush()
    return add_role(person, place, near.latitude, near.longitude)


def replace(role: PractitionerRole, replacement: PractitionerRole | None, until: datetime | None) -> None:
    """While she is away, what comes to `role` first goes to `replacement`; none: she is back."""
    role.replacement_id = replacement.id if replacement else None
    role.replaced_until = until if replacement else None


def accept_requests(role: PractitionerRole, welcome: bool) -> None:
    """One tap: new requests are welcome, or not for now."""
    role.accepting = welcome


def invite(practitioner: Practitioner, email: str, *, by: UUID | None, now: datetime) -> Invitation:
    """Propose her to answer requests at her practice; whoever takes it up is she."""
    person = Invitee(email, practitioner.given_name, practitioner.family_name)
    invitation = invitations.invite(person, practitioner.role.organization_id, Role.PRACTITIONER, by=by, now=now)
    # A former invitation may have been for somebody else of the directory: who is meant is said now.
    db.session.merge(InvitedPractitioner(invitation_id=invitation.id, practitioner_id=practitioner.id))
    return invitation


def invite_again(event: InvitationRenewed) -> None:
    """The same person of the directory, if it was one."""
    whose = db.session.get(InvitedPractitioner, event.former.id)
    if whose is not None:
        db.session.add(InvitedPractitioner(invitation_id=event.renewed.id, practitioner_id=whose.practitioner_id))


def take_place(event: RoleTaken) -> None:
    """Who was invited as a person of the directory is she from now on; unless somebody else came first."""
    invitation = event.invitation
    whose = db.session.get(InvitedPractitioner, invitation.id)
    if whose is None:
        return
    statement = select(Practitioner).where(Practitioner.id == whose.practitioner_id).with_for_update(of=Practitioner)
    person = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    former = db.session.get(Account, person.account_id) if person.account_id else None
    taken = former is not None and former.is_active and former.id != invitation.account_id
    another = select(Practitioner.id).where(Practitioner.account_id == invitation.account_id)
    if not taken and db.session.scalar(another) is None:
        person.account_id = invitation.account_id
        db.session.flush()


def say_skills(role: PractitionerRole, skills: Iterable[str]) -> None:
    """What she does and speaks, as she says it herself (slugs of `words.SKILLS`)."""
    role.skills = sorted(set(skills))
