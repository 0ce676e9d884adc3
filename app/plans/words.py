"""The French words of a plan."""

from datetime import date

from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.words import date_words
from app.plans.actions import NotPlanned
from app.plans.rules import FORTNIGHTLY, MONTHLY, WEEKLY, PartState, PlanKind, PlanVerb

DOMAINS = {
    "health": later("Santé"),
    "medicines": later("Médicaments"),
    "autonomy": later("Autonomie"),
    "mood": later("Moral"),
    "home": later("Logement"),
    "carer": later("Aidants"),
    "rights": later("Droits"),
    "social": later("Vie sociale"),
}

TITLES = {
    PlanKind.WISH: later("Ce qui compte pour la personne"),
    PlanKind.PROBLEM: later("Difficultés"),
    PlanKind.OBJECTIVE: later("Objectifs"),
    PlanKind.ACTION: later("Actions"),
    PlanKind.ALERT: later("Si cela arrive, appeler"),
}

NEW = {
    PlanKind.WISH: later("Ajouter ce qui compte pour elle"),
    PlanKind.PROBLEM: later("Ajouter une difficulté"),
    PlanKind.OBJECTIVE: later("Ajouter un objectif"),
    PlanKind.ACTION: later("Ajouter une action"),
    PlanKind.ALERT: later("Ajouter une règle d'alerte"),
}

ONE = {
    PlanKind.WISH: later("Ce qui compte pour elle"),
    PlanKind.PROBLEM: later("Difficulté"),
    PlanKind.OBJECTIVE: later("Objectif"),
    PlanKind.ACTION: later("Action"),
    PlanKind.ALERT: later("Règle d'alerte"),
}

STATES: dict[tuple[PlanKind, PartState], str] = {
    (PlanKind.WISH, PartState.STANDING): later("toujours vrai"),
    (PlanKind.WISH, PartState.ENDED): later("ne compte plus"),
    (PlanKind.ALERT, PartState.STANDING): later("valable"),
    (PlanKind.ALERT, PartState.ENDED): later("retirée"),
    (PlanKind.PROBLEM, PartState.STANDING): later("active"),
    (PlanKind.PROBLEM, PartState.SOLVED): later("résolue"),
    (PlanKind.PROBLEM, PartState.DROPPED): later("écartée"),
    (PlanKind.OBJECTIVE, PartState.PROPOSED): later("proposé"),
    (PlanKind.OBJECTIVE, PartState.AGREED): later("accepté par la personne"),
    (PlanKind.OBJECTIVE, PartState.DECLINED): later("refusé par la personne"),
    (PlanKind.OBJECTIVE, PartState.REACHED): later("atteint"),
    (PlanKind.OBJECTIVE, PartState.NOT_REACHED): later("pas atteint"),
    (PlanKind.OBJECTIVE, PartState.ABANDONED): later("abandonné"),
    (PlanKind.ACTION, PartState.PROPOSED): later("sans réponse"),
    (PlanKind.ACTION, PartState.ACCEPTED): later("acceptée"),
    (PlanKind.ACTION, PartState.REFUSED): later("refusée, à confier"),
    (PlanKind.ACTION, PartState.DONE): later("faite"),
    (PlanKind.ACTION, PartState.NOT_DONE): later("pas faite"),
}

BECOME: dict[tuple[PlanKind, PartState], str] = {
    (PlanKind.WISH, PartState.ENDED): later("Ce n'est plus vrai"),
    (PlanKind.WISH, PartState.STANDING): later("C'est de nouveau vrai"),
    (PlanKind.ALERT, PartState.ENDED): later("Retirer cette règle"),
    (PlanKind.ALERT, PartState.STANDING): later("Remettre cette règle"),
    (PlanKind.PROBLEM, PartState.SOLVED): later("C'est résolu"),
    (PlanKind.PROBLEM, PartState.DROPPED): later("L'écarter"),
    (PlanKind.PROBLEM, PartState.STANDING): later("La difficulté revient"),
    (PlanKind.OBJECTIVE, PartState.AGREED): later("La personne est d'accord"),
    (PlanKind.OBJECTIVE, PartState.DECLINED): later("La personne ne le veut pas"),
    (PlanKind.OBJECTIVE, PartState.REACHED): later("C'est atteint"),
    (PlanKind.OBJECTIVE, PartState.NOT_REACHED): later("Ce n'est pas atteint"),
    (PlanKind.OBJECTIVE, PartState.ABANDONED): later("L'abandonner"),
    (PlanKind.OBJECTIVE, PartState.PROPOSED): later("Le proposer de nouveau"),
    (PlanKind.ACTION, PartState.ACCEPTED): later("Elle est acceptée"),
    (PlanKind.ACTION, PartState.REFUSED): later("Elle est refusée"),
    (PlanKind.ACTION, PartState.DONE): later("C'est fait"),
    (PlanKind.ACTION, PartState.NOT_DONE): later("Ce ne sera pas fait"),
    (PlanKind.ACTION, PartState.PROPOSED): later("La reprendre"),
}
"""What somebody says to bring a part there."""

SIGNS = {
    PartState.STANDING: "check",
    PartState.ENDED: "x",
    PartState.SOLVED: "circle-check",
    PartState.DROPPED: "x",
    PartState.PROPOSED: "hourglass",
    PartState.AGREED: "circle-check",
    PartState.DECLINED: "circle-x",
    PartState.REACHED: "flag",
    PartState.NOT_REACHED: "circle-alert",
    PartState.ABANDONED: "ban",
    PartState.ACCEPTED: "circle-check",
    PartState.REFUSED: "circle-x",
    PartState.DONE: "flag",
    PartState.NOT_DONE: "circle-alert",
}

EVERY = {
    "": later("Une seule fois"),
    WEEKLY: later("Chaque semaine"),
    FORTNIGHTLY: later("Toutes les deux semaines"),
    MONTHLY: later("Chaque mois"),
}

TOLD_HOW = {
    "spoken": later("de vive voix"),
    "phone": later("au téléphone"),
    "paper": later("sur papier signé"),
    "decider": later("par qui décide avec ou pour elle"),
    "herself": later("par elle-même, dans son espace"),
}

FIELDS = {
    "words": later("texte"),
    "domain": later("domaine"),
    "criterion": later("critère"),
    "due": later("date"),
    "owner": later("qui s'en charge"),
    "every": later("rythme"),
    "request": later("demande de soins"),
    "call": later("qui appeler"),
    "phone": later("téléphone"),
    "why": later("raison"),
    "told_how": later("dit comment"),
    "told_on": later("dit quand"),
    "done_on": later("fait le"),
}
"""What a part says, as a version names it."""

VERBS = {
    PlanVerb.ADDED: later("ajouté"),
    PlanVerb.CHANGED: later("changé"),
    PlanVerb.MOVED: later("déplacé"),
    PlanVerb.BECAME: later("état changé"),
}

NOT_PLANNED = {
    NotPlanned.DIED: later("Cette personne est décédée : rien de nouveau ne s'écrit."),
    NotPlanned.FROZEN: later("Cette personne a demandé que rien de nouveau ne soit fait avec son dossier."),
    NotPlanned.CLOSED: later("Le dossier de coordination est terminé : le plan se lit, et ne change plus."),
    NotPlanned.MEANWHILE: later("Quelqu'un vient de changer cette ligne. La voici telle qu'elle est maintenant."),
}


def by_when(on: date) -> str:
    return _("avant le %(day)s", day=date_words(on))
