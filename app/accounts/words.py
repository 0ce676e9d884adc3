"""How the roles are called on the screens (`docs/glossary.md`)."""

from app.accounts.models import Role

ROLES = {
    Role.REQUESTER: "Demander des soins",
    Role.PRACTITIONER: "Répondre aux demandes",
    Role.COORDINATOR: "Coordonner",
    Role.CASE_MANAGER: "Suivre des parcours",
    Role.SENIOR_DOCTOR: "Décider des réorientations",
    Role.ADMINISTRATOR: "Administrer",
}
ROLE_HINTS = {
    Role.REQUESTER: "Service, urgences, maternité ou cabinet qui demande",
    Role.PRACTITIONER: "Reçoit les demandes sur son téléphone",
    Role.COORDINATOR: "Veille sur les demandes sans réponse",
    Role.CASE_MANAGER: "Accompagne des patients dans la durée",
    Role.SENIOR_DOCTOR: "Médecin senior\u00a0: réoriente un patient, ou le garde",
    Role.ADMINISTRATOR: "Donne les accès de l'organisation",
}
