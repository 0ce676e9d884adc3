"""The French words of a request's life, and of what was answered for it."""

from datetime import date
from typing import Any

from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.language.phrases import decimal, later, said
from app.language.phrases import gettext as _
from app.language.typography import NO_BREAK
from app.language.words import date_words
from app.messages.models import Notice
from app.pathways.schema import Question

STATES: dict[State, str] = {
    State.DRAFT: later("À décider"),
    State.SEARCHING: later("Recherche en cours"),
    State.ACCEPTED: later("Acceptée"),
    State.SCHEDULED: later("Heure proposée"),
    State.STARTED: later("Soins commencés"),
    State.DONE: later("Terminée"),
    State.UNANSWERED: later("Sans réponse"),
    State.CANCELLED: later("Annulée"),
}

STEPS: dict[str, str] = {
    "opened": later("Demande envoyée"),
    "unwanted": later("Refus du patient noté"),
    "approve": later("Décision : réorienter"),
    "decline": later("Décision : garder aux urgences"),
    "split": later("Le reste est proposé à d'autres"),
    "proposed": later("Proposition reçue"),
    "question": later("Question posée"),
    "reply": later("Réponse donnée"),
    "relayed": later("Passée à une ou un collègue"),
    "rescheduled": later("Moment changé"),
    "missed": later("Passage non fait"),
    "handed": later("Suite confiée à quelqu'un d'autre"),
    "replanned": later("Plan changé"),
    "moved": later("Un passage change d'heure"),
    "renewed": later("Les soins continuent"),
    "stopped": later("Fin des soins"),
    "task": later("Fait"),
    "attached": later("Document joint"),
    "corrected": later("Identité ou coordonnées corrigées"),
    "erased": later("Document effacé"),
    "informed": later("Informé"),
    "late": later("Les soins n'ont pas commencé"),
    "left": later("N'exerce plus ici : les soins sont à confier"),
    "turned-away": later("La personne ne veut plus de ce professionnel : les soins sont à confier"),
    "asked": later("Professionnels prévenus"),
    "named": later("Demandée par son nom"),
    "refused": later("Refus"),
    "widened": later("Recherche élargie"),
    "accept": later("Acceptée"),
    "exhaust": later("Personne n'a répondu"),
    "relaunch": later("Recherche relancée"),
    "schedule": later("Heure proposée"),
    "confirmed": later("Le patient a confirmé"),
    "declined": later("Le patient ne peut pas à cette heure"),
    "wished": later("Le patient propose d'autres moments"),
    "call-asked": later("Le patient demande à être rappelé"),
    "called": later("Patient rappelé"),
    "came": later("Le patient dit que quelqu'un est venu"),
    "nobody-came": later("Le patient dit que personne n'est venu"),
    "start": later("Soins commencés"),
    "finish": later("Terminée"),
    "outcome": later("Compte rendu reçu"),
    "suspend": later("Suspendue : à l'hôpital"),
    "resume": later("Reprend : de retour à la maison"),
    "lapse": later("Heure passée pendant l'hospitalisation : à reproposer"),
    "restored": later("Rouverte : une erreur est corrigée"),
    "withdraw": later("Désistement"),
    "cancel": later("Demande annulée"),
}
OF_OPINION = {"start": later("Avis rendu"), "late": later("L'avis n'est pas rendu")}
"""The same where what is awaited is a written opinion."""

SIGNS = {
    "opened": "searching",
    "asked": "wave",
    "named": "wave",
    "refused": "refusal",
    "widened": "wave",
    "accept": "accepted",
    "exhaust": "unanswered",
    "relaunch": "searching",
    "schedule": "scheduled",
    "start": "started",
    "finish": "done",
    "cancel": "cancelled",
    "approve": "searching",
    "decline": "cancelled",
    "split": "searching",
    "proposed": "wave",
    "late": "unanswered",
}
"""How a step is drawn in the timeline; whatever is not here is a note."""

