"""The French words of a request's life, and of what was answered for it."""

from datetime import date
from typing import Any

from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.core.words import french_date
from app.messages.models import Notice
from app.pathways.schema import Question

STATES: dict[State, str] = {
    State.DRAFT: "À décider",
    State.SEARCHING: "Recherche en cours",
    State.ACCEPTED: "Acceptée",
    State.SCHEDULED: "Heure proposée",
    State.STARTED: "Soins commencés",
    State.DONE: "Terminée",
    State.UNANSWERED: "Sans réponse",
    State.CANCELLED: "Annulée",
}

STEPS: dict[str, str] = {
    "opened": "Demande envoyée",
    "approve": "Décision\u00a0: réorienter",
    "decline": "Décision\u00a0: garder aux urgences",
    "split": "Le reste est proposé à d'autres",
    "proposed": "Proposition reçue",
    "question": "Question posée",
    "reply": "Réponse donnée",
    "relayed": "Passée à un confrère",
    "rescheduled": "Moment changé",
    "task": "Fait",
    "attached": "Document joint",
    "informed": "Informé",
    "late": "Les soins n'ont pas commencé",
    "left": "N'exerce plus ici\u00a0: les soins sont à confier",
    "asked": "Professionnels prévenus",
    "refused": "Refus",
    "widened": "Recherche élargie",
    "accept": "Acceptée",
    "exhaust": "Personne n'a répondu",
    "relaunch": "Recherche relancée",
    "schedule": "Heure proposée",
    "confirmed": "Le patient a confirmé",
    "declined": "Le patient ne peut pas à cette heure",
    "wished": "Le patient propose d'autres moments",
    "call-asked": "Le patient demande à être rappelé",
    "called": "Patient rappelé",
    "came": "Le patient dit que quelqu'un est venu",
    "nobody-came": "Le patient dit que personne n'est venu",
    "start": "Soins commencés",
    "finish": "Terminée",
    "withdraw": "Désistement",
    "cancel": "Demande annulée",
}

CANCELLATIONS: dict[str, str] = {
    "not-needed": "Plus besoin",
    "patient": "Le patient ne veut pas",
    "admitted": "Le patient reste hospitalisé",
    "elsewhere": "Trouvé autrement",
    "mistake": "Erreur de saisie",
}

UNDECIDED = "aucune décision à temps"
"""Why a request ended that no senior doctor decided on."""

MOMENT_WORDS: dict[str, str] = {"morning": "Matin", "midday": "Midi", "evening": "Soir"}


COPY_NOTICE = Notice("Pour votre information", "Un de vos patients a des soins organisés.", "inbox", urgency="low")
TASK_NOTICE = Notice("Une tâche vous attend", "Elle devait être faite maintenant.", urgency="normal")
LATE_NOTICE = Notice("Des soins n'ont pas commencé", "Personne n'a dit qu'ils avaient commencé.")
LEFT_NOTICE = Notice("Des soins commencés sont à confier", "La personne qui les faisait n'exerce plus ici.")
"""For the coordinator and the one who asked: whoever cared for a patient has left."""

DECISION_NOTICE = Notice("Une décision vous est demandée", "Réorientation d'un patient.", "decisions")
"""For a senior doctor: somebody waits beside a patient."""

UNDECIDED_NOTICE = Notice("Aucune décision n'a été prise", "La demande est close\u00a0: personne n'a été prévenu.")


def answers_in_words(request: CareRequest, *, shown_only: bool = False) -> list[tuple[str, str]]:
    """What the pathway's file asked and what was answered. `shown_only`: what whoever is asked may read before she
    accepts."""
    given = request.answers
    asked = [question for question in request.rulebook.questions if question.shown or not shown_only]
    answered = ((question, given.get(question.slug)) for question in asked)
    told = (
        (question.label, _answer(question, answer)) for question, answer in answered if answer not in (None, "", [])
    )
    return [(label, words) for label, words in told if words]


def _answer(question: Question, answer: Any) -> str:
    if question.options:  # Only what is chosen from a list can be shown early, so nothing else is taken for a choice.
        labels = {option.slug: option.label for option in question.options}
        chosen = answer if isinstance(answer, list) else [answer]
        return ", ".join(labels[slug] for slug in chosen if slug in labels)
    if question.kind == "date":
        return french_date(date.fromisoformat(answer))
    if question.kind == "number":
        return f"{answer:g}".replace(".", ",") + (f"\u00a0{question.unit}" if question.unit else "")
    return str(answer)
