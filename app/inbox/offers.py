"""What she says to an offer: yes, yes but, no, what exactly?, not me but my colleague."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Account, Role
from app.appointments import actions as appointments
from app.appointments.forms import AppointmentForm
from app.audit.readings import read_lately, record_reading
from app.care_requests.rules import condition
from app.conversations.forms import OutcomeForm
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other, wants_part
from app.directory.models import PractitionerRole
from app.dispatch import answers
from app.dispatch.answers import AnswerResult, Tap, touched
from app.dispatch.models import Offer, OfferState
from app.dispatch.queries import inquiries_about
from app.inbox.cards import knows_patient
from app.inbox.forms import QuestionForm, RefusalForm
from app.inbox.mine import my_offer, my_offer_of, url_of
from app.inbox.pages import offer_shown
from app.inbox.parts import parts
from app.inbox.taps import settled, wants_words
from app.inbox.views import bp, inbox_page

LONGEST_KEY = 64


@bp.get("/offers/<uuid:offer_id>")
@role(Role.PRACTITIONER)
def offer(offer_id: UUID) -> Response:
    found = my_offer(offer_id)
    # Whoever says to ask for a part only, to fetch the page again, must have been seen to read it.
    if knows_patient(found) and not (wants_part() and read_lately(offer_id, me().id, clock.now())):
        with transaction():
            record_reading_of(my_offer(offer_id), me(), clock.now())
        found = my_offer(offer_id)
    return offer_page(found)


def offer_page(
    offer: Offer,
    status: int = 200,
    form: AppointmentForm | None = None,
    question: QuestionForm | None = None,
    outcome: OutcomeForm | None = None,
    **said: Any,
) -> Response:
    """As a page or as its fragment. `form`, `question`, `outcome`: what was typed wrong, with its mistakes; `said`:
    what the page says of what was not done."""
    too_late = status == 409 and not said.get("notice")
    wrong = {"form": form, "question": question, "outcome": outcome}
    shown = offer_shown(offer, me(), clock.now(), too_late=too_late, **wrong)
    return page(replace(shown, **said), status=status)


def record_reading_of(offer: Offer, by: Account, now: datetime) -> None:
    record_reading(offer.id, patient=offer.request.patient_id, by=by.id, now=now, request=offer.request_id)


@bp.post("/offers/<uuid:offer_id>/sighting")
@role(Role.PRACTITIONER)
def see(offer_id: UUID) -> tuple[str, int]:
    """The card came into view; the requester reads one more `vu`."""
    with transaction():
        answers.see(my_offer(offer_id), clock.now())
    return "", 204


@bp.post("/offers/<uuid:offer_id>/acceptance")
@role(Role.PRACTITIONER)
def accept(offer_id: UUID) -> Response:
    """`said`: the slug of a condition, when she takes a part only."""
    now, said = clock.now(), request.form.get("said", "")
    if said and condition(said) is None:
        return offer_page(my_offer(offer_id), status=422)
    answer = take(offer_id, me(), tap_of(request.form, now), now, reads=wants_part(), said=said)
    found = my_offer(offer_id)
    if wants_words():
        return settled(found, answer, now)
    if answer not in (AnswerResult.WON, AnswerResult.PROPOSED):
        return offer_page(found, status=409)
    return offer_page(found) if wants_part() else see_other(url_of(offer_id))


def take(offer_id: UUID, by: Account, tap: Tap, now: datetime, *, reads: bool, said: str = "") -> AnswerResult:
    """`reads`: the answer to this tap shows the patient."""
    with transaction():
        found = my_offer_of(offer_id, by)
        if said and not _may_take(found, said, now):
            return AnswerResult.TOO_LATE
        was_hers = found.state is OfferState.WON
        answer = answers.accept(found, by=by, now=now, tap=tap, said=said)
        if answer is AnswerResult.WON and not was_hers:
            appointments.prepare(found.request, now)
        if answer is AnswerResult.WON and reads:
            record_reading_of(found, by, now)
    return answer


def tap_of(said: Mapping[str, object], now: datetime) -> Tap:
    """From the fields `key` and `age` (seconds since the finger touched) of a form or of JSON; neither is needed.

    The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07) stands before the field.
    """
    key = request.headers.get("Idempotency-Key") or str(said.get("key") or "")
    return touched(key[:LONGEST_KEY].strip('"'), _seconds(said.get("age")), now)


def _seconds(said: object) -> timedelta:
    try:
        return timedelta(seconds=int(str(said)))
    except (ValueError, OverflowError):
        return timedelta(0)


def _may_take(offer: Offer, said: str, now: datetime) -> bool:
    """A part that is no part any more would be the whole: nobody is given what she did not say."""
    answerable = offer.state in (OfferState.OPEN, OfferState.EXPIRED, *answers.NO)
    return not answerable or said in [part.slug for part in parts(offer, now)]


@bp.post("/offers/<uuid:offer_id>/refusal")
@role(Role.PRACTITIONER)
def refuse(offer_id: UUID) -> Response:
    """One tap refuses, one more may say why; said on a card of the inbox (`from=inbox`), it is answered there."""
    form = RefusalForm()
    if not form.validate():
        return offer_page(my_offer(offer_id), status=422)
    now = clock.now()
    tap = tap_of(request.form, now)
    with transaction():
        answer = answers.refuse(my_offer(offer_id), form.reason.data, by=me(), now=now, tap=tap)
    return _refused(offer_id, answer, now)


def _refused(offer_id: UUID, answer: AnswerResult, now: datetime) -> Response:
    found = my_offer(offer_id)
    if wants_words():
        return settled(found, answer, now)
    if answer not in (AnswerResult.REFUSED, AnswerResult.RELAYED):
        return offer_page(found, status=409)
    in_inbox = request.form.get("from") == "inbox"
    if wants_part():
        return inbox_page() if in_inbox else offer_page(found)
    return see_other(url_for("inbox.inbox") if in_inbox else url_of(offer_id))


@bp.post("/offers/<uuid:offer_id>/question")
@role(Role.PRACTITIONER)
@resumable
def ask(offer_id: UUID) -> Response:
    """What she needs to know before she answers; the requester says it in one line, and the clock waits."""
    form = QuestionForm()
    if not form.validate():
        form.question.render_kw = {**form.question.render_kw, "autofocus": True}
        return offer_page(my_offer(offer_id), status=422, question=form)
    question, now = form.question.data or "", clock.now()
    with transaction():
        asked = answers.ask(my_offer(offer_id), question, by=me(), now=now, tap=tap_of(request.form, now))
    found = my_offer(offer_id)
    if asked is None and not _waits_for(found, question):
        return offer_page(found, status=409)
    return offer_page(found) if wants_part() else see_other(url_of(offer_id))


def _waits_for(offer: Offer, question: str) -> bool:
    """The same question again: a second tap."""
    asked = inquiries_about(offer)
    return offer.paused_at is not None and bool(asked) and asked[-1].question == question


@bp.post("/offers/<uuid:offer_id>/relay")
@role(Role.PRACTITIONER)
def relay(offer_id: UUID) -> Response:
    now, answer = clock.now(), AnswerResult.TOO_LATE
    with transaction():
        found = my_offer(offer_id)
        if found.state is OfferState.RELAYED:  # A second tap.
            answer = AnswerResult.RELAYED
        elif colleague := _colleague(found):
            answer = answers.relay(found, colleague, by=me(), now=now, tap=tap_of(request.form, now))
    return _refused(offer_id, answer, now)


def _colleague(offer: Offer) -> PractitionerRole | None:
    chosen = request.form.get("colleague")
    return next((role for role in answers.colleagues_for(offer) if str(role.id) == chosen), None)
