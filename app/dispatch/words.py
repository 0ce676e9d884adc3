"""What phones say. Care family, commune and delay at most: lock screens are read by others."""

from collections.abc import Mapping
from datetime import datetime

from app.language.phrases import is_one, later, when_read
from app.language.typography import NO_BREAK
from app.language.words import hour
from app.messages.models import Notice

NEW_REQUEST = later("Relais : nouvelle demande. Ouvrez Relais pour répondre.")
CANCELLED = later("Relais : une demande acceptée est annulée. Ouvrez Relais avant de partir.")
"""What mails and SMS say: less than a lock screen, for they pass through more hands."""

REFUSALS: dict[str, str] = {
    "full": later("Plus de place"),
    "far": later("C'est trop loin"),
    "skill": later("Je ne fais pas ce soin"),
    "hours": later("Pas à ces heures-là"),
}

LEFT = later("n'exerce plus ici")
"""Why somebody who has left does not come."""

REFUSED_BY_PATIENT = later("refus de la personne")
"""Why somebody whom the person refuses does not come."""

BY_PHONE = "trouvé par téléphone"
"""What the line of somebody holds who was not alerted, but called."""


def found_by_phone(name: str) -> str:
    return later("trouvé par téléphone par %(name)s", name=name)


SUMS: dict[str, tuple[str, str]] = {
    "far": (later("trop loin"), later("trop loin")),
    "full": (later("sans place"), later("sans place")),
    "skill": (later("ne fait pas ce soin"), later("ne font pas ce soin")),
    "hours": (later("pas à ces heures-là"), later("pas à ces heures-là")),
    "none": (later("refus sans motif"), later("refus sans motif")),
    "silent": (later("sans réponse"), later("sans réponse")),
}


def answers_in_words(counts: Mapping[str, int]) -> list[str]:
    """`4 trop loin`, `3 sans réponse`, `2 complets`: the most frequent first, for it says what to do next. `counts`: as
    from `queries.answers_summed`."""
    given = sorted((key for key in SUMS if counts.get(key)), key=lambda key: -counts[key])
    return [f"{counts[key]}{NO_BREAK}{SUMS[key][not is_one(counts[key])]}" for key in given]


def offer_notice(care: str, commune: str, expires_at: datetime, path: str) -> Notice:
    body = later("Répondre avant %(at)s", at=when_read(hour, expires_at))
    return Notice(
        later("%(care)s, %(commune)s", care=care, commune=commune), body, path, answerable=True, elsewhere=NEW_REQUEST
    )


TAKEN_NOTICE = Notice(later("Demande déjà prise"), later("Une ou un collègue s'en occupe. Merci."), urgency="normal")
EXPIRED_NOTICE = Notice(later("Le délai est passé"), later("La demande n'attend plus votre réponse."), urgency="low")
PAUSED_NOTICE = Notice(later("Demande en pause"), later("Elle n'attend pas de réponse pour l'instant."), urgency="low")
WITHDRAWN_NOTICE = Notice(later("Demande annulée"), later("Elle n'attend plus de réponse."), urgency="normal")
PERFORMER_NOTICE = Notice(
    later("Une demande acceptée est annulée"), later("Ouvrez Relais avant de partir."), elsewhere=CANCELLED
)
"""For the one who had accepted: she may be on her way."""

QUESTION_NOTICE = Notice(later("Une question sur votre demande"), later("Une ligne suffit pour répondre."))
REPLY_NOTICE = Notice(later("Réponse à votre question"), later("La demande attend votre décision."))
PROPOSAL_NOTICE = Notice(later("Une proposition est arrivée"), later("Vous pouvez choisir."))
MOVED_NOTICE = Notice(later("Le moment a changé"), later("La demande attend toujours votre réponse."), urgency="normal")
NOT_CHOSEN_NOTICE = Notice(
    later("Une autre proposition est retenue"), later("Merci d'avoir proposé."), urgency="normal"
)
CHOSEN_NOTICE = Notice(later("Demande acceptée"), later("Ouvrez Relais pour voir la demande."), elsewhere=NEW_REQUEST)


def stage(kind: str, km: int) -> str:
    """Whom a stage asks: `jusqu'à 10 km`, `le cabinet`."""
    return {
        "circle": later("le professionnel habituel"),
        "practice": later("son cabinet"),
        "chosen": later("l'établissement choisi"),
        "other": later("d'autres professions, jusqu'à %(km)s km", km=km),
    }.get(kind) or later("jusqu'à %(km)s km", km=km)
