"""The offers of a request that is halted, or goes on, because of what befell its patient (`passages.life`)."""

from sqlalchemy import select

from app.care_requests.models import State
from app.core.db import db
from app.dispatch import offers, words
from app.dispatch.actions import begin_again
from app.dispatch.models import Offer, OfferState
from app.passages.life import CareHalted, CareResumed


def halt(fact: CareHalted) -> None:
    """Nobody is asked for it any more. A yes among which the requester picks waits with a request that is suspended; of
    one that ended, even who had it has it no more."""
    if fact.request.state is not State.CANCELLED:
        offers.close(OfferState.EXPIRED, words.PAUSED_NOTICE, fact.now, *offers.live_of([fact.request.id]))
        return
    offers.close_all(fact.request, OfferState.WITHDRAWN, words.WITHDRAWN_NOTICE, fact.now)
    won = select(Offer).where(Offer.request_id == fact.request.id, Offer.state == OfferState.WON)
    if winner := db.session.scalar(won):
        offers.end(winner, OfferState.WITHDRAWN, fact.now)


def go_on(fact: CareResumed) -> None:
    """Who had it has it again, and whoever did not say no may be asked once more."""
    if fact.ended_at:
        _take_back(fact)
    if fact.request.state is State.SEARCHING:
        begin_again(fact.request, None, fact.now)


def _take_back(fact: CareResumed) -> None:
    request = fact.request
    ended = Offer.request_id == request.id, Offer.state == OfferState.WITHDRAWN, Offer.ended_at == fact.ended_at
    for offer in db.session.scalars(select(Offer).where(*ended).order_by(Offer.id)).all():
        hers = request.performer_id == offer.role_id
        offers.end(offer, OfferState.WON if hers else OfferState.EXPIRED, fact.now)
