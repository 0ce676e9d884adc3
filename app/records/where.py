"""Where a person is and what befell her, as its pages show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from app.accounts.models import REQUESTERS, Account, Role
from app.core.htmx import Page
from app.core.ways import way
from app.language.phrases import gettext as _
from app.language.words import date_of, date_words
from app.life.seen import WhereNow
from app.organizations.models import Organization
from app.organizations.queries import organizations
from app.patients.models import Patient
from app.records.forms import DeathForm, ExitForm, MoveForm
from app.stays import queries as stays
from app.stays.models import ExpectedExit, LifeEvent, Stay
from app.stays.rules import ESTABLISHMENTS, may_undo
from app.stays.words import died_words, exit_words, moved_words, place_words, stay_words

UNKNOWN = "unknown"
"""Instead of the id of a ward: nobody knows where she is."""


@dataclass(frozen=True)
class Where:
    """Where she is, in words, and what the reader may say of it.

    `here`: the establishments for which the reader asks where she could be in hospital from today on, and is not.
    `prepares`: may the reader ask for what is needed at home? `undoable`: may a death that was said by mistake be taken
    back? `known`: that she is in hospital, for what is seen of her first.
    """

    died: str
    said_by: str
    undoable: bool
    stay_id: UUID | None
    moved: str
    here: list[Organization]
    prepares: bool
    known: WhereNow

    @classmethod
    def of(cls, patient: Patient, account: Account, now: datetime) -> Self:
        known = stays.whereabouts(patient.id)
        places = [] if known.death else establishments_of(account)
        return cls(
            died=died_words(known.death.on if known.death else None, patient.sex),
            said_by=_said_by(known.death) if known.death else "",
            undoable=known.death is not None and may_undo(known.death.at, now),
            stay_id=known.stay.id if known.stay else None,
            moved=moved_words(known.moved) if known.moved else "",
            here=[] if any(is_in(known.stay, each) for each in places) else places,
            prepares=bool(places),
            known=_seen(known.stay, patient) if known.stay else WhereNow(),
        )


def _seen(stay: Stay, patient: Patient) -> WhereNow:
    leaves_on = stay.expected[-1].on if stay.expected else None
    said = way("stay", patient_id=patient.id)
    return WhereNow(stay_words(stay, patient.sex), exit_words(stay), leaves_on, said)


def establishments_of(account: Account) -> list[Organization]:
    """Those for which this person asks."""
    places = organizations(dict.fromkeys(account.organizations(*REQUESTERS)))  # Once each, whatever her roles there.
    return [each for each in places if each.kind in ESTABLISHMENTS]


def says_exit(stay: Stay, account: Account) -> bool:
    """The day of leaving is the ward's to say, its house's, or a case manager's, who prepares it with them (MISSION
    D16); anybody's who may open her where Relais does not know the ward."""
    if stay.organization is None or Role.CASE_MANAGER in account.roles:
        return True
    mine = account.organizations(*REQUESTERS)
    return stay.organization_id in mine or stay.organization.parent_id in mine


def _said_by(event: LifeEvent) -> str:
    return _("Écrit par %(name)s le %(date)s.", name=event.said_by.name, date=date_of(event.at))


@dataclass(frozen=True)
class StayPage(Page):
    """Where she is: the day of leaving, coming home and another ward while she is in hospital; otherwise in which ward
    she is from now on. `found`: whom the letters `typed` mean; `former`: the days that were said, the latest first."""

    template = "records/stay.html"
    fragment = "records/_wards.html"

    patient_id: UUID
    name: str
    woman: bool
    where: Where
    form: ExitForm
    may_say_exit: bool
    former: list[tuple[str, str, str]]
    typed: str
    found: list[tuple[UUID, str, str]]

    @classmethod
    def about(cls, patient: Patient, account: Account, form: ExitForm, typed: str, now: datetime) -> Self:
        running, where = stays.running(patient.id), Where.of(patient, account, now)
        named = {each.id for each in where.here}
        return cls(
            patient_id=patient.id,
            name=patient.name,
            woman=patient.sex != "M",
            where=where,
            form=form,
            may_say_exit=running is not None and says_exit(running, account),
            former=[exit_said(each) for each in reversed(running.expected)] if running else [],
            typed=typed,
            found=[
                ward_line(each)
                for each in stays.establishments(typed)
                if each.id not in named and not is_in(running, each)
            ],
        )


def is_in(stay: Stay | None, ward: Organization) -> bool:
    return stay is not None and stay.organization_id == ward.id


def exit_said(each: ExpectedExit) -> tuple[str, str, str]:
    """The day, why it changed, and who said so when."""
    return date_words(each.on, "EEEE d MMMM"), each.why, f"{each.said_by.name}, {date_of(each.at)}"


def ward_line(ward: Organization) -> tuple[UUID, str, str]:
    return ward.id, ward.name, ", ".join(filter(None, (ward.parent.name if ward.parent else "", ward.commune.name)))


@dataclass(frozen=True)
class ElsewherePage(Page):
    """She is said to be in another ward: somebody who reads it decides."""

    template = "records/elsewhere.html"

    patient_id: UUID
    name: str
    woman: bool
    there: str
    stay_id: UUID
    ward: str
    here: str

    @classmethod
    def about(cls, patient: Patient, running: Stay, ward: Organization | None) -> Self:
        there = stay_words(running, patient.sex)
        woman, here = patient.sex != "M", place_words(ward) or _("ailleurs, on ne sait pas où")
        return cls(patient.id, patient.name, woman, there, running.id, str(ward.id) if ward else UNKNOWN, here)


@dataclass(frozen=True)
class DeathPage(Page):
    """What saying it does, before it is said."""

    template = "records/death.html"

    patient_id: UUID
    name: str
    form: DeathForm

    @classmethod
    def about(cls, patient: Patient, form: DeathForm) -> Self:
        return cls(patient.id, patient.name, form)


@dataclass(frozen=True)
class MovePage(Page):
    template = "records/move.html"

    patient_id: UUID
    name: str
    form: MoveForm

    @classmethod
    def about(cls, patient: Patient, form: MoveForm) -> Self:
        return cls(patient.id, patient.name, form)
