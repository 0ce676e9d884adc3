"""Who may find and open whom; and finding a patient again, within that."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import REQUESTERS, Account, Role
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.patients.actions import all_hashed
from app.patients.likeness import likely_keys, likeness
from app.patients.models import CareTeamMember, Patient, PatientSearchKey, Relation
from app.patients.names import LETTERS, all_names, fits
from app.patients.rules import Traits
from app.patients.searching import Sought, read_search

SHOWN = 20
"""How many people a list can be read for; of more, letters are asked for."""
COMPARED = 300
"""How many names are opened to compare more than their first letters, before another word is asked for."""


def openable_by(account: Account, now: datetime) -> Select[UUID]:
    """The ids of those whom this person may find and open: by a relation of the organizations where she asks for care,
    or of her own as a practitioner. The whole house asks here.

    At a shared tablet the ward's relations count and her own do not, as it is with her roles.
    """
    held = [Relation.organization_id.in_(account.organizations(*REQUESTERS))]
    if account.organizations(Role.PRACTITIONER):
        she = select(Practitioner.id).where(Practitioner.account_id == account.id)
        held.append(Relation.practitioner_id.in_(she))
    return select(Relation.patient_id).where(or_(*held), _lasts(now))


def _lasts(now: datetime) -> ColumnElement[bool]:
    return or_(Relation.until.is_(None), Relation.until > now)


def may_open(account: Account, patient_id: UUID, now: datetime) -> bool:
    return db.session.scalar(openable_by(account, now).where(Relation.patient_id == patient_id).limit(1)) is not None


def for_account(patient_id: UUID, account: Account, now: datetime) -> Patient | None:
    """The patient, if this person may open her; by the id of a record that was absorbed, too."""
    found = db.session.get(Patient, patient_id)
    if found and found.merged_into_id:
        found = db.session.get(Patient, found.merged_into_id)
    return found if found and may_open(account, found.id, now) else None


def known_to(organization_ids: Collection[UUID]) -> Select[UUID]:
    """The ids of those with whom these organizations have, or had, a relation."""
    return select(Relation.patient_id).where(Relation.organization_id.in_(organization_ids))


def holders_among(patient_id: UUID, organization_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Which of these organizations have a relation with this person."""
    here = Relation.patient_id == patient_id, Relation.organization_id.in_(organization_ids)
    held = db.session.scalars(select(Relation.organization_id).where(*here, _lasts(now)))
    return {each for each in held if each}


@dataclass(frozen=True)
class Found:
    """Who was found, at most SHOWN; `too_many`: that there are more, and nobody is shown before more was typed."""

    sought: Sought
    people: Sequence[Patient] = ()
    too_many: bool = False


def search(text: str, scope: Select[UUID], today: date) -> Found:
    """Those of `scope` (ids) who fit what was typed. Raises `NotYet` for what nobody can be looked for with.

    Names are sealed: the index finds whose names begin so, and only what goes beyond it is compared in clear.
    """
    sought = read_search(text, today)
    ids = find(sought.keys, scope)
    if len(ids) > SHOWN:
        if not is_told_apart(sought) or len(ids) > COMPARED:
            return Found(sought, too_many=True)
        ids = named(ids, sought.words)
    if len(ids) > SHOWN:
        return Found(sought, too_many=True)
    people = [person for person in load(ids) if sought.fits(person.traits)]
    known = load({person.merged_into_id or person.id for person in people})
    return Found(sought, sorted(known, key=lambda person: (person.born != sought.born, person.name)))


def is_told_apart(sought: Sought) -> bool:
    """Was more typed than the index was asked for?"""
    return bool(sought.words) and (not sought.by_letters or any(len(word) > LETTERS for word in sought.words))


def find(keys: Iterable[Iterable[str]], scope: Select[UUID] | None) -> Sequence[UUID]:
    """The ids of the records that have a key of each list, of people within `scope`; none: of everybody."""
    having = [
        Patient.id.in_(select(PatientSearchKey.patient_id).where(PatientSearchKey.key.in_(all_hashed(each))))
        for each in keys
    ]
    who = func.coalesce(Patient.merged_into_id, Patient.id)
    within = () if scope is None else (is_in(scope, who),)
    return db.session.scalars(select(Patient.id).where(*having, *within)).all()


def is_in(scope: Select[UUID], who: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Asked of each one who was found: a house may know as many people as a town has."""
    column = scope.selected_columns[0]
    return scope.where(column == who).correlate(Patient).exists()


def named(ids: Sequence[UUID], words: Sequence[str]) -> list[UUID]:
    """Those of them whose names fit. Only the names are opened, for each sealed column takes its time."""
    names = Patient.birth_name, Patient.given_names, Patient.name_used, Patient.given_name_used
    rows = db.session.execute(select(Patient.id, *names).where(Patient.id.in_(ids)))
    return [row[0] for row in rows if fits(words, all_names(*row[1:]))]


def load(ids: Collection[UUID]) -> Sequence[Patient]:
    wanted = select(Patient).where(Patient.id.in_(ids))
    return db.session.scalars(wanted.options(selectinload(Patient.telecoms))).all()


def likely_same(traits: Traits, scope: Select[UUID] | None = None) -> list[tuple[Patient, tuple[str, ...]]]:
    """Who may be this person already, each with why (`words.LIKENESS`).

    `scope`: of whom one may be told; none: of everybody, which is for the house alone.
    """
    records = load(find([sorted(likely_keys(traits))], scope))
    alike = {record.merged_into_id or record.id: why for record in records if (why := likeness(traits, record.traits))}
    return [(person, alike[person.id]) for person in sorted(load(alike), key=lambda person: person.id)]


def born_on(days: Iterable[date]) -> Select[UUID]:
    """The ids of those who were born on one of these days."""
    keys = [f"born {day.isoformat()}" for day in days]
    return select(PatientSearchKey.patient_id).where(PatientSearchKey.key.in_(all_hashed(keys)))


def usual_practitioners(patient_ids: Collection[UUID]) -> dict[tuple[UUID, str], Practitioner]:
    """By patient and profession, be it somebody who can sign in or not; each with where she works."""
    team = select(CareTeamMember.patient_id, CareTeamMember.profession, Practitioner).join(
        CareTeamMember, CareTeamMember.practitioner_id == Practitioner.id
    )
    where = joinedload(Practitioner.role).lazyload(PractitionerRole.organization)
    rows = db.session.execute(team.where(CareTeamMember.patient_id.in_(patient_ids)).options(where))
    return {(patient_id, profession): person for patient_id, profession, person in rows}


def usual_practitioner(patient_id: UUID, profession: str) -> Practitioner | None:
    """The patient's usual professional of that kind, be it one who can sign in or not."""
    return usual_practitioners([patient_id]).get((patient_id, profession))
