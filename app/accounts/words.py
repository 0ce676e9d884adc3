"""How the roles are called on the screens (`docs/glossary.md`)."""

from app.accounts.models import Role
from app.core.language import later

ROLES = {
    Role.REQUESTER: later("Demander des soins"),
    Role.PRACTITIONER: later("Répondre aux demandes"),
    Role.COORDINATOR: later("Coordonner"),
    Role.CASE_MANAGER: later("Suivre des parcours"),
    Role.SENIOR_DOCTOR: later("Décider des réorientations"),
    Role.ADMINISTRATOR: later("Administrer"),
}
ROLE_HINTS = {
    Role.REQUESTER: later("Service, urgences, maternité ou cabinet qui demande"),
    Role.PRACTITIONER: later("Reçoit les demandes sur son téléphone"),
    Role.COORDINATOR: later("Veille sur les demandes sans réponse"),
    Role.CASE_MANAGER: later("Accompagne des patients dans la durée"),
    Role.SENIOR_DOCTOR: later("Médecin senior : réoriente un patient, ou le garde"),
    Role.ADMINISTRATOR: later("Donne les accès de l'organisation"),
}
