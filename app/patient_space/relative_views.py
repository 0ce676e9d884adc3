"""What a relative reads: a page of its own, opened by her link and two words, with the headings that the person allows
and no word of the others. Each reading is written down, and the person reads who did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.agenda.pages import HerDay, her_days
from app.agenda.queries import A_WEEK
from app.appointments import queries as appointments
from app.appointments import spaces
from app.appointments.models import Appointment
from app.audit.actions import record
from app.audit.origin import Source, came_by
from app.core.db import transaction
from app.core.htmx import Page, page, see_other
from app.core.limits import limited
from app.core.security import capability
from app.documents.models import Document
from app.documents.pictures import picture_of_page, sent
from app.funding.pages import CostsOfHers, costs_of
from app.liaison.actions import Author, write
from app.liaison.rules import Voice, Written
from app.patient_space.notes_views import WRITTEN_AT_MOST, NoteRead, WordsForm, notes_for
from app.patient_space.pages import EndedPage, days
from app.patient_space.space_views import closed_or
from app.patient_space.views import bp, quiet
from app.patient_space.wishes_views import NO_COOKIE, card_and_key
from app.plans.reading import ShownPart, alerts_shown
from app.relatives import actions, queries
from app.relatives.models import Heading, RelatedPerson
from app.relatives.words import HEADING_ICONS, HEADINGS
from app.stays.queries import has_died

TRIES, WITHIN = 10, timedelta(hours=1)
"""Wrong words for one link, as for a card (`space_views`)."""

TOLD = frozenset({Heading.VISITS, Heading.APPOINTMENTS, Heading.DOCUMENTS})
"""Headings of which a relative reads each day (`life_views`)."""

GIVEN = "the link was handed to a relative by the person, or with her agreement"
OPENED = "the key was made for who said the two words of the link, and ends by itself"


@dataclass(frozen=True)
class RelativeDoorPage(Page):
    """Two words are asked. `said`: what was typed, when it was wrong. Whose it is stands nowhere."""

    template = "patient_space/relative_door.html"

    token: str
    said: str = ""
    wrong: bool = False


@dataclass(frozen=True)
class Come:
    """One visit as a relative reads it: when, who, and at home, at the practice or by telephone. Not for what."""

    days: list[str]
    starts_at: datetime | None
    name: str
    phone: str
    initials: str
    mode: str


@dataclass(frozen=True)
class HeadingRead:
    """One heading that she may read: its word, its picture, and what there is of it."""

    heading: Heading
    title: str
    icon: str
    visits: Sequence[Come] = ()
    week: Sequence[HerDay] = ()
    documents: Sequence[Document] = ()
    notes: Sequence[NoteRead] = ()
    alerts: Sequence[ShownPart] = ()
    costs: Sequence[CostsOfHers] = ()


@dataclass(frozen=True)
class RelativeReads(Page):
    """`given`: of the person, by her first name alone: whoever looks over a shoulder learns no more."""

    template = "patient_space/relative.html"

    token: str
    key: str
    given: str
    parts: list[HeadingRead]
    form: WordsForm
    day_by_day: bool


@dataclass(frozen=True)
class RelativeDocument(Page):
    template = "patient_space/relative_document.html"

    token: str
    key: str
    document: Document


@bp.get("/r/<token>")
@capability(GIVEN)
def relative_door(token: str) -> Response:
    """Looking changes nothing and tells nothing: not even whose it is."""
    near = queries.by_link(token)
    return closed_or(near.person_id) or quiet(page(RelativeDoorPage(token))) if near else no_more()


def link_of(token: str) -> str:
    return token


@bp.post("/r/<token>")
@capability(GIVEN)
@limited("relative's words", TRIES, WITHIN, of=link_of, failures=True)
def open_relative(token: str) -> Response:
    came_by(Source.PATIENT_LINK)
    relative, now, said = queries.by_link(token), clock.now(), request.form.get("words", "")[:100]
    if relative is None:
        return no_more()
    if closed := closed_or(relative.person_id):
        return closed
    if not spaces.said_right(relative, said):
        return quiet(page(RelativeDoorPage(token, said, wrong=True), status=422))
    with transaction():
        record("relative.opened", relative, now=now)
    return quiet(see_other(url_for("patient_space.relative_reads", token=token, key=spaces.key_for(relative, now))))


@bp.get("/r/<token>/<key>")
@capability(OPENED)
def relative_reads(token: str, key: str) -> Response:
    came_by(Source.PATIENT_LINK)
    return relative_page(token, key, WordsForm(formdata=None, meta=NO_COOKIE))


def relative_page(token: str, key: str, form: WordsForm, status: int = 200) -> Response:
    """Every time that it is shown is a reading."""
    now = clock.now()
    with transaction():
        relative = may_read(token, key, now)
        if relative:
            actions.note_reading(relative, relative.headings, now=now)
    if relative is None:
        return link_again(token)
    parts = [part_of(Heading(each), relative, now) for each in relative.headings]
    day_by_day = not TOLD.isdisjoint(relative.headings)
    return quiet(page(RelativeReads(token, key, given_of(relative), parts, form, day_by_day), status=status))


def given_of(relative: RelatedPerson) -> str:
    return relative.patient.given_name_used or relative.patient.given_names.split(" ")[0]


@bp.post("/r/<token>/<key>/notes")
@capability(OPENED)
@limited("note by link", WRITTEN_AT_MOST, WITHIN, of=card_and_key)
def relative_writes(token: str, key: str) -> Response:
    """What a relative saw, for whoever cares for the person and for herself."""
    came_by(Source.PATIENT_LINK)
    form, relative = WordsForm(meta=NO_COOKIE), may_read(token, key, clock.now())
    if relative is None:
        return link_again(token)
    if Heading.NOTES not in relative.headings:
        abort(404)
    if not form.says_something():
        return relative_page(token, key, form, status=422)
    with transaction():
        relative = may_read(token, key, clock.now()) or abort(404)
        if Heading.NOTES not in relative.headings:
            abort(404)
        by = Author(Voice.RELATIVE, relative.name, related_id=relative.id)
        written = write(relative.person_id, form.said(by), by=by, now=clock.now())
    if isinstance(written, Written):
        form.cannot()
        return relative_page(token, key, form, status=409)
    return quiet(see_other(url_for("patient_space.relative_reads", token=token, key=key)))


def part_of(heading: Heading, relative: RelatedPerson, now: datetime) -> HeadingRead:
    """What there is of this heading, and nothing is read of any other."""
    title, icon = str(HEADINGS[heading]), HEADING_ICONS[heading]
    if heading is Heading.VISITS:
        days, later = next_days(relative.person_id, now)
        return HeadingRead(heading, title, icon, visits=[come(each, now) for each in later], week=days)
    if heading is Heading.APPOINTMENTS:
        elsewhere = [each for each in appointments.coming_to(relative.person_id, now) if each.mode != "home"]
        return HeadingRead(heading, title, icon, visits=[come(each, now) for each in elsewhere])
    if heading is Heading.NOTES:
        return HeadingRead(heading, title, icon, notes=notes_for(relative.person_id, relative, given_of(relative))[0])
    if heading is Heading.DOCUMENTS:
        return HeadingRead(heading, title, icon, documents=queries.documents_of(relative.person_id))
    if heading is Heading.WHAT_IF:
        return HeadingRead(heading, title, icon, alerts=alerts_shown(relative.person_id, now))
    if heading is Heading.COSTS:
        return HeadingRead(heading, title, icon, costs=costs_of(relative.person_id, now))
    return HeadingRead(heading, title, icon)


def next_days(person_id: UUID, now: datetime) -> tuple[list[HerDay], list[Appointment]]:
    """Of seven days those on which somebody comes to her home, and which visits are later."""
    today = clock.paris(now).date()
    days = [day for day in her_days(person_id, today, only_home=True) if day.visits or day.fact]
    later = clock.midnight(today + A_WEEK)
    coming = [each for each in appointments.coming_to(person_id, now) if each.mode == "home"]
    return days, [each for each in coming if each.starts_at is None or each.starts_at >= later]


def come(appointment: Appointment, now: datetime) -> Come:
    performer, at = appointment.request.performer, appointment.starts_at
    return Come(
        days=days(at, now) if at else [],
        starts_at=at,
        name=performer.name if performer else "",
        phone=performer.phone if performer else "",
        initials=performer.initials if performer else "",
        mode=appointment.mode or "",
    )


@bp.get("/r/<token>/<key>/documents/<uuid:document_id>")
@capability(OPENED)
def relative_document(token: str, key: str, document_id: UUID) -> Response:
    """Its pages, as pictures: no reader of the browser's own keeps a copy."""
    document = openable(token, key, document_id)[1]
    return quiet(page(RelativeDocument(token, key, document)))


