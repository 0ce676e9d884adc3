"""Why somebody is not asked by her name, as it stands beside hers."""

from app.language.phrases import later
from app.relays.rules import WhyNot

WHY_NOT: dict[WhyNot, str] = {
    WhyNot.OVER: later("cette demande n'est plus à pourvoir"),
    WhyNot.UNWANTED: later("la personne ne veut pas de ce professionnel, ou de ce lieu"),
    WhyNot.ASKER: later("demande elle-même ces soins"),
    WhyNot.WAITING: later("prévenu, réponse attendue"),
    WhyNot.ANSWERED: later("a déjà répondu : appelez pour en reparler"),
    WhyNot.UNREACHABLE: later("ne répond pas dans Relais : appelez"),
    WhyNot.PAUSED: later("demandes en pause : appelez"),
}
