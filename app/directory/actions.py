"""Filling the directory, and a practitioner's own switch."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Account, Invitation
from app.core.db import db
from app.directory.geo import cell_of
from app.directory.models import Commune, Organization, Practitioner, PractitionerRole, Profession
from app.directory.words import commune_name, searched


def import_communes(lines: Iterable[str]) -> int:
    """Load the Base officielle des codes postaux (`;`-separated, header line); returns how many communes.

    A commune stands there once per locality: the first line with a position wins.
    """
    seen: set[str] = set()
    for commune in _communes(csv.DictReader(lines, delimiter=";")):
        if commune.code not in seen:
            seen.add(commune.code)
            db.session.merge(commune)
    return len(seen)


def _communes(rows: Iterable[dict[str, str]]) -> Iterator[Commune]:
    for row in rows:
        if not row["coordonnees_gps"]:
            continue
        latitude, longitude = (float(part) for part in row["coordonnees_gps"].split(","))
        name = commune_name(row["Nom_commune"])
        yield Commune(
            code=row["Code_commune_INSEE"],
            name=name,
            postal_code=row["Code_postal"],
            search_name=searched(name),
            latitude=latitude,
            longitude=longitude,
        )


def organization(name: str, *, kind: str, commune_code: str, phone: str) -> Organization | None:
    """The organization of that name, made when there is none; None when it would stand in no known commune."""
    known = db.session.scalar(select(Organization).where(Organization.name == name).order_by(Organization.id).limit(1))
    if known is not None or db.session.get(Commune, commune_code) is None:
        return known
    made = Organization(name=name, kind=kind, phone=phone, address="", commune_code=commune_code)
    db.session.add(made)
    db.session.flush()
    return made


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
    """Say that this establishment is asked for `kind`; whoever works there as one who answers may answer."""
    place = organization.commune or db.session.get_one(Commune, organization.commune_code)
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


def replace(role: PractitionerRole, replacement: PractitionerRole | None, until: datetime | None) -> None:
    """While she is away, what comes to `role` first goes to `replacement`; none: she is back."""
    role.replacement_id = replacement.id if replacement else None
    role.replaced_until = until if replacement else None


def accept_requests(role: PractitionerRole, welcome: bool) -> None:
    """One tap: new requests are welcome, or not for now."""
    role.accepting = welcome


def take_place(invitation: Invitation) -> None:
    """Who was invited as a person of the directory is she from now on; unless somebody else came first."""
    if invitation.practitioner_id is None:
        return
    statement = (
        select(Practitioner).where(Practitioner.id == invitation.practitioner_id).with_for_update(of=Practitioner)
    )
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
