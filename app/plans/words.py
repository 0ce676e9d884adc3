"""The French words of a plan."""

from datetime import date

from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.words import date_words
from app.plans.actions import NotPlanned
from app.plans.rules import FORTNIGHTLY, MONTHLY, WEEKLY, Kind, PartState, Verb

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
    Kind.WISH: later("Ce qui compte pour la personne"),
    Kind.PROBLEM: later("Difficultés"),
    Kind.OBJECTIVE: later("Objectifs"),
    Kind.ACTION: later("Actions"),
    Kind.ALERT: later("Si cela arrive, appeler"),
}

NEW = {
    Kind.WISH: later("Ajouter ce qui compte pour elle"),
    Kind.PROBLEM: later("Ajouter une difficulté"),
    Kind.OBJECTIVE: later("Ajouter un objectif"),
    Kind.ACTION: later("Ajouter une action"),
    Kind.ALERT: later("Ajouter une règle d'alerte"),
}

ONE = {
    Kind.WISH: later("Ce qui compte pour elle"),
    Kind.PROBLEM: later("Difficulté"),
    Kind.OBJECTIVE: later("Objectif"),
    Kind.ACTION: later("Action"),
    Kind.ALERT: later("Règle d'alerte"),
}

STATES: dict[tuple[Kind, PartState], str] = {
    (Kind.WISH, PartState.STANDING): later("toujours vrai"),
    (Kind.WISH, PartState.ENDED): later("ne compte plus"),
    (Kind.ALERT, PartState.STANDING): later("valable"),
    (Kind.ALERT, PartState.ENDED): later("retirée"),
    (Kind.PROBLEM, PartState.STANDING): later("active"),
    (Kind.PROBLEM, PartState.SOLVED): later("résolue"),
    (Kind.PROBLEM, PartState.DROPPED): later("écartée"),
    (Kind.OBJECTIVE, PartState.PROPOSED): later("proposé"),
    (Kind.OBJECTIVE, PartState.AGREED): later("accepté par la personne"),
    (Kind.OBJECTIVE, PartState.DECLINED): later("refusé par la personne"),
    (Kind.OBJECTIVE, PartState.REACHED): later("atteint"),
    (Kind.OBJECTIVE, PartState.NOT_REACHED): later("pas atteint"),
    (Kind.OBJECTIVE, PartState.ABANDONED): later("abandonné"),
    (Kind.ACTION, PartState.PROPOSED): later("sans réponse"),
    (Kind.ACTION, PartState.ACCEPTED): later("acceptée"),
    (Kind.ACTION, PartState.REFUSED): later("refusée, à confier"),
    (Kind.ACTION, PartState.DONE): later("faite"),
    (Kind.ACTION, PartState.NOT_DONE): later("pas faite"),
}

BECOME: dict[tuple[Kind, PartState], str] = {
    (Kind.WISH, PartState.ENDED): later("Ce n'est plus vrai"),
    (Kind.WISH, PartState.STANDING): later("C'est de nouveau vrai"),
    (Kind.ALERT, PartState.ENDED): later("Retirer cette règle"),
    (Kind.ALERT, PartState.STANDING): later("Remettre cette règle"),
    (Kind.PROBLEM, PartState.SOLVED): later("C'est résolu"),
    (Kind.PROBLEM, PartState.DROPPED): later("L'écarter"),
    (Kind.PROBLEM, PartState.STANDING): later("La difficulté revient"),
    (Kind.OBJECTIVE, PartState.AGREED): later("La personne est d'accord"),
    (Kind.OBJECTIVE, PartState.DECLINED): later("La personne ne le veut pas"),
    (Kind.OBJECTIVE, PartState.REACHED): later("C'est atteint"),
    (Kind.OBJECTIVE, PartState.NOT_REACHED): later("Ce n'est pas atteint"),
    (Kind.OBJECTIVE, PartState.ABANDONED): later("L'abandonner"),
    (Kind.OBJECTIVE, PartState.PROPOSED): later("Le proposer de nouveau"),
    (Kind.ACTION, PartState.ACCEPTED): later("Elle est acceptée"),
    (Kind.ACTION, PartState.REFUSED): later("Elle est refusée"),
    (Kind.ACTION, PartState.DONE): later("C'est fait"),
    (Kind.ACTION, PartState.NOT_DONE): later("Ce ne sera pas fait"),
    (Kind.ACTION, PartState.PROPOSED): later("La reprendre"),
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
    Verb.ADDED: later("ajouté"),
    Verb.CHANGED: later("changé"),
    Verb.MOVED: later("déplacé"),
    Verb.BECAME: later("état changé"),
}

NOT_PLANNED = {
    NotPlanned.DIED: later("Cette personne est décédée : rien de nouveau ne s'écrit."),
    NotPlanned.FROZEN: later("Cette personne a demandé que rien de nouveau ne soit fait avec son dossier."),
    NotPlanned.CLOSED: later("Le dossier de coordination est terminé : le plan se lit, et ne change plus."),
    NotPlanned.MEANWHILE: later("Quelqu'un vient de changer cette ligne. La voici telle qu'elle est maintenant."),
}


def day_words(on: date) -> str:
    return date_words(on)


def by_when(on: date) -> str:
    return _("avant le %(day)s", day=date_words(on))
