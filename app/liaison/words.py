"""The French words of the liaison book. What rings says that there is something to read, and nothing of what it is."""

from app.language.phrases import later
from app.liaison.rules import NoteType, Visibility, Voice, Written
from app.messages.models import Notice

TYPES = {
    NoteType.OBSERVATION: later("Observation"),
    NoteType.INTERVENTION: later("Intervention"),
    NoteType.INSTRUCTION: later("Consigne"),
    NoteType.ADVICE: later("Avis demandé"),
    NoteType.GENERAL: later("Information"),
}

ICONS = {
    NoteType.OBSERVATION: "eye",
    NoteType.INTERVENTION: "heart-handshake",
    NoteType.INSTRUCTION: "clipboard-list",
    NoteType.ADVICE: "message-square-text",
    NoteType.GENERAL: "info",
}

VISIBILITIES = {
    Visibility.CIRCLE: later("Tous ses soignants"),
    Visibility.HEALTH: later("Les professionnels de santé seulement"),
    Visibility.PERSON: later("Ses soignants, la personne, et les proches qu'elle autorise"),
    Visibility.NAMED: later("Seulement les soignants que je nomme"),
}

READ_BY = {
    Visibility.CIRCLE: later("tous ses soignants"),
    Visibility.HEALTH: later("professionnels de santé"),
    Visibility.PERSON: later("la personne aussi"),
    Visibility.NAMED: later("soignants nommés"),
}

VOICES = {
    Voice.HELP: later("aide à domicile"),
    Voice.HERSELF: later("la personne elle-même"),
    Voice.RELATIVE: later("un proche"),
}
"""What is said beside a name, of who does not care for her."""

WHY_NOT = {
    Written.DIED: later("Cette personne est décédée : rien de nouveau ne s'écrit."),
    Written.FROZEN: later("Cette personne a demandé que rien de nouveau ne soit fait avec son dossier."),
}

URGENT_NOTICE = Notice(
    later("Note urgente dans un cahier de liaison"),
    later("Ouvrez Relais pour la lire."),
    elsewhere=later("Relais : une note urgente vous attend dans un cahier de liaison. Ouvrez Relais pour la lire."),
)

NOTICE = Notice(
    later("Nouvelle note dans un cahier de liaison"),
    later("Ouvrez Relais pour la lire."),
    urgency="low",
)

FOR_YOU_NOTICE = Notice(
    later("Une note vous est adressée"),
    later("Ouvrez Relais pour la lire."),
    urgency="normal",
    elsewhere=later("Relais : une note vous est adressée dans un cahier de liaison. Ouvrez Relais pour la lire."),
)
