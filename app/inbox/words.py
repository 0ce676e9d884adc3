"""The French words of an answer."""

from app.dispatch.answers import Answer
from app.dispatch.models import OfferState

SETTLED: dict[tuple[Answer, OfferState | None], str] = {
    (Answer.WON, None): "c'est à vous.",
    (Answer.PROPOSED, None): "proposition transmise.",
    (Answer.REFUSED, None): "refus enregistré.",
    (Answer.TOO_LATE, None): "cette demande n'attend plus de réponse.",
    (Answer.TOO_LATE, OfferState.LOST): "déjà prise par un confrère. Merci d'avoir répondu.",
    (Answer.TOO_LATE, OfferState.EXPIRED): "le délai était passé.",
    (Answer.TOO_LATE, OfferState.WITHDRAWN): "la demande a été annulée.",
    (Answer.TOO_LATE, OfferState.WON): "elle est à votre nom. Pour la rendre, désistez-vous depuis la visite.",
}
"""What became of a tap that arrived late; the second part of the key is the offer's state, where it matters."""
