"""How the roles are called on the screens (`docs/glossary.md`)."""

from app.accounts.models import Role
from app.language.phrases import later

ROLES = {
    Role.REQUESTER: later("Demander des soins"),
    Role.PRACTITIONER: later("Répondre aux demandes"),
    Role.COORDINATOR: later("Coordonner"),
    Role.CASE_MANAGER: later("Suivre des parcours"),
    Role.SENIOR_DOCTOR: later("Décider des réorientations"),
    Role.ADMINISTRATOR: later("Administrer"),
}
ROLE_NAMES = {
    Role.REQUESTER: later("Équipe qui demande"),
    Role.PRACTITIONER: later("Professionnel de santé"),
    Role.COORDINATOR: later("Coordination"),
    Role.CASE_MANAGER: later("Suivi de parcours"),
    Role.SENIOR_DOCTOR: later("Médecin senior"),
    Role.ADMINISTRATOR: later("Administration"),
}
"""Under a person's name; for a choice, `ROLES` says what one does."""

ROLE_HINTS = {
    Role.REQUESTER: later("Service, urgences, maternité ou cabinet qui demande"),
    Role.PRACTITIONER: later("Reçoit les demandes sur son téléphone"),
    Role.COORDINATOR: later("Veille sur les demandes sans réponse"),
    Role.CASE_MANAGER: later("Accompagne des patients dans la durée"),
    Role.SENIOR_DOCTOR: later("Médecin senior : réoriente un patient, ou le garde"),
    Role.ADMINISTRATOR: later("Donne les accès de l'organisation"),
}
