"""What the patient reads behind the link: who comes, when, where, and whom to call."""

from dataclasses import dataclass
from datetime import datetime

from app.appointments import queries
from app.appointments.models import Appointment
from app.care_requests import plans
from app.care_requests.models import State
from app.care_requests.rules import read_visits
from app.core import clock
from app.core.htmx import Page
from app.core.language import gettext as _
from app.core.words import date_words, day, moment
from app.directory.models import PractitionerRole
from app.organizations.models import Organization


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

    `stage`: as `stage` says it; `practice`: where that is; `days`: of the visit, in words; `plan`: how often, in words.
    """

    template = "appointments/patient.html"

    token: str
    appointment: Appointment
    stage: str
    performer: PractitionerRole | None
    practice: str
    requester: Organization
    days: list[str]
    plan: str
    free: bool
    others: list[Coming]
    in_calendar: bool
    has_advice: bool
    too_late: bool


@dataclass(frozen=True)
class AdvicePage(Page):
    template = "appointments/advice.html"

    token: str
    words: str


@dataclass(frozen=True)
class EndedPage(Page):
    """`requester`: who sent the link, if Relais still knows it."""

    template = "appointments/ended.html"

    requester: Organization | None


def patient_page_of(appointment: Appointment, token: str, now: datetime, *, too_late: bool) -> PatientPage:
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
        plan=plans.plan_in_words(read_visits(care_request.visits)),
        free=care_request.rulebook.after.free,
        others=[coming(one, who, now) for one in others if (who := one.request.performer)],
        in_calendar=appointment.last_starts_at is not None,
        has_advice=bool(queries.plain_words(appointment)),
        too_late=too_late,
    )


def coming(appointment: Appointment, performer: PractitionerRole, now: datetime) -> Coming:
    at = appointment.starts_at
    when = moment(at, now) if at else _("vous appelle pour fixer l'heure")
    return Coming(performer.name, performer.initials, performer.phone, when)


def days(starts_at: datetime, now: datetime) -> list[str]:
    """`Demain,` then `mercredi 25 novembre`: a page may be read on another day than the one it was printed."""
    date, near = date_words(clock.paris(starts_at), "EEEE d MMMM"), day(starts_at, now)
    return [date.capitalize()] if near == date else [f"{near.capitalize()},", date]


def stage(appointment: Appointment) -> str:
    """What there is to say: cancelled, over, under-way, looking (for someone), waiting (for a time) or planned."""
    state = appointment.request.state
    ends = {State.CANCELLED: "cancelled", State.DONE: "over", State.STARTED: "under-way"}
    if state in ends:
        return ends[state]
    if appointment.request.performer is None:
        return "looking"
    return "planned" if appointment.starts_at else "waiting"
