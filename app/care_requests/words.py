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

STEPS: dict[str, tuple[str, str]] = {
    "opened": ("Demande envoyée", "send"),
    "asked": ("Professionnels prévenus", "bell-ring"),
    "refused": ("Refus", "x"),
    "widened": ("Recherche élargie", "radar"),
    "accept": ("Acceptée", "check"),
    "exhaust": ("Personne n'a répondu", "circle-alert"),
    "relaunch": ("Recherche relancée", "rotate-ccw"),
    "schedule": ("Rendez-vous proposé", "calendar"),
    "confirmed": ("Le patient a confirmé", "user-check"),
    "declined": ("Le patient ne peut pas venir", "user-x"),
    "start": ("Soins commencés", "play"),
    "finish": ("Terminée", "flag"),
    "withdraw": ("Désistement", "undo-2"),
    "cancel": ("Demande annulée", "ban"),
}
