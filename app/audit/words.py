"""What lines are called on the screens and in the patient's report."""

from app.audit.origin import Source

ACTS = {
    "account.signed_in": "Connexion",
    "account.signed_out": "Déconnexion",
    "account.invited": "Invitation d'une personne",
    "account.left": "Départ d'une organisation",
    "account.proven": "Nouvelle preuve d'identité",
    "account.device_ended": "Appareil déconnecté à distance",
    "account.recovery_asked": "Récupération d'un compte demandée",
    "account.recovery_confirmed": "Récupération d'un compte confirmée",
    "account.recovery_cancelled": "Récupération d'un compte annulée",
    "account.recovery_opened": "Récupération d'un compte ouverte",
    "account.recovered": "Compte récupéré",
    "passkey.enrolled": "Nouvelle clé d'accès",
    "passkey.renamed": "Clé d'accès renommée",
    "passkey.removed": "Clé d'accès retirée",
    "passkey.counted_back": "Clé d'accès qui semble copiée, refusée",
    "patient.created": "Création du dossier",
    "patient.read": "Consultation de l'identité",
    "pathway.adopted": "Parcours modifié pour une organisation",
    "pathway.set_aside": "Retour au parcours du catalogue",
    "request.opened": "Envoi d'une demande",
    "request.moved": "Changement d'état de la demande",
    "offer.made": "Demande proposée à un professionnel, sans l'identité",
    "offer.answered": "Réponse à une demande",
    "appointment.proposed": "Proposition d'un rendez-vous",
    "appointment.answered": "Réponse du patient au rendez-vous",
    "access.refused": "Accès refusé",
    "audit.searched": "Recherche dans les traces",
    "audit.reported": "Relevé des accès remis au patient",
    "audit.day_sealed": "Scellement du jour",
    "audit.pruned": "Fin de conservation de traces anciennes",
}

REASONS = {
    "care": "soins",
    "patient": "geste du patient",
    "sign-in": "connexion",
    "sign-out": "déconnexion",
    "enrolment": "inscription",
    "joins an organization": "arrivée dans l'organisation",
    "not theirs": "hors de ses droits",
    "coordination": "coordination",
    "control": "contrôle des accès",
    "patient asked": "demande du patient",
    "integrity": "intégrité des traces",
    "retention": "durée de conservation",
}

SOURCES = {
    Source.WEB: "écran",
    Source.NOTICE: "notification du téléphone",
    Source.PATIENT_LINK: "lien du patient",
    Source.WORKER: "Relais, de lui-même",
    Source.CLI: "commande de l'exploitant",
}

RESULTS = {"done": "fait", "refused": "refusé"}
