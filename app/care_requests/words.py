"""The French words of a request's life."""

from app.care_requests.rules import State

STATES: dict[State, str] = {
    State.SEARCHING: "Recherche en cours",
    State.ACCEPTED: "Acceptée",
    State.SCHEDULED: "Rendez-vous fixé",
    State.STARTED: "Soins commencés",
    State.DONE: "Terminée",
    State.UNANSWERED: "Sans réponse",
    State.CANCELLED: "Annulée",
}

STEPS: dict[str, str] = {
    "opened": "Demande envoyée",
    "asked": "Professionnels prévenus",
    "refused": "Refus",
    "widened": "Recherche élargie",
    "accept": "Acceptée",
    "exhaust": "Personne n'a répondu",
    "relaunch": "Recherche relancée",
    "schedule": "Rendez-vous proposé",
    "confirmed": "Le patient a confirmé",
    "declined": "Le patient ne peut pas à cette heure",
    "start": "Soins commencés",
    "finish": "Terminée",
    "withdraw": "Désistement",
    "cancel": "Demande annulée",
}
