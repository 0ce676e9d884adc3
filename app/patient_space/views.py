"""The page of one visit: who comes, when, where; confirm, or say that it cannot be. It works without JavaScript."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from flask import Blueprint, Response, abort, current_app, request, url_for
from icalendar import Calendar, Event, vCalAddress

from app import clock
from app.appointments import actions, queries, spaces
from app.appointments.forms import chosen_reading
from app.appointments.models import Appointment, PatientLink
from app.appointments.rules import REASONS, read_moment
from app.audit.origin import Source, came_by
from app.care_requests.models import State
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.security import capability
from app.language.phrases import gettext as _
from app.language.phrases import language
from app.patient_space.pages import AdvicePage, ClosedPage, EndedPage, patient_page_of, stage
from app.patient_space.reading import back_to, listen_to_patient
from app.stays.queries import has_died

bp = Blueprint("patient_space", __name__)
bp.before_request(listen_to_patient)

ANSWERS = ("confirmed", "declined")
A_VISIT = timedelta(minutes=30)


@bp.get("/p/<token>")
@capability("the token in the link was handed to the patient")
def visit(token: str) -> Response:
    """Looking changes nothing: mail scanners look too (FACTS 3.3)."""
    link = queries.by_token(token, clock.now())
    if closed := closed_of(link):
        return closed
    return page_of(link, token) if link else ended(token)


def closed_of(link: PatientLink | None) -> Response | None:
    """What was hers who died says nothing more."""
    patient_id = link.appointment.patient_id if link else None
    if link is None or patient_id is None or not has_died(patient_id):
        return None
    return quiet(page(ClosedPage(link.appointment.request.organization)))


def page_of(link: PatientLink, token: str, status: int = 200) -> Response:
    """Who, when, where and whom to call. Not the care, not the profession, not the patient."""
    return quiet(page(patient_page_of(link.appointment, token, clock.now(), too_late=status == 409), status=status))


@bp.get("/p/<token>/advice")
@capability("the token in the link was handed to the patient")
def advice(token: str) -> Response:
    """What to remember, in plain words: a page of its own, so that nobody reads it who only looks for the hour."""
    link = queries.by_token(token, clock.now())
    if closed := closed_of(link):
        return closed
    words = queries.plain_words(link.appointment) if link and stage(link.appointment) != "cancelled" else ""
    return quiet(page(AdvicePage(token, words))) if words else ended(token)


def ended(token: str) -> Response:
    """Whoever holds a link that works no more has a number to call."""
    link = queries.ended_by_token(token)
    if closed := closed_of(link):
        return closed
    return quiet(page(EndedPage(link.appointment.request.organization if link else None), status=404))


@bp.post("/p/<token>/answer")
@capability("the token in the link was handed to the patient")
def answer(token: str) -> Response:
    given = request.form.get("answer", "")
    if given not in ANSWERS:
        abort(400)
    return act(token, lambda visit, now: answers_what_is(visit) and actions.answer(visit, given, now=now))


@bp.post("/p/<token>/wishes")
@capability("the token in the link was handed to the patient")
def wish(token: str) -> Response:
    """Why she cannot, and when she could: both may stay unsaid."""
    moments = [moment for text in request.form.getlist("moment") if (moment := read_moment(text))]
    reason = request.form.get("reason", "other")
    if reason not in REASONS:
        abort(400)
    return act(token, lambda visit, now: actions.wish(visit, reason, moments, now=now))


@bp.post("/p/<token>/call")
@capability("the token in the link was handed to the patient")
def ask_call(token: str) -> Response:
    return act(token, lambda visit, now: actions.ask_call(visit, now=now))


@bp.post("/p/<token>/outcome")
@capability("the token in the link was handed to the patient")
def say_came(token: str) -> Response:
    """Did somebody come?"""
    return act(token, lambda visit, now: actions.say_came(visit, yes_or_no("came"), now=now))


@bp.post("/p/<token>/reading")
@capability("the token in the link was handed to the patient")
def read_visit(token: str) -> Response:
    """How she wants to read, from now on and in what is sent to her."""
    came_by(Source.PATIENT_LINK)
    chosen, hers, now = chosen_reading(), queries.holder_of_link(token), clock.now()
    if hers is None:
        return ended(token)
    with transaction():
        spaces.set_reading(spaces.space_of(hers.patient_id, now), *chosen, now=now)
    return quiet(see_other(url_for(back_to("patient_space.visit"), token=token)))


def yes_or_no(name: str) -> bool:
    said = request.form.get(name, "")
    if said not in ("yes", "no"):
        abort(400)
    return said == "yes"


def act(token: str, verb: Callable[[Appointment, datetime], bool]) -> Response:
    """What the patient says of this visit, then the page again; 409 and the page when it came too late."""
    came_by(Source.PATIENT_LINK)
    now = clock.now()
    with transaction():
        link = queries.by_token(token, now)
        taken = link is not None and verb(queries.going_on(link.appointment), now)
    if taken:
        return quiet(see_other(url_for("patient_space.visit", token=token)))
    link = queries.by_token(token, now)
    return page_of(link, token, status=409) if link else ended(token)


def answers_what_is(appointment: Appointment) -> bool:
    """The page may have stood open while the time was changed: nobody confirms a time they did not read."""
    return request.form.get("sequence", str(appointment.sequence)) == str(appointment.sequence)


@bp.get("/p/<token>/visit.ics")
@capability("the token in the link was handed to the patient")
def calendar(token: str) -> Response:
    """The visit for the patient's own calendar; once it is off, what takes it out again."""
    link = queries.by_token(token, clock.now())
    if link is None or link.appointment.last_starts_at is None:
        abort(404)
    made = calendar_of(link.appointment, link.appointment.last_starts_at)
    content_type = f"text/calendar; charset=utf-8; method={made['METHOD']}"
    response = Response(made.to_ical(), content_type=content_type)
    response.headers["Content-Disposition"] = 'attachment; filename="relais.ics"'
    return quiet(response)


