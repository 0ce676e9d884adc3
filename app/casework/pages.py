"""What each page of this room shows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from app import clock
from app.accounts.models import Account
from app.casework.forms import FolderClosingForm, FolderReviewForm, InformForm, NewFolderForm
from app.core.db import db
from app.core.htmx import Page
from app.core.ways import way
from app.directory.by_name import NamedSo
from app.directory.models import Profession
from app.directory.words import PROFESSIONS
from app.folders import queries, team
from app.folders.models import Folder, FolderMember, FolderStep
from app.folders.pages import what_of
from app.folders.rules import COORDINATED, FolderPart, FolderState, MemberState, may_be_proposed
from app.folders.words import (
    ENDING_WORDS,
    INFORMED,
    LEVEL_HINTS,
    LEVEL_WORDS,
    MEMBER_WORDS,
    MOMENTS_OF_COORDINATION,
    STATE_WORDS,
    STEPS,
)
from app.language.phrases import gettext as _
from app.language.words import date_of, date_words
from app.patients import queries as patients
from app.patients.models import Patient, Relation
from app.patients.words import Banner, banner
from app.relatives.deciding import deciders
from app.relatives.queries import protections_of


@dataclass(frozen=True)
class TeamLine:
    """One of the team. `told`: what she answered, and who wrote it down. `can_come`: can somebody of it sign in?"""

    id: UUID
    name: str
    what: str
    phone: str
    initials: str
    state: str
    told: str
    leads: bool
    asked_to_lead: bool
    mine: bool
    can_lead: bool
    can_come: bool


@dataclass(frozen=True)
class FolderMoment:
    """A step of a folder, as `timeline` draws it: `kind` names its sign."""

    label: str
    at: datetime
    author: str
    detail: str
    kind: str


_SIGNS = {
    "begin": "draft",
    "open": "started",
    "resume": "started",
    "close": "done",
    "object": "cancelled",
    "accepted": "accepted",
    "leads": "accepted",
    "declined": "refusal",
    "asked": "wave",
    "asked-to-lead": "wave",
    "propose": "searching",
    "to-review": "unanswered",
}


def team_line(member: FolderMember, mine: FolderMember | None, can_come: bool) -> TeamLine:
    return TeamLine(
        id=member.id,
        name=member.name,
        what=what_of(member),
        phone=member.phone,
        initials=member.initials,
        state=member.state.value,
        told=str(MEMBER_WORDS[member.state]),
        leads=member.is_referent,
        asked_to_lead=member.asked_to_lead_at is not None,
        mine=member is mine,
        can_lead=not member.is_referent and can_come and team.may_lead(member),
        can_come=can_come,
    )


def life_line(step: FolderStep) -> FolderMoment:
    said = " · ".join(filter(None, (step.about, step.reason)))
    author = step.author.name if step.author and step.author.name != step.about else ""
    return FolderMoment(str(STEPS.get(step.kind, step.kind)), step.at, author, said, _SIGNS.get(step.kind, "note"))


@dataclass(frozen=True)
class FolderPage(Page):
    """Who coordinates, with whom, why, at which level, and when it is looked at again.

    `known`: may the reader open the person? Else she is asked without a name. `reads`: why and the level are hers to
    read. `changes`: it is hers to move. `missing`: what a draft still lacks, in order: informed, agreed, lead, team.
    `late`: the date of the review has passed. `mine`: her seat, if she has one.
    """

    template = "casework/folder.html"
    fragment = "casework/_folder.html"

    folder_id: UUID
    patient_id: UUID
    banner: Banner | None
    place: str
    state: str
    state_words: str
    part: str
    reads: bool
    changes: bool
    moment: str
    why: str
    level: int
    level_words: str
    level_hint: str
    review_on: date
    late: bool
    coordinated: bool
    running: bool
    informed: str
    agreed: bool
    referent: TeamLine | None
    team: list[TeamLine]
    mine: TeamLine | None
    missing: list[str]
    life: list[FolderMoment]
    opened_by: str
    ending: str
    relay: str
    inform_form: InformForm
    deciders: list[tuple[str, str]]
    live_topics: list[str]

    @classmethod
    def about(
        cls, folder: Folder, part: FolderPart, account: Account, now: datetime, inform_form: InformForm | None = None
    ) -> Self:
        seat = queries.seat_of(folder, account)
        reads = part in queries.READS
        known = part is not FolderPart.ASKED or patients.may_open(account, folder.patient_id, now)
        come = team.accounts_by_member(folder, folder.team)
        lines = [team_line(each, seat, bool(come[each.id])) for each in folder.team]
        patient = folder.patient
        return cls(
            folder_id=folder.id,
            patient_id=folder.patient_id,
            banner=banner(patient, now) if known else None,
            place=patient.commune.name,
            state=folder.state.value,
            state_words=str(STATE_WORDS[folder.state]),
            part=part.value,
            reads=reads and folder.state is not FolderState.OBJECTED,
            changes=folder.is_running and queries.changes(folder, part),
            moment=str(MOMENTS_OF_COORDINATION[folder.moment]),
            why=folder.why,
            level=folder.level,
            level_words=str(LEVEL_WORDS[folder.level]),
            level_hint=str(LEVEL_HINTS[folder.level]),
            review_on=folder.review_on,
            late=folder.asked_at is not None,
            coordinated=folder.state in COORDINATED,
            running=folder.is_running,
            informed=informed_words(folder),
            agreed=folder.agreed_at is not None,
            referent=next((each for each in lines if each.leads), None),
            team=lines,
            mine=next((each for each in lines if each.mine), None),
            missing=missing_of(folder),
            life=[life_line(each) for each in queries.steps_of(folder.id)] if reads else [],
            opened_by=folder.organization.name,
            ending=str(ENDING_WORDS[folder.ending]) if folder.ending else "",
            relay=folder.relay or "",
            inform_form=inform_form or InformForm(formdata=None),
            deciders=deciders(protections_of(folder.patient_id)) if folder.agreed_at is None else [],
            live_topics=[f"folder-{folder.id}"],
        )


def missing_of(folder: Folder) -> list[str]:
    """What a draft lacks before its team is asked."""
    if folder.state is not FolderState.DRAFT:
        return []
    lacks = (
        ("informed", folder.informed_at is None),
        ("agreed", folder.agreed_at is None),
        ("lead", folder.referent is None),
        ("team", not may_be_proposed(folder.seats) and folder.referent is not None),
    )
    return [what for what, misses in lacks if misses]


def informed_words(folder: Folder) -> str:
    """`Informée de vive voix le 28 novembre 2026, par Nadia Benali`; empty when she was not."""
    if folder.informed_at is None:
        return ""
    how, on = INFORMED[folder.informed_how or "bedside"], date_of(folder.informed_at)
    by = folder.informed_by.name if folder.informed_by else ""
    return _("%(how)s, le %(on)s, par %(by)s", how=how, on=on, by=by)


@dataclass(frozen=True)
class GonePage(Page):
    """It is not the reader's to read, or not any more."""

    template = "casework/_gone.html"
    fragment = "casework/_gone.html"


