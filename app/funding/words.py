"""The French words of estimates and of requests to funders."""

from app.funding.rules import EstimateState, Funder, FundingConflict, FundingState
from app.language.phrases import later
from app.messages.models import Notice

ESTIMATE_STATES: dict[EstimateState, str] = {
    EstimateState.DRAFT: later("brouillon"),
    EstimateState.SHOWN: later("montrée à la personne"),
    EstimateState.ACCEPTED: later("acceptée par la personne"),
    EstimateState.OUTDATED: later("périmée"),
}

FUNDERS: dict[Funder, str] = {
    Funder.ARDH: later("Aide au retour à domicile (ARDH)"),
    Funder.OSCAR: later("OSCAR, caisse de retraite"),
    Funder.MSA: later("Aide de la MSA après l'hôpital"),
    Funder.APA: later("APA"),
    Funder.URGENT_APA: later("APA d'urgence"),
    Funder.NURSING_HOME: later("APA en EHPAD"),
    Funder.PCH: later("PCH"),
    Funder.DEPARTMENT: later("Aide ménagère du département"),
    Funder.HEALTH_COVER: later("Complémentaire santé solidaire (C2S)"),
    Funder.CONTRACT: later("Contrat d'assistance"),
}

FUNDER_STATES: dict[FundingState, str] = {
    FundingState.TO_PREPARE: later("à préparer"),
    FundingState.SENT: later("envoyée"),
    FundingState.COMPLETE: later("dossier complet"),
    FundingState.GRANTED: later("accordée"),
    FundingState.REFUSED: later("refusée"),
    FundingState.EXPIRED: later("trop tard"),
}

FUNDER_VERBS: dict[FundingState, str] = {
    FundingState.SENT: later("Elle est envoyée"),
    FundingState.COMPLETE: later("Le dossier est complet"),
    FundingState.GRANTED: later("Elle est accordée"),
    FundingState.REFUSED: later("Elle est refusée"),
}

CONFLICTS: dict[FundingConflict, tuple[str, str]] = {
    FundingConflict.FUND_AND_APA: (
        later("L'aide d'une caisse de retraite ne se demande pas avec l'APA : l'une exclut l'autre."),
        later("Cnav : GIR 5 ou 6, sans APA, PCH ni MTP"),
    ),
    FundingConflict.APA_AND_OTHER: (
        later("Une aide qui exclut celle-ci est déjà demandée ou accordée."),
        later("CASF art. L232-23"),
    ),
    FundingConflict.ALREADY: (later("Cette aide est déjà demandée."), ""),
}

SEND_NOTICE = Notice(
    later("Une demande d'aide à envoyer"),
    later("L'échéance est demain."),
    elsewhere=later("Relais : une demande d'aide est à envoyer, l'échéance est demain."),
)
PAUSE_NOTICE = Notice(
    later("Une aide va s'arrêter"),
    later("La personne est à l'hôpital depuis 25 jours."),
    urgency="normal",
)
"""Of whom, only Relais says, once it is opened."""