def calendar_of(appointment: Appointment, starts_at: datetime) -> Calendar:
    """An iCalendar object (RFC 5545, 5546) that says no more than the page."""
    event = event_of(appointment, starts_at)
    calendar = new_calendar("CANCEL" if event["status"] == "CANCELLED" else "PUBLISH")
    calendar.add_component(event)
    return calendar


def new_calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//Relais//{language().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def event_of(appointment: Appointment, starts_at: datetime) -> Event:
    """One visit. Each change of it counts in `sequence`; that the request is cancelled is its last one, so that what
    was put into a calendar before is replaced, or taken out."""
    care_request = appointment.request
    cancelled = care_request.state is State.CANCELLED
    off = cancelled or appointment.starts_at is None or care_request.stay_id is not None
    event = Event()
    event.add("uid", f"{appointment.id}@relais")
    event.add("sequence", appointment.sequence + cancelled)
    event.add("dtstamp", max(appointment.changed_at, care_request.changed_at))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + A_VISIT)
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("organizer", organizer())
    for name, value in words_of(appointment).items():
        event.add(name, value)
    return event


def organizer() -> vCalAddress:
    """This Relais, by the address of its own letters: nobody's private one is given away."""
    address = parseaddr(current_app.config["SETTINGS"].mail_from)[1]
    return vCalAddress(f"mailto:{address}", params={"CN": "Relais"})


def words_of(appointment: Appointment) -> dict[str, Any]:
    """What other people who look into this calendar may read."""
    performer = appointment.request.performer
    words = {"summary": _("Rendez-vous avec %(name)s", name=performer.name) if performer else _("Rendez-vous")}
    if performer and appointment.mode == "practice":
        words["location"] = performer.organization.full_address
    return words


def quiet(response: Response) -> Response:
    """No referrer, no index, no copy: the address itself is the secret."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