@dataclass(frozen=True)
class NewFolderPage(Page):
    """`refused`: why none may be opened, in words."""

    template = "casework/new.html"

    patient_id: UUID
    banner: Banner
    form: NewFolderForm
    hints: dict[str, str]
    refused: str

    @classmethod
    def about(cls, patient: Patient, form: NewFolderForm, refused: str = "") -> Self:
        hints = {str(level): str(words) for level, words in LEVEL_HINTS.items()}
        return cls(patient.id, banner(patient, clock.now()), form, hints, refused)


@dataclass(frozen=True)
class TakenPage(Page):
    """Somebody else's is under way, and not the reader's to read: whom to call."""

    template = "casework/taken.html"

    patient_id: UUID
    banner: Banner
    place: str
    phone: str

    @classmethod
    def about(cls, patient: Patient, folder: Folder) -> Self:
        where = folder.organization
        return cls(patient.id, banner(patient, clock.now()), where.name, where.phone)


@dataclass(frozen=True)
class Offered:
    """Somebody whom one tap names. `field`, `value`: as the form sends it."""

    field: str
    value: UUID
    name: str
    what: str
    initials: str


SOUGHT = (
    *(Profession.DOCTOR, Profession.NURSE, Profession.PHYSIOTHERAPIST, Profession.PHARMACIST, Profession.MIDWIFE),
    *(Profession.DAC, Profession.SOCIAL_WORK, Profession.HOME_NURSING, Profession.HOME_HELP),
)
"""Of whom a team is made, as they are looked for by name."""


@dataclass(frozen=True)
class TeamPage(Page):
    """Who could be in the team: those who usually care for her, those nearby who accompany, or somebody by name."""

    template = "casework/team.html"
    fragment = "casework/_found.html"

    folder_id: UUID
    banner: Banner
    offered: list[Offered]
    sought: Profession | None
    professions: dict[Profession, str]
    typed: str
    found: NamedSo
    asks: bool

    @classmethod
    def about(
        cls, folder: Folder, offered: list[Offered], sought: Profession | None, typed: str, found: NamedSo
    ) -> Self:
        return cls(
            folder_id=folder.id,
            banner=banner(folder.patient, clock.now()),
            offered=offered,
            sought=sought,
            professions={each: str(PROFESSIONS[each][0]).capitalize() for each in SOUGHT},
            typed=typed,
            found=found,
            asks=folder.state is not FolderState.DRAFT,
        )


