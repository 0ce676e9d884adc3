"""Who may find and open whom; and finding a patient again, within that."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql.base import ExecutableOption

from app import clock
from app.accounts.models import REQUESTERS, Account, Role
from app.core.db import db
from app.core.events import provider
from app.directory.models import Practitioner
from app.identity.ins import InsKind
from app.identity.likeness import likely_keys, likeness
from app.identity.names import LETTERS, all_names, fits, same_person
from app.identity.rules import Traits, same_strict_traits
from app.identity.searching import Sought, name_keys, read_search
from app.language.dates import PartialDate
from app.patients.actions import all_hashed
from app.patients.models import Correction, IdentityCheck, Patient, PatientSearchKey, Relation

SHOWN = 20
"""How many people a list can be read for; of more, letters are asked for."""
COMPARED = 300
"""How many names are opened to compare more than their first letters, before another word is asked for."""


@provider
def is_objected_to(account: Account) -> ColumnElement[bool]:
    """Within a statement about `Relation`: does its person refuse that this account opens her by it?"""
    return false()


def openable_by(account: Account, now: datetime) -> Select[UUID]:
    """The ids of those whom this person may find and open: by a relation of the organizations where she asks for care,
    or of her own as a practitioner. The whole house asks here.

    At a shared tablet the ward's relations count and her own do not, as it is with her roles. What the person refuses
    stands above all of them.
    """
    held = [Relation.organization_id.in_(account.organizations(*REQUESTERS))]
    if account.organizations(Role.PRACTITIONER):
        she = select(Practitioner.id).where(Practitioner.account_id == account.id)
        held.append(Relation.practitioner_id.in_(she))
    return select(Relation.patient_id).where(or_(*held), _lasts(now), ~is_objected_to(account))


def _lasts(now: datetime) -> ColumnElement[bool]:
    return or_(Relation.until.is_(None), Relation.until > now)


def may_open(account: Account, patient_id: UUID, now: datetime) -> bool:
    return db.session.scalar(openable_by(account, now).where(Relation.patient_id == patient_id).limit(1)) is not None


def may_listen_to_patient(account: Account, patient_id: UUID) -> bool:
    return may_open(account, patient_id, clock.now())


def for_account(patient_id: UUID, account: Account, now: datetime, *options: ORMOption) -> Patient | None:
    """The patient, if this person may open her; by the id of a record that was absorbed, too. `options`: what to load
    with her."""
    found = db.session.get(Patient, patient_id, options=options)
    if found and found.merged_into_id:
        found = db.session.get(Patient, found.merged_into_id, options=options)
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
        if not is_told_apart(sought) or (len(ids) > COMPARED and not sought.is_whole):
            return Found(sought, too_many=True)
        ids = named(ids, sought.words)
    if len(ids) > SHOWN and not sought.is_whole:
        return Found(sought, too_many=True)
    known = survivors([person for person in load(ids) if sought.fits(person.names, person.born)])
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


def load(ids: Collection[UUID], *options: ExecutableOption) -> Sequence[Patient]:
    return db.session.scalars(select(Patient).where(Patient.id.in_(ids)).options(*options)).all() if ids else ()


def survivors(records: Sequence[Patient]) -> Sequence[Patient]:
    """Each person once: instead of a record that was absorbed, the one that was kept."""
    gone = {record.merged_into_id for record in records} - {None}
    alone = [record for record in records if record.merged_into_id is None and record.id not in gone]
    return [*alone, *load([each for each in gone if each])]


def likely_same(traits: Traits, scope: Select[UUID] | None = None) -> list[tuple[Patient, tuple[str, ...]]]:
    """Who may be this person already, each with why (`words.LIKENESS`).

    `scope`: of whom one may be told; none: of everybody, which is for the house alone.
    """
    records = load(find([sorted(likely_keys(traits))], scope), selectinload(Patient.telecoms))
    alike = {record.merged_into_id or record.id: why for record in records if (why := likeness(traits, record.traits))}
    return [(person, alike[person.id]) for person in sorted(load(alike), key=lambda person: person.id)]


def last_check(patient_id: UUID) -> IdentityCheck | None:
    checks = select(IdentityCheck).where(IdentityCheck.patient_id == patient_id).order_by(IdentityCheck.id.desc())
    return db.session.scalar(checks.limit(1))


def has_namesake(patient: Patient, scope: Select[UUID]) -> bool:
    """Is there another person of `scope` with this birth name and first given name, born whenever?"""
    own = patient.birth_name, patient.given_names
    ids = find([sorted(name_keys(patient.traits))], scope) if patient.given_names else ()
    others = [each for each in ids if each != patient.id]
    names = select(Patient.birth_name, Patient.given_names, Patient.merged_into_id).where(Patient.id.in_(others))
    rows = db.session.execute(names).all() if others else ()
    return any(into is None and same_person((family, given), own) for family, given, into in rows)


def born_on(days: Iterable[date]) -> Select[UUID]:
    """The ids of those who were born on one of these days."""
    keys = [f"born {day.isoformat()}" for day in days]
    return select(PatientSearchKey.patient_id).where(PatientSearchKey.key.in_(all_hashed(keys)))


def by_whole_identity(traits: Traits) -> Sequence[Patient]:
    """Whoever has these five strict traits, of the whole instance. All who were born that day are compared, whatever
    the name: how long it takes tells nothing of it."""
    day = traits.birth_date.whole
    born = load(db.session.scalars(born_on([day])).all()) if day else ()
    return [person for person in born if person.merged_into_id is None and same_strict_traits(person.traits, traits)]


def by_matricule(matricule: str, kind: InsKind, born: PartialDate) -> Sequence[Patient]:
    """Whoever has this national number, of the whole instance, and was born then: a number alone may be mistyped."""
    found = survivors(load(find([[f"ins {matricule}"]], None)))
    return [each for each in found if (each.ins, each.ins_kind, each.born) == (matricule, kind, born)]


def relations_of(patient_id: UUID, now: datetime) -> Sequence[Relation]:
    """Who may find and open this person today, and why, the oldest first."""
    held = select(Relation).where(Relation.patient_id == patient_id, _lasts(now)).order_by(Relation.since, Relation.id)
    who = (
        joinedload(Relation.organization),
        joinedload(Relation.practitioner),
        joinedload(Relation.recorded_by).lazyload(Account.memberships),
    )
    return db.session.scalars(held.options(*who)).all()


_BY = joinedload(Correction.by).lazyload(Account.memberships)


def corrections_of(patient_id: UUID, limit: int = 20) -> Sequence[Correction]:
    """The latest first."""
    mine = select(Correction).where(Correction.patient_id == patient_id).options(_BY)
    return db.session.scalars(mine.order_by(Correction.at.desc(), Correction.id.desc()).limit(limit)).all()
