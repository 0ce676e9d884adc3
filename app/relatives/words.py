"""The French words of relatives."""

from app.language.phrases import later
from app.relatives.models import Heading

KINSHIP = {
    "child": later("Fille ou fils"),
    "partner": later("Conjoint, compagne, compagnon"),
    "parent": later("Père ou mère"),
    "sibling": later("Sœur ou frère"),
    "family": later("Autre famille"),
    "friend": later("Amie, ami, voisin"),
    "doctor": later("Médecin traitant"),
}

HEADINGS = {
    Heading.VISITS: later("Qui vient à la maison, et quand"),
    Heading.APPOINTMENTS: later("Les rendez-vous ailleurs"),
    Heading.MESSAGES: later("Les messages"),
    Heading.WHAT_IF: later("Que faire si…"),
    Heading.NOTES: later("Le cahier de liaison"),
    Heading.DOCUMENTS: later("Les documents"),
    Heading.COSTS: later("Ce que cela coûte"),
}

HEADING_ICONS = {
    Heading.VISITS: "house",
    Heading.APPOINTMENTS: "calendar",
    Heading.MESSAGES: "message-square-text",
    Heading.WHAT_IF: "info",
    Heading.NOTES: "pencil",
    Heading.DOCUMENTS: "file-text",
    Heading.COSTS: "clipboard-list",
}

PROTECTIONS = {
    "minor": later("Mineur : titulaire de l'autorité parentale"),
    "curatelle": later("Curatelle : la personne décide, assistée"),
    "tutelle": later("Tutelle : le tuteur représente la personne"),
    "habilitation": later("Habilitation familiale"),
    "mandate": later("Mandat de protection future"),
}

DECIDES = {
    "minor": later("titulaire de l'autorité parentale"),
    "curatelle": later("curateur, qui assiste"),
    "tutelle": later("tuteur"),
    "habilitation": later("personne habilitée"),
    "mandate": later("mandataire"),
}
"""What who decides is called, after her name."""
