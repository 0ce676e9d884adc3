"""Filling the directory from public files. Run again with a newer file, it mends what changed and adds what is new."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import db
from app.directory.actions import add_role
from app.directory.annuaire import Activity, read_activities
from app.directory.models import Practitioner, PractitionerRole
from app.directory.words import PROFESSIONS
from app.language.phones import WrongNumber, read_number
from app.organizations.geo import cell_of
from app.organizations.models import Commune, Locality, Organization, town_of

AT_ONCE = 1000
"""Rows kept in memory before they are handed to the database."""


@dataclass
class Imported:
    """How many people were written, how many stand in no commune of which Relais knows the position, and how many have
    a telephone number that cannot be: it is left out."""

    written: int = 0
    nowhere: int = 0
    wrong_numbers: int = 0


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
        if commune is None or commune.latitude is None or commune.longitude is None:
            result.nowhere += 1
        elif commune.code.startswith(department):
            seen.add(activity.rpps)
            _write(activity, commune, (commune.latitude, commune.longitude))
            result.written += 1
            result.wrong_numbers += bool(activity.phone and not telephone(activity.phone))
            if result.written % AT_ONCE == 0:
                db.session.flush()
                db.session.expunge_all()
    return result


class Communes:
    """By INSEE code, former ones included, and by the postal codes that only one commune has."""

    def __init__(self) -> None:
        self._by_code = {commune.code: commune for commune in db.session.scalars(select(Commune))}
        former = select(Locality.former_code, Locality.commune_code).where(Locality.former_code != "")
        for code, today in db.session.execute(former):
            if code != today:
                self._by_code[code] = self._by_code[today]
        self._by_postal_code: dict[str, Commune | None] = {}
        known = select(Locality.postal_code, Locality.commune_code).where(Locality.postal_code != "").distinct()
        for postal_code, code in db.session.execute(known):
            shared = postal_code in self._by_postal_code
            self._by_postal_code[postal_code] = None if shared else self._by_code[code]

    def of(self, activity: Activity) -> Commune | None:
        return self._by_code.get(activity.commune_code) or self._by_postal_code.get(activity.postal_code)


def _write(activity: Activity, commune: Commune, position: tuple[float, float]) -> None:
    person = db.session.scalar(select(Practitioner).where(Practitioner.rpps == activity.rpps))
    if person is None:
        person = Practitioner(rpps=activity.rpps, account_id=None)
        db.session.add(person)
    person.family_name, person.given_name = activity.family_name, activity.given_name
    person.profession, person.phone = activity.profession, telephone(activity.phone)
    practice = _practice(activity, commune)
    role = db.session.scalar(select(PractitionerRole).where(PractitionerRole.practitioner_id == person.id))
    if role is None:
        add_role(person, practice, *position)
    elif role.organization_id != practice.id:
        role.organization, role.profession = practice, activity.profession
        role.latitude, role.longitude = position
        role.cell = cell_of(*position)


def _practice(activity: Activity, commune: Commune) -> Organization:
    identifier = activity.site or f"RPPS-{activity.rpps}"
    practice = db.session.scalar(select(Organization).where(Organization.identifier == identifier))
    if practice is None:
        practice = Organization(identifier=identifier, kind="practice")
        db.session.add(practice)
    alone = f"{activity.given_name} {activity.family_name}, {PROFESSIONS[activity.profession][0]}"
    practice.name = activity.practice.title() or alone
    practice.phone = telephone(activity.phone)
    practice.postal_code = activity.postal_code or None
    practice.address = f"{activity.street}, {town_of(commune, activity.postal_code)}".lstrip(", ")
    practice.commune_code = commune.code
    db.session.flush()
    return practice


def telephone(written: str) -> str:
    """In E.164, or nothing: half a number is worse than none."""
    try:
        return read_number(written)
    except WrongNumber:
        return ""
