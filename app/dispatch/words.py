"""What phones say. Care family, commune and delay at most: lock screens are read by others."""

from collections.abc import Mapping
from datetime import datetime

from app.core.words import count, hour
from app.messages.models import Notice

NEW_REQUEST = "Relais : nouvelle demande. Ouvrez Relais pour répondre."
CANCELLED = "Relais : une demande acceptée est annulée. Ouvrez Relais avant de partir."
"""What mails and SMS say: less than a lock screen, for they pass through more hands."""

REFUSALS: dict[str, str] = {
    "full": "Je suis complet",
    "far": "C'est trop loin",
    "skill": "Je ne fais pas ce soin",
    "hours": "Pas à ces heures-là",
}

LEFT = "n'exerce plus ici"
"""Why somebody who has left does not come."""

BY_PHONE = "trouvé par téléphone"
"""How the line of somebody begins who was not alerted, but called."""

SUMS: dict[str, tuple[str, str]] = {
    "far": ("trop loin", "trop loin"),
    "full": ("complet", "complets"),
    "skill": ("ne fait pas ce soin", "ne font pas ce soin"),
    "hours": ("pas à ces heures-là", "pas à ces heures-là"),
    "relayed": ("passé à un confrère", "passés à un confrère"),
    "none": ("refus sans motif", "refus sans motif"),
    "silent": ("sans réponse", "sans réponse"),
}


def answers_in_words(counts: Mapping[str, int]) -> list[str]:
    """`4 trop loin`, `3 sans réponse`, `2 complets`: the most frequent first, for it says what to do next. `counts`: as
    from `queries.answers_summed`."""
    given = [key for key in SUMS if counts.get(key)]
    return [count(counts[key], *SUMS[key]) for key in sorted(given, key=lambda key: -counts[key])]


def offer_notice(care: str, commune: str, expires_at: datetime, path: str) -> Notice:
    body = f"Répondre avant {hour(expires_at)}"
    return Notice(f"{care}, {commune}", body, path, answerable=True, elsewhere=NEW_REQUEST)


TAKEN_NOTICE = Notice("Demande déjà prise", "Un confrère s'en occupe. Merci.", urgency="normal")
EXPIRED_NOTICE = Notice("Le délai est passé", "La demande n'attend plus votre réponse.", urgency="low")
WITHDRAWN_NOTICE = Notice("Demande annulée", "Elle n'attend plus de réponse.", urgency="normal")
PERFORMER_NOTICE = Notice("Une demande acceptée est annulée", "Ouvrez Relais avant de partir.", elsewhere=CANCELLED)
"""For the one who had accepted: she may be on her way."""

QUESTION_NOTICE = Notice("Une question sur votre demande", "Une ligne suffit pour répondre.")
REPLY_NOTICE = Notice("Réponse à votre question", "La demande attend votre décision.")
PROPOSAL_NOTICE = Notice("Une proposition est arrivée", "Vous pouvez choisir.")
MOVED_NOTICE = Notice("Le moment a changé", "La demande attend toujours votre réponse.", urgency="normal")
NOT_CHOSEN_NOTICE = Notice("Une autre proposition est retenue", "Merci d'avoir proposé.", urgency="normal")
CHOSEN_NOTICE = Notice("C'est à vous", "Ouvrez Relais pour voir la demande.", elsewhere=NEW_REQUEST)


def stage(kind: str, km: int) -> str:
    """Whom a stage asks: `jusqu'à 10 km`, `le cabinet`."""
    return {
        "circle": "le professionnel habituel",
        "practice": "son cabinet",
        "chosen": "l'établissement choisi",
        "other": f"d'autres professions, jusqu'à {km}\u00a0km",
    }.get(kind, f"jusqu'à {km}\u00a0km")
