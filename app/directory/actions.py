"""Filling the directory, and a practitioner's own switch."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

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
        can_sign_in=True,
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


def unlink(account_id: UUID, _now: datetime) -> None:
    """The person closes her account: she stays in the directory, and is asked nothing any more."""
    person = db.session.scalar(select(Practitioner).where(Practitioner.account_id == account_id))
    if person is not None:
        person.account_id = None


def say_skills(role: PractitionerRole, skills: Iterable[str]) -> None:
    """What she does and speaks, as she says it herself (slugs of `words.SKILLS`)."""
    role.skills = sorted(set(skills))
