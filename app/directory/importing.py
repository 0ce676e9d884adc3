"""Filling the directory from public files. Run again with a newer file, it mends what changed and adds what is new."""

from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers
from sqlalchemy import select

from app.core.db import db
from app.directory.actions import add_role
from app.directory.annuaire import Activity, read_activities
from app.directory.geo import cell_of
from app.directory.models import Commune, Organization, Practitioner, PractitionerRole, TerritoryCommune
from app.directory.words import PROFESSIONS

AT_ONCE = 1000
"""Rows kept in memory before they are handed to the database."""


@dataclass
class Imported:
    """How many people were written, and how many stand in no commune that Relais knows."""

    written: int = 0
    nowhere: int = 0


def import_practitioners(lines: Iterable[str], department: str = "") -> Imported:
    """Write everyone in private practice in `department` (all of France when empty), at the first place named.

    A position is the centre of the commune: the public file has no better one. Raises `WrongExtract`.
    """
    communes = Communes()
    result, seen = Imported(), set[str]()
    for activity in read_activities(lines):
        commune = communes.of(activity)
        if activity.rpps in seen:
            continue
        if commune is None:
            result.nowhere += 1
        elif commune.code.startswith(department):
            seen.add(activity.rpps)
            _write(activity, commune)
            result.written += 1
            if result.written % AT_ONCE == 0:
                db.session.flush()
                db.session.expunge_all()
    return result


class Communes:
    """By INSEE code, and by the postal codes that only one commune has."""

    def __init__(self) -> None:
        everywhere = db.session.scalars(select(Commune)).all()
        self._by_code = {commune.code: commune for commune in everywhere}
        self._by_postal_code: dict[str, Commune | None] = {}
        for commune in everywhere:
            shared = commune.postal_code in self._by_postal_code
            self._by_postal_code[commune.postal_code] = None if shared else commune

    def of(self, activity: Activity) -> Commune | None:
        return self._by_code.get(activity.commune_code) or self._by_postal_code.get(activity.postal_code)


def _write(activity: Activity, commune: Commune) -> None:
    person = db.session.scalar(select(Practitioner).where(Practitioner.rpps == activity.rpps))
    if person is None:
        person = Practitioner(rpps=activity.rpps, account_id=None)
        db.session.add(person)
    person.family_name, person.given_name = activity.family_name, activity.given_name
    person.profession, person.phone = activity.profession, telephone(activity.phone)
    practice = _practice(activity, commune)
    role = db.session.scalar(select(PractitionerRole).where(PractitionerRole.practitioner_id == person.id))
    if role is None:
        add_role(person, practice, commune.latitude, commune.longitude)
    elif role.organization_id != practice.id:
        role.organization, role.profession = practice, activity.profession
        role.latitude, role.longitude = commune.latitude, commune.longitude
        role.cell = cell_of(commune.latitude, commune.longitude)


def _practice(activity: Activity, commune: Commune) -> Organization:
    identifier = activity.site or f"RPPS-{activity.rpps}"
    practice = db.session.scalar(select(Organization).where(Organization.identifier == identifier))
    if practice is None:
        practice = Organization(identifier=identifier, kind="practice")
        db.session.add(practice)
    alone = f"{activity.given_name} {activity.family_name}, {PROFESSIONS[activity.profession][0]}"
    practice.name = activity.practice.title() or alone
    practice.phone = telephone(activity.phone)
    practice.address = f"{activity.street}, {commune.postal_code} {commune.name}".lstrip(", ")
    practice.commune_code = commune.code
    db.session.flush()
    return practice


def telephone(written: str) -> str:
    """In E.164, or nothing: half a number is worse than none."""
    try:
        number = phonenumbers.parse(written, "FR")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def set_territory(organization: Organization, department: str) -> int:
    """Make `organization` answer for every commune of the department that has no coordinator yet; returns how many."""
    taken = select(TerritoryCommune.commune_code)
    free = select(Commune.code).where(Commune.code.startswith(department), Commune.code.not_in(taken))
    codes = db.session.scalars(free).all()
    db.session.add_all(TerritoryCommune(organization_id=organization.id, commune_code=code) for code in codes)
    return len(codes)
