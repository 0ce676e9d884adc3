"""A tap as it arrives: at once, or kept by a phone that had no signal and sent when it had one."""

from datetime import datetime

from flask import Response, jsonify, request

from app.dispatch.answers import AnswerResult
from app.dispatch.models import Offer, OfferState
from app.inbox.cards import card, sentence
from app.inbox.queries import standing
from app.inbox.words import SETTLED, STANDS
from app.language.phrases import gettext as _
from app.language.words import hour


def wants_words() -> bool:
    """A late tap is sent by no form: its sender asks for JSON."""
    return request.accept_mimetypes.best == "application/json"


def settled(offer: Offer, answer: AnswerResult, now: datetime) -> Response:
    """What became of a late tap, in words that identify nobody. 409 unless it is what now stands."""
    shown, fate = card(offer, now), str(_fate(offer, answer))
    words = _("%(care)s, %(commune)s : %(fate)s", care=shown.care, commune=shown.commune, fate=fate)
    response = jsonify(answer=answer.value, state=offer.state.value, fate=sentence(fate), words=words)
    response.status_code = 200 if answer in SETTLED else 409
    return response


def _fate(offer: Offer, answer: AnswerResult) -> str:
    if answer is AnswerResult.OUTDATED and offer.answered_at and offer.state is not OfferState.RELAYED:
        at = hour(offer.answered_at)
        if offer.state is OfferState.REFUSED:
            return _("vous l'avez refusée depuis, à %(at)s. C'est cette réponse qui compte.", at=at)
        return _("vous l'avez acceptée depuis, à %(at)s. C'est cette réponse qui compte.", at=at)
    return SETTLED[answer] if answer in SETTLED else STANDS[standing(offer)]
