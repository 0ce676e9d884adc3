"""What her word does to care under way: an agreement taken back ends the search, and whom she refuses comes no more."""

from sqlalchemy import select

from app.accounts.models import Account
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest
from app.care_requests.queries import open_for
from app.care_requests.rules import OPEN, State
from app.consents.agreements import SHARING, ConsentWithdrawn
from app.consents.objections import Objected
from app.core.db import db
from app.dispatch import actions, offers, words
from app.dispatch.answers import OVER
from app.dispatch.models import Offer, OfferState
from app.language.phrases import kept
from app.messages import actions as messages
from app.relays.actions import release

LOOKED_FOR = (State.DRAFT, State.SEARCHING, State.UNANSWERED)


def stop_searching(withdrawn: ConsentWithdrawn) -> None:
    """She agrees no more that professionals are asked: nobody is, from now on. Who has said yes still comes."""
    if withdrawn.scope != SHARING:
        return
    by = db.session.get_one(Account, withdrawn.by_id) if withdrawn.by_id else None
    for request in sorted(open_for(withdrawn.patient_id), key=lambda each: each.id):
        if request.state in LOOKED_FOR:
            actions.cancel(request, by=by, now=withdrawn.now, reason="patient")


def let_another_come(objected: Objected) -> None:
    """What the professional she refuses was asked for her ends; what that one was to do is looked for again, the rest
    of a plan too, and where other care has begun the coordinator has it in her hands."""
    hers = CareRequest.patient_id == objected.patient_id, CareRequest.state.in_(OPEN)
    # A no too: a later tap may be making a yes of it at this moment.
    asked = Offer.recipient_id == objected.practitioner_id, Offer.state.not_in(OVER)
    found = select(Offer).join(CareRequest, CareRequest.id == Offer.request_id).where(*hers, *asked)
    by = db.session.get_one(Account, objected.by_id) if objected.by_id else None
    for offer in db.session.scalars(found.order_by(Offer.request_id, Offer.id)).all():
        request, now = care_requests.lock(offer.request_id), objected.now
        db.session.refresh(offer)  # Somebody may have answered meanwhile.
        if offer.state is OfferState.WON:
            why = kept(words.REFUSED_BY_PATIENT)
            release(request, offer.role, by=by, now=now, reason=why, why="turned-away")
            offers.end(offer, OfferState.WITHDRAWN, now)  # What she did stays written down, and she reads none of it.
            offers.tell(offer, "cancelled", words.PERFORMER_NOTICE, now)
        elif offer.state in offers.WAITING:
            offers.end(offer, OfferState.WITHDRAWN, now)
            messages.drop(offer.id)
            care_requests.plan_next_move(request, now)
            care_requests.refresh_screens(request)
