"""What is wrong with a pathway, in the words of who writes it."""

from app.language.phrases import gettext as _
from app.language.phrases import later
from app.pathways.reading import Flaw

MISTAKES = {
    Flaw.NONE: later("Il en faut au moins un."),
    Flaw.TWICE: later("Deux d'entre eux portent le même nom."),
    Flaw.WINDOW_ENDS: later("La fin doit venir après le début."),
    Flaw.HOURS_END: later("La fin doit venir après le début."),
    Flaw.PLACE: later(
        "Avec une étape « L'établissement choisi », dites ici lequel se choisit ; sans elle, laissez « Aucun »."
    ),
    Flaw.OPTIONS: later("Une question à choix a des réponses, et elle seule."),
    Flaw.SHOWN: later("Seul ce qui se choisit dans une liste peut être montré avant l'acceptation."),
    Flaw.ONLY_IF: later("Ce n'est pas une réponse à une question posée plus haut."),
    Flaw.REASONS: later("Un de ces motifs n'est pas dans le parcours."),
    Flaw.TWO_CONDITIONS: later("Une question dépend d'une réponse ou d'un motif, pas des deux."),
    Flaw.NOBODY: later("Pour l'un des motifs, il ne reste personne à qui demander."),
    Flaw.WIDER: later("Cette distance doit être plus grande que celle de l'étape précédente."),
    Flaw.ANY_DISTANCE: later("La distance ne compte que pour les professionnels proches : laissez-la vide."),
    Flaw.PROFESSIONS: later("Ce sont celles qu'une étape « D'autres professions » contacte, et elle seule."),
    Flaw.TOO_FEW: later("Moins de personnes que de propositions entre lesquelles choisir."),
}


def in_french(words: str) -> str:
    """A mistake of `pathways.reading`: one of its own, or of the types, which msgspec says in English."""
    if words in list(Flaw):
        return str(MISTAKES[Flaw(words)])
    for sign, said in TYPES.items():
        if sign in words:
            return str(said)
    return _("Cette valeur ne convient pas.")


TYPES = {
    "unknown field": later("Relais ne connaît pas cette clé."),
    "required field": later("Il manque cette valeur."),
    "`array` of length >= 1": later("Il en faut au moins un."),
    "`str` of length >= 1": later("Ce texte est vide."),
    "`str` of length <=": later("Ce texte est trop long."),
    "`str` matching": later("Des lettres minuscules, des chiffres et des tirets seulement."),
    "Invalid enum value": later("Relais ne connaît pas cette valeur."),
    "`int` <=": later("Ce nombre est trop grand."),
    "`int` >=": later("Ce nombre est trop petit."),
    "Expected `int`": later("Il faut un nombre entier."),
    "Expected `str`": later("Il faut un texte, entre guillemets."),
    "Expected `date`": later("Il faut une date."),
    "Invalid RFC3339 encoded date": later("Il faut une date."),
    "Expected `array`": later("Il faut une liste."),
}
"""By what its message has in it, the first that fits."""

ICONS = {
    "house": later("Domicile"),
    "stethoscope": later("Consultation"),
    "bandage": later("Pansement"),
    "syringe": later("Injection"),
    "droplets": later("Perfusion"),
    "droplet": later("Goutte"),
    "cable": later("Sonde"),
    "test-tube": later("Prélèvement"),
    "flask-conical": later("Analyse"),
    "pill": later("Médicament"),
    "thermometer": later("Fièvre"),
    "heart-pulse": later("Surveillance"),
    "activity": later("Constantes"),
    "baby": later("Enfant"),
    "calendar-heart": later("Grossesse"),
    "bed": later("Lit"),
    "bed-double": later("Séjour"),
    "bone": later("Os et dos"),
    "ear": later("Oreille"),
    "scan-search": later("Examen"),
    "accessibility": later("Mouvement"),
    "dumbbell": later("Exercice"),
    "footprints": later("Marche"),
    "shower-head": later("Toilette"),
    "package": later("Matériel"),
    "file-text": later("Document"),
    "hand-heart": later("Aide"),
    "heart-handshake": later("Soutien"),
    "users-round": later("Équipe"),
    "door-open": later("Sortie"),
    "ambulance": later("Transport"),
    "car": later("Trajet"),
    "armchair": later("Fauteuil"),
    "audio-waveform": later("Écho et son"),
    "battery-low": later("Fatigue"),
    "calendar-sync": later("Suivi régulier"),
    "handshake": later("Accord"),
    "hospital": later("Hôpital"),
    "house-heart": later("Maison"),
    "microscope": later("Microscope"),
    "puzzle": later("Autonomie"),
    "rotate-3d": later("Rééducation"),
    "scan": later("Scanner"),
    "soup": later("Repas"),
    "wind": later("Souffle"),
    "zap": later("Électrique"),
}
