"""The French words of a coordination folder. What rings says that there is one, and nothing of whom it is about."""

from app.folders.actions import NotOpened
from app.folders.rules import CriticalMoment, FolderEnding, FolderState, FolderVerb, MemberState
from app.language.phrases import later
from app.messages.models import Notice

STATE_WORDS = {
    FolderState.DRAFT: later("En préparation"),
    FolderState.PROPOSED: later("Proposé à l'équipe"),
    FolderState.OPEN: later("Ouvert"),
    FolderState.PAUSED: later("En pause : à l'hôpital"),
    FolderState.CLOSED: later("Fermé"),
    FolderState.OBJECTED: later("Fermé : la personne s'y oppose"),
}

MOMENTS_OF_COORDINATION = {
    CriticalMoment.RETURN: later("Retour à la maison ou entrée en EHPAD"),
    CriticalMoment.UNPLANNED: later("Hospitalisation imprévue"),
    CriticalMoment.DIAGNOSIS: later("Annonce d'une maladie grave"),
    CriticalMoment.CHRONIC: later("Maladie chronique qui se complique"),
    CriticalMoment.FRAILTY: later("Fragilité : chutes, perte de poids, mémoire"),
    CriticalMoment.LIFE: later("Changement de vie : seule, aidant épuisé, logement"),
    CriticalMoment.OTHER: later("Autre moment"),
}

LEVEL_WORDS = {1: later("Usuel"), 2: later("Renforcé"), 3: later("Complexe")}
LEVEL_HINTS = {
    1: later("La personne et son médecin coordonnent. Revu tous les six mois."),
    2: later("Plusieurs professionnels proches s'accordent, avec elle et ses proches. Revu tous les trois mois."),
    3: later("L'équipe a besoin d'un appui extérieur, comme un DAC. Revu chaque mois."),
}

ENDING_WORDS = {
    FolderEnding.GOALS: later("Ce qui était voulu est atteint"),
    FolderEnding.USUAL: later("Les soignants habituels continuent sans dossier"),
    FolderEnding.ELSEWHERE: later("Une autre équipe continue : autre territoire, EHPAD"),
    FolderEnding.LOST: later("La personne ne veut plus d'accompagnement, ou reste introuvable"),
    FolderEnding.ABANDONED: later("Préparé, et jamais ouvert"),
    FolderEnding.DIED: later("Décès"),
}

INFORMED = {
    "bedside": later("De vive voix, avec elle"),
    "phone": later("Au téléphone"),
    "paper": later("Par écrit"),
    "representative": later("Par qui décide pour elle"),
}
"""How she was told that a folder is opened."""

MEMBER_WORDS = {
    MemberState.NAMED: later("à solliciter"),
    MemberState.ASKED: later("pas encore de réponse"),
    MemberState.ACCEPTED: later("a dit oui"),
    MemberState.DECLINED: later("a dit non"),
    MemberState.LEFT: later("n'y est plus"),
}

STEPS = {
    "begin": later("Dossier préparé"),
    "informed": later("La personne est informée"),
    "agreed": later("La personne est d'accord"),
    "asked": later("Équipe sollicitée"),
    "accepted": later("A dit oui"),
    "declined": later("A dit non"),
    "left": later("N'est plus dans l'équipe"),
    "asked-to-lead": later("La coordination lui est proposée"),
    "kept-on": later("Ne prend pas la coordination"),
    "leads": later("Coordonne désormais"),
    "review": later("Situation revue"),
    "to-review": later("Date de revue passée"),
    "restored": later("Repris : décès noté par erreur"),
    FolderVerb.PROPOSE.value: later("Proposé à l'équipe"),
    FolderVerb.OPEN.value: later("Dossier ouvert"),
    FolderVerb.PAUSE.value: later("En pause : elle est à l'hôpital"),
    FolderVerb.RESUME.value: later("Le suivi reprend"),
    FolderVerb.CLOSE.value: later("Dossier fermé"),
    FolderVerb.OBJECT.value: later("La personne s'oppose : fermé aux autres"),
}

WHY_NOT = {
    NotOpened.DIED: later("Cette personne est décédée : aucun dossier ne s'ouvre."),
    NotOpened.FROZEN: later("Cette personne a demandé que rien de nouveau ne soit fait avec son dossier."),
    NotOpened.APART: later("Cette personne ne veut pas que l'équipe partage son dossier."),
}

ASKED_NOTICE = Notice(
    later("Un dossier de coordination vous est proposé"),
    later("Ouvrez Relais pour dire oui ou non."),
    urgency="normal",
    elsewhere=later("Relais : un dossier de coordination attend votre oui ou votre non. Ouvrez Relais."),
)
LEAD_NOTICE = Notice(
    later("On vous propose de coordonner un dossier"),
    later("Ouvrez Relais pour dire oui ou non."),
    urgency="normal",
    elsewhere=later("Relais : on vous propose de coordonner un dossier. Ouvrez Relais pour répondre."),
)
REVIEW_NOTICE = Notice(
    later("Un dossier de coordination est à revoir"),
    later("La date prévue est arrivée."),
    urgency="normal",
    elsewhere=later("Relais : un dossier que vous coordonnez est à revoir. Ouvrez Relais."),
)
NEWS_NOTICE = Notice(
    later("Du nouveau dans un dossier de coordination"), later("Ouvrez Relais pour le lire."), urgency="normal"
)
ENDED_NOTICE = Notice(later("Un dossier de coordination est fermé"), later("Vous n'avez rien à faire."), urgency="low")