@dataclass(frozen=True)
class FolderReviewPage(Page):
    template = "casework/review.html"

    folder_id: UUID
    banner: Banner
    form: FolderReviewForm
    hints: dict[str, str]
    too_late: bool

    @classmethod
    def about(cls, folder: Folder, form: FolderReviewForm, *, too_late: bool = False) -> Self:
        hints = {str(level): str(words) for level, words in LEVEL_HINTS.items()}
        return cls(folder.id, banner(folder.patient, clock.now()), form, hints, too_late)


@dataclass(frozen=True)
class FolderClosingPage(Page):
    """`draft`: it was never opened, so nobody has to go on."""

    template = "casework/closing.html"

    folder_id: UUID
    banner: Banner
    form: FolderClosingForm
    draft: bool

    @classmethod
    def about(cls, folder: Folder, form: FolderClosingForm) -> Self:
        return cls(folder.id, banner(folder.patient, clock.now()), form, folder.state is FolderState.DRAFT)


@dataclass(frozen=True)
class FolderLine:
    """One folder in a list. `name`: of the person, for who may open her; the commune otherwise."""

    url: str
    name: str
    note: str
    late: bool = False


@dataclass(frozen=True)
class FoldersPage(Page):
    """`asked`: what awaits a yes or a no; `led`, `taken`: where she coordinates, where she takes part; `drafts`: what
    is being prepared where she works; `silent`: what a coordinator looks at, without a name."""

    template = "casework/folders.html"

    asked: list[FolderLine]
    led: list[FolderLine]
    taken: list[FolderLine]
    drafts: list[FolderLine]
    silent: list[tuple[str, str, str, str]]
    coordinates: bool

    @classmethod
    def of(cls, account: Account, territories: Collection[UUID], now: datetime) -> Self:
        seats = queries.seats_of(account)
        names = _names_among({each.folder.patient_id: each.folder.patient for each in seats}, account, now)
        answers = [each for each in seats if each.state is MemberState.ASKED or each.asked_to_lead_at]
        there = [each for each in seats if each not in answers and each.folder.patient_id in names]
        silent = queries.silent_in(territories, now) if territories else ()
        return cls(
            asked=[_line(each.folder, names, _("attend votre réponse")) for each in answers],
            led=[_line(each.folder, names) for each in there if each.is_referent],
            taken=[_line(each.folder, names) for each in there if not each.is_referent],
            drafts=[
                _line(each, {each.patient_id: each.patient.name}, _("en préparation"))
                for each in queries.drafts_of(account, now)
            ],
            silent=[_silence(each, now) for each in silent],
            coordinates=bool(territories),
        )


def _names_among(people: dict[UUID, Patient], account: Account, now: datetime) -> dict[UUID, str]:
    """Of those whom the reader may open."""
    if not people:
        return {}
    mine = patients.openable_by(account, now).where(Relation.patient_id.in_(people))
    return {patient_id: people[patient_id].name for patient_id in db.session.scalars(mine)}


def _line(folder: Folder, names: dict[UUID, str], note: str = "") -> FolderLine:
    name = names.get(folder.patient_id) or _("Une personne de %(place)s", place=folder.patient.commune.name)
    when = _("à revoir le %(on)s", on=date_words(folder.review_on, "d MMMM"))
    state = str(STATE_WORDS[folder.state]) if folder.state is FolderState.PAUSED else ""
    level = str(LEVEL_WORDS[folder.level]) if not note else ""
    words = " · ".join(filter(None, (note or when, level, state)))
    return FolderLine(way("folder", folder_id=folder.id), name, words, folder.asked_at is not None)


def _silence(folder: Folder, now: datetime) -> tuple[str, str, str, str]:
    """What is silent, since when, whom to ask and how to call there. Nothing of whom it is about."""
    lead = folder.referent
    if folder.state is FolderState.PROPOSED:
        what, since = _("L'équipe ne répond pas"), folder.changed_at
    elif lead is None or lead.state is not MemberState.ACCEPTED:
        what, since = _("Personne ne coordonne"), folder.changed_at
    else:
        what, since = _("Date de revue passée"), folder.asked_at or folder.changed_at
    who = lead.name if lead else folder.organization.name
    phone = lead.phone if lead else folder.organization.phone
    return what, date_of(since), who, phone