CANCELLATIONS: dict[str, str] = {
    "not-needed": later("Plus besoin"),
    "patient": later("Le patient ne veut pas"),
    "admitted": later("Le patient reste hospitalisé"),
    "elsewhere": later("Trouvé autrement"),
    "moved": later("A déménagé"),
    "mistake": later("Erreur de saisie"),
}

REVIEW = later("Revoir le plan : les soins continuent-ils ?")
"""The task of who asked for care without an end."""
MOVED = later("la personne a déménagé")
"""Why somebody else is looked for."""

ENDED = later("son suivi s'arrête")
"""Why everything that was asked for somebody ends when she dies: whoever reads more may open her page."""

UNDECIDED = later("aucune décision à temps")
"""Why a request ended that no senior doctor decided on."""

UNWANTED = "unwanted"
"""Why a request ended that the patient did not want: it was never sent."""
WEEKDAYS: dict[int, str] = {
    0: later("Lundi"),
    1: later("Mardi"),
    2: later("Mercredi"),
    3: later("Jeudi"),
    4: later("Vendredi"),
    5: later("Samedi"),
    6: later("Dimanche"),
}
"""Monday first, as `date.weekday`."""

MOMENT_WORDS: dict[str, str] = {"morning": later("Matin"), "midday": later("Midi"), "evening": later("Soir")}


COPY_NOTICE = Notice(
    later("Pour votre information"), later("Un de vos patients a des soins organisés."), "inbox", urgency="low"
)
TASK_NOTICE = Notice(later("Une tâche vous attend"), later("Elle devait être faite maintenant."), urgency="normal")
LATE_NOTICE = Notice(later("Des soins n'ont pas commencé"), later("Personne n'a dit qu'ils avaient commencé."))
LATE_OPINION_NOTICE = Notice(later("Un avis n'est pas venu"), later("Il était attendu avant maintenant."))
_TO_HAND_ON = later("Des soins commencés sont à confier")
HANDED_NOTICES = {
    "left": Notice(_TO_HAND_ON, later("La personne qui les faisait n'exerce plus ici.")),
    "turned-away": Notice(_TO_HAND_ON, later("La personne qui les faisait ne vient plus.")),
}
"""For the coordinator and the one who asked: whoever cared for a patient has left, or is not wanted any more."""

CORRECTED_NOTICE = Notice(
    later("Les coordonnées d'un patient ont changé"), later("Ouvrez Relais avant de partir."), "visits"
)
"""For whoever comes, and for who asked: an address or a number was corrected."""

DECISION_NOTICE = Notice(later("Une décision vous est demandée"), later("Réorientation d'un patient."), "decisions")
"""For a senior doctor: somebody waits beside a patient."""

UNDECIDED_NOTICE = Notice(
    later("Aucune décision n'a été prise"), later("La demande est close : personne n'a été prévenu.")
)


def answers_in_words(request: CareRequest, *, shown_only: bool = False) -> list[tuple[str, str]]:
    """What the pathway's file asked and what was answered. `shown_only`: what whoever is asked may read before she
    accepts."""
    given = request.answers
    asked = [
        question
        for question in request.rulebook.questions
        if (question.shown or not shown_only) and (not question.reasons or request.reason in question.reasons)
    ]
    answered = ((question, given.get(question.slug)) for question in asked)
    told = (
        (said(question.label), _answer(question, answer))
        for question, answer in answered
        if answer not in (None, "", [])
    )
    family = [(_("Motif"), said(request.need.shown))] if shown_only and request.need.shown else []
    return family + [(label, words) for label, words in told if words]


def _answer(question: Question, answer: Any) -> str:
    if question.options:  # Only what is chosen from a list can be shown early, so nothing else is taken for a choice.
        labels = {option.slug: said(option.label) for option in question.options}
        chosen = answer if isinstance(answer, list) else [answer]
        return ", ".join(labels[slug] for slug in chosen if slug in labels)
    if question.kind == "date":
        return date_words(date.fromisoformat(answer))
    if question.kind == "number":
        return decimal(answer) + (f"{NO_BREAK}{said(question.unit)}" if question.unit else "")
    return str(answer)
