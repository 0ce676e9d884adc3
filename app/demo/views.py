"""The page of the demonstration (a phone and a tablet side by side, everyone else one click away), and the address at
which the phones of invented people are rung."""

from flask import Blueprint, Response, abort, request, url_for
from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.appointments import spaces
from app.appointments.models import Appointment
from app.care_requests.models import CareRequest, State
from app.core.db import db, transaction
from app.core.htmx import page, see_other
from app.core.security import capability, public
from app.demo import phones
from app.demo.people import CAST
from app.demo.personas import PERSONA
from app.language.phrases import later
from app.push import actions as devices

bp = Blueprint("demo", __name__)

IN_HAND = {
    "phone": {
        "nurse": later("Infirmière"),
        "nurse-2": later("Infirmier"),
        "doctor": later("Médecin"),
        "midwife": later("Sage-femme"),
    },
    "tablet": {"orientation-nurse": later("Urgences"), "ward": later("Médecine"), "coordinator": later("Coordination")},
}
"""Who can be put on each device with one tap, and under which word; the first of them to begin with."""


@bp.get("/demo")
@public("only exists in demo mode, where everyone may be anyone")
def show() -> Response:
    if PERSONA in request.environ:  # A demonstration inside a frame of itself would have no end.
        abort(404)
    names = {
        account.persona: account.name
        for account in db.session.scalars(select(Account).where(Account.persona.is_not(None)))
    }
    by_slug = {persona.slug: persona for persona in CAST.personas}
    in_hand = {device: [(by_slug[slug], label) for slug, label in labels.items()] for device, labels in IN_HAND.items()}
    return page("demo/show.html", names=names, personas=CAST.personas, in_hand=in_hand)


@bp.get("/demo/patient")
@public("only exists in demo mode, where everyone may be anyone")
def patient() -> Response:
    """The space of the invented patient whose visit comes next, as her card and her two words open it."""
    now = clock.now()
    to_come = Appointment.starts_at > now, CareRequest.state == State.SCHEDULED, CareRequest.patient_id.is_not(None)
    coming = select(CareRequest.patient_id).join(Appointment, Appointment.request_id == CareRequest.id).where(*to_come)
    patient_id = db.session.scalar(coming.order_by(Appointment.starts_at).limit(1))
    if patient_id is None:
        abort(404)
    with transaction():
        space = spaces.space_of(patient_id, now)
    return see_other(url_for("patient_space.space", token=space.token, key=spaces.key_for(space, now)))


@bp.post("/demo/phones/<token>")
@capability("the address of an invented person's phone, told to the sender alone, and the message is encrypted to it")
def ring(token: str) -> tuple[str, int]:
    """What a push service answers (RFC 8030 §5) and, when the phone is on, what its service worker reports."""
    phone = phones.at(token)
    if phone is None:
        abort(404)
    try:
        message_id = phones.announced(phone, request.get_data())
    except phones.Unreadable:
        abort(400)
    if message_id and phone.on:
        with transaction():
            devices.receive(message_id, clock.now())
    return "", 201
