"""What the patient reads behind the link: who comes, when, where, and whom to call."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Self

from flask import url_for

from app import clock
from app.agenda.pages import HerDay, her_days
from app.appointments import actions, queries
from app.appointments.models import Appointment, PatientSpace
from app.appointments.reminders import can_be_written_to, can_have_sms, way_to
from app.appointments.rules import asks_whether_came, moments_to_wish
from app.appointments.words import PART_WORDS, day_of, wished_words
from app.care_requests.models import State
from app.care_requests.rules import read_visits
from app.circles.queries import carers_of
from app.circles.words import Carer
from app.core.htmx import Page
from app.core.ways import public_address
from app.directory.models import PractitionerRole
from app.folders.pages import HerFolder, folder_for_her
from app.funding.pages import CostsOfHers
from app.language.phrases import gettext as _
from app.language.words import date_words, day, moment, sentence
from app.organizations.models import Organization
from app.passages import calendar
from app.passages.progress import how_far_it_came
from app.patient_space.readers import Look, readers_of
from app.plans.queries import plan_of_hers


@dataclass(frozen=True)
class Coming:
    """Somebody else who comes for the same event: who, when, and whom to call. Not for what."""

    name: str
    initials: str
    phone: str
    when: str


@dataclass(frozen=True)
class PatientPage(Page):
    """Who, when, where and whom to call. Not the care, not the profession, not the patient.

    `stage`: as `stage` says it; `practice`: where that is; `days`: of the visit, in words; `plan`: how often, in words;
    `progress`: how far it came. `to_wish`: by day, the moments she may tick, each with its value; `wished`: those she
    did, in words.
    """

    template = "patient_space/patient.html"

    token: str
    appointment: Appointment
    stage: str
    performer: PractitionerRole | None
    practice: str
    requester: Organization
    days: list[str]
    plan: str
    progress: str
    free: bool
    to_wish: list[tuple[str, list[tuple[str, str]]]]
    wished: str
    may_say_came: bool
    others: list[Coming]
    in_calendar: bool
    has_advice: bool
    too_late: bool


@dataclass(frozen=True)
class AdvicePage(Page):
    template = "patient_space/advice.html"

    token: str
    words: str


@dataclass(frozen=True)
class EndedPage(Page):
    """`requester`: who sent the link, if Relais still knows it."""

    template = "patient_space/ended.html"

    requester: Organization | None


@dataclass(frozen=True)
class ClosedPage(Page):
    """She died: whoever opens what was hers reads no more than whom to call, if that is known."""

    template = "patient_space/closed.html"

    requester: Organization | None


def patient_page_of(appointment: Appointment, token: str, now: datetime, *, too_late: bool) -> PatientPage:
    appointment = queries.going_on(appointment)
    care_request, others = appointment.request, queries.others_of(appointment)
    performer = care_request.performer
    return PatientPage(
        token=token,
        appointment=appointment,
        stage=stage(appointment),
        performer=performer,
        practice=performer.organization.full_address if performer else "",
        requester=care_request.organization,
        days=days(appointment.starts_at, now) if appointment.starts_at else [],
        plan=calendar.plan_in_words(read_visits(care_request.visits), care_request.review_on),
        progress=how_far_it_came(care_request, now),
        free=care_request.rulebook.after.free,
        to_wish=to_wish(now) if appointment.patient_answer == "declined" else [],
        wished=wished_words(appointment.wished, now),
        may_say_came=asks_whether_came(care_request.state, appointment.starts_at, now),
        others=[coming(one, who, now) for one in others if (who := one.request.performer)],
        in_calendar=appointment.last_starts_at is not None,
        has_advice=bool(queries.plain_words(appointment)),
        too_late=too_late,
    )


def to_wish(now: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (sentence(day_of(on, now)), [(str(each), str(PART_WORDS[each.part])) for each in moments])
        for on, moments in moments_to_wish(now, clock.PARIS)
    ]


def coming(appointment: Appointment, performer: PractitionerRole, now: datetime) -> Coming:
    at = appointment.starts_at
    when = moment(at, now) if at else _("vous appelle pour fixer l'heure")
    return Coming(performer.name, performer.initials, performer.phone, when)


def days(starts_at: datetime, now: datetime) -> list[str]:
    """`Demain,` then `mercredi 25 novembre`: a page may be read on another day than the one it was printed."""
    date, near = date_words(clock.paris(starts_at), "EEEE d MMMM"), day(starts_at, now)
    return [sentence(date)] if near == date else [_("%(day)s,", day=sentence(near)), date]


def stage(appointment: Appointment) -> str:
    """What there is to say: cancelled, suspended (she is in hospital), over, under-way, looking (for someone), waiting
    (for a time) or planned."""
    state = appointment.request.state
    if appointment.request.stay_id:
        return "suspended"
    ends = {State.CANCELLED: "cancelled", State.DONE: "over", State.STARTED: "under-way"}
    if state in ends:
        return ends[state]
    if appointment.request.performer is None:
        return "looking"
    return "planned" if appointment.starts_at else "waiting"


@dataclass(frozen=True)
class CodeWordsPage(Page):
    """The door of her space: two words. `said`: what was typed, when it was wrong."""

    template = "patient_space/code_words.html"

    token: str
    said: str = ""
    wrong: bool = False


@dataclass(frozen=True)
class ComingVisit:
    """One visit in her space. `days`: in words, none without an hour; `link`: its own page."""

    appointment: Appointment
    stage: str
    days: list[str]
    name: str
    initials: str
    phone: str
    link: str


@dataclass(frozen=True)
class SpacePage(Page):
    """Who comes, whom is looked for, who cares for her. `reminded`: by sms, by email, refused, or empty where nothing
    reaches her; `wrote`: the address that she mistyped; `agenda`: what her calendar subscribes to (`webcal:`)."""

    template = "patient_space/space.html"

    token: str
    key: str
    space: PatientSpace
    visits: list[ComingVisit]
    looked_for: int
    reminded: str
    can_sms: bool
    can_mail: bool
    wrote: str | None
    carers: list[Carer]
    requester: Organization | None
    agenda: str
    folder: HerFolder | None
    has_plan: bool

    @classmethod
    def of(cls, space: PatientSpace, token: str, key: str, now: datetime, wrote: str | None = None) -> Self:
        coming = queries.coming_to(space.person_id, now)
        kept = queries.links_of([each.id for each in coming])
        return cls(
            token=token,
            key=key,
            space=space,
            visits=[visit_of(each, kept.get(each.id), now) for each in coming],
            looked_for=queries.still_looked_for(space.person_id),
            reminded=(way_to(space.patient, space) or "") if space.reminders else "refused",
            can_sms=can_have_sms(space.patient),
            can_mail=can_be_written_to(),
            wrote=wrote,
            carers=carers_of(space.person_id),
            requester=queries.last_sender(space.person_id),
            agenda=agenda_address(space, token),
            folder=folder_for_her(space.person_id),
            has_plan=plan_of_hers(space.person_id) is not None,
        )


@dataclass(frozen=True)
class CostsPage(Page):
    template = "patient_space/costs.html"

    token: str
    key: str
    costs: list[CostsOfHers]


def visit_of(appointment: Appointment, kept: str | None, now: datetime) -> ComingVisit:
    performer = appointment.request.performer
    return ComingVisit(
        appointment=appointment,
        stage=stage(appointment),
        days=days(appointment.starts_at, now) if appointment.starts_at else [],
        name=performer.name if performer else "",
        initials=performer.initials if performer else "",
        phone=performer.phone if performer else "",
        link=url_for("patient_space.visit", token=actions.link_token_for(appointment.id, kept)),
    )


def agenda_address(space: PatientSpace, token: str) -> str:
    """What a calendar subscribes to."""
    address = public_address(url_for("patient_space.agenda", token=token, key=space.calendar_token))
    return f"webcal:{address.partition(':')[2]}"


@dataclass(frozen=True)
class ReadersPage(Page):
    """Who looked at her file in the last year, the latest first."""

    template = "patient_space/readers.html"

    token: str
    key: str
    days: list[tuple[str, list[Look]]]

    @classmethod
    def of(cls, space: PatientSpace, token: str, key: str, now: datetime) -> Self:
        by_day = groupby(readers_of(space.person_id, now), key=lambda reader: reader.on)
        return cls(token, key, [(sentence(date_words(on, "EEEE d MMMM y")), list(some)) for on, some in by_day])


@dataclass(frozen=True)
class HerWeekPage(Page):
    """Who comes in the next seven days."""

    template = "patient_space/week.html"

    token: str
    key: str
    title: str
    days: list[HerDay]

    @classmethod
    def of(cls, space: PatientSpace, token: str, key: str, now: datetime) -> Self:
        return cls(token, key, _("Ma semaine"), her_days(space.person_id, clock.paris(now).date()))