@bp.get("/r/<token>/<key>/documents/<uuid:document_id>/pages/<int:number>")
@capability(OPENED)
def relative_picture(token: str, key: str, document_id: UUID, number: int) -> Response:
    """One page, the first being 1."""
    came_by(Source.PATIENT_LINK)
    body, media_type = picture_of_page(openable(token, key, document_id)[1], number)
    with transaction():
        relative = openable(token, key, document_id)[0]
        actions.note_reading(relative, [Heading.DOCUMENTS], now=clock.now())
    return quiet(sent(body, media_type))


def openable(token: str, key: str, document_id: UUID) -> tuple[RelatedPerson, Document]:
    """404 unless she may read documents at this moment, and this one is the person's."""
    relative = may_read(token, key, clock.now()) or abort(404)
    if Heading.DOCUMENTS not in relative.headings:
        abort(404)
    return relative, queries.document_of(relative.person_id, document_id) or abort(404)


def may_read(token: str, key: str, now: datetime) -> RelatedPerson | None:
    """Nobody reads on about who died, as little as in her own space."""
    near = queries.by_link(token)
    return near if near and spaces.is_open(near, key, now) and not has_died(near.person_id) else None


def link_again(token: str) -> Response:
    """The key has ended: the words open it again. The person may have ended the link, too."""
    near = queries.by_link(token)
    if near is None:
        return no_more()
    return closed_or(near.person_id) or quiet(see_other(url_for("patient_space.relative_door", token=token)))


def no_more() -> Response:
    return quiet(page(EndedPage(None), status=404))
