"""The French words of an opinion. What rings says that something is awaited, and nothing of what it is."""

from app.advice.rules import BillingReason, BillingVerdict, See
from app.language.phrases import later
from app.messages.models import Notice

REMIND_NOTICE = Notice(
    later("Un avis est attendu de vous"),
    later("Demain au plus tard. Ouvrez Relais pour le rendre."),
    urgency="normal",
    elsewhere=later("Relais : un avis est attendu de vous, demain au plus tard. Ouvrez Relais pour le rendre."),
)
NOT_GIVEN = later("l'avis n'est pas venu à temps")
"""BillingReason it is looked for elsewhere, in the life of the request."""

SEE: dict[See, str] = {
    See.NO: later("Non, l'avis suffit"),
    See.BY: later("Oui, avant une date"),
    See.TODAY: later("Oui, aujourd'hui"),
}

VERDICTS: dict[BillingVerdict, str] = {
    BillingVerdict.YES: later("À facturer"),
    BillingVerdict.CHECK: later("À vérifier"),
    BillingVerdict.NO: later("Non facturable"),
}

WHY: dict[BillingReason, str] = {
    BillingReason.NO_RATE: later("aucun tarif connu ici pour cette date"),
    BillingReason.PROFESSION: later("tarif de votre profession non connu ici"),
    BillingReason.SALARIED: later("votre établissement le dit"),
    BillingReason.SAME_PLACE: later("demandé et rendu dans la même structure"),
    BillingReason.LIMIT: later("déjà quatre dans l'année pour cette personne"),
}
