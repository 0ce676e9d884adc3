"""A tap as it arrives: at once, or kept by a phone that had no signal and sent when it had one."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Response, jsonify, request

from app.core.words import hour
from app.dispatch.answers import Answer
from app.dispatch.models import Offer, OfferState
from app.dispatch.rules import Tap, touched
from app.inbox.cards import card, sentence
from app.inbox.queries import standing
from app.inbox.words import SETTLED, STANDS

LONGEST_KEY = 64


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


def wants_words() -> bool:
    """A late tap is sent by no form: its sender asks for JSON."""
    return request.accept_mimetypes.best == "application/json"


def settled(offer: Offer, answer: Answer, now: datetime) -> Response:
    """What became of a late tap, in words that identify nobody. 409 unless it is what now stands."""
    shown, fate = card(offer, now), _fate(offer, answer)
    words = f"{shown.care}, {shown.commune}\u00a0: {fate}"
    response = jsonify(answer=answer.value, state=offer.state.value, fate=sentence(fate), words=words)
    response.status_code = 200 if answer in SETTLED else 409
    return response


def _fate(offer: Offer, answer: Answer) -> str:
    if answer is Answer.OUTDATED and offer.answered_at:
        said = "refusée" if offer.state is OfferState.REFUSED else "acceptée"
        return f"vous l'avez {said} depuis, à {hour(offer.answered_at)}. C'est cette réponse qui compte."
    return SETTLED[answer] if answer in SETTLED else STANDS[standing(offer)]
