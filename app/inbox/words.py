"""The French words of an answer."""

from app.directory.models import PractitionerRole, Profession
from app.directory.words import SKILLS
from app.dispatch.answers import Answer
from app.dispatch.models import OfferState

SETTLED: dict[tuple[Answer, OfferState | None], str] = {
    (Answer.WON, None): "c'est à vous.",
    (Answer.PROPOSED, None): "proposition transmise.",
    (Answer.REFUSED, None): "refus enregistré.",
    (Answer.TOO_LATE, None): "cette demande n'attend plus de réponse.",
    (Answer.TOO_LATE, OfferState.OPEN): "cette partie ne peut plus être prise seule. Elle attend encore votre réponse.",
    (Answer.TOO_LATE, OfferState.LOST): "déjà prise par un confrère. Merci d'avoir répondu.",
    (Answer.TOO_LATE, OfferState.EXPIRED): "le délai était passé.",
    (Answer.TOO_LATE, OfferState.WITHDRAWN): "la demande a été annulée.",
    (Answer.TOO_LATE, OfferState.WON): "elle est à votre nom. Pour la rendre, désistez-vous depuis la visite.",
}
"""What became of a tap that arrived late; the second part of the key is the offer's state, where it matters."""

RELAYED = "relayed"
"""The reason of a refusal that named a colleague instead."""

WITHDRAWALS: dict[str, str] = {
    "full": "Je suis complet",
    "sick": "Je suis malade",
    "far": "C'est trop loin",
    "unreachable": "Le patient ne répond pas",
    "other": "Autre raison",
}
"""Why somebody gives a visit back, in one tap."""

LANGUAGES = ("arabic", "english", "portuguese", "turkish", "sign")


def skills_for(role: PractitionerRole) -> dict[str, dict[str, str]]:
    """What this role may say of itself, under its title: care or beds, and languages."""
    beds = role.profession is Profession.WARD
    own = {slug: words for slug, words in SKILLS.items() if slug.startswith("bed-") is beds and slug not in LANGUAGES}
    if role.practitioner_id is None and not beds:
        own = {}  # A maternity, or who lends equipment, is asked for what it is.
    groups = {"Lits" if beds else "Soins": own, "Langues": {slug: SKILLS[slug] for slug in LANGUAGES}}
    return {title: skills for title, skills in groups.items() if skills}
