"""The page of the demonstration: a phone and a tablet side by side, and everyone else one click away."""

from flask import Blueprint, Response, abort, request
from sqlalchemy import select

from app.accounts.models import Account
from app.core.db import db
from app.core.htmx import page
from app.core.security import public
from app.demo.personas import PERSONA, PERSONAS

bp = Blueprint("demo", __name__)

IN_HAND = {
    "phone": {"nurse": "Infirmière", "nurse-2": "Infirmier", "doctor": "Médecin", "midwife": "Sage-femme"},
    "tablet": {"orientation-nurse": "Urgences", "ward": "Médecine", "coordinator": "Coordination"},
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
    by_slug = {persona.slug: persona for persona in PERSONAS}
    in_hand = {device: [(by_slug[slug], label) for slug, label in labels.items()] for device, labels in IN_HAND.items()}
    return page("demo/show.html", names=names, personas=PERSONAS, in_hand=in_hand)
