"""The French words of the directory."""

import unicodedata

from app.directory.models import Profession

PROFESSIONS: dict[Profession, tuple[str, str]] = {
    Profession.NURSE: ("infirmier", "infirmiers"),
    Profession.MIDWIFE: ("sage-femme", "sages-femmes"),
    Profession.DOCTOR: ("médecin", "médecins"),
    Profession.PHYSIOTHERAPIST: ("kinésithérapeute", "kinésithérapeutes"),
    Profession.PHARMACIST: ("pharmacien", "pharmaciens"),
    Profession.MATERNITY: ("maternité", "maternités"),
    Profession.WARD: ("service", "services"),
    Profession.EQUIPMENT: ("prestataire de matériel", "prestataires de matériel"),
    Profession.HOME_HELP: ("service d'aide à domicile", "services d'aide à domicile"),
}

SERVICES = (Profession.MATERNITY, Profession.WARD, Profession.EQUIPMENT, Profession.HOME_HELP)
"""What an establishment is asked for as a house."""

SKILLS: dict[str, str] = {
    "wounds": "Plaies et cicatrisation",
    "infusion": "Perfusions à domicile",
    "palliative": "Soins palliatifs",
    "children": "Enfants",
    "bed-medicine": "Lits de médecine",
    "bed-surgery": "Lits de chirurgie",
    "bed-rehabilitation": "Soins de suite",
    "arabic": "Arabe",
    "english": "Anglais",
    "portuguese": "Portugais",
    "turkish": "Turc",
    "sign": "Langue des signes",
}
"""What somebody can do beyond her profession, and the languages she speaks: whoever has what is asked comes first."""


FEMININE = frozenset({Profession.MIDWIFE, Profession.MATERNITY})


def professionals(profession: Profession, number: int) -> str:
    """`14 infirmiers`, `aucun médecin`."""
    singular, plural = PROFESSIONS[profession]
    if number == 0:
        return f"aucune {singular}" if profession in FEMININE else f"aucun {singular}"
    return f"{number}\u00a0{singular if number == 1 else plural}"


ARTICLES = ("le", "la", "les", "l")
SMALL_WORDS = frozenset(
    ["à", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "lès", "sous", "sur"]
)
ABBREVIATIONS = {"st": "saint", "ste": "sainte"}


def commune_name(capitals: str) -> str:
    """`ST GERMAIN LES ARPAJON` → `Saint-Germain-les-Arpajon`: postal files write names in capitals, without the
    hyphens that join every word of a French place name except an article that opens it."""
    words = [ABBREVIATIONS.get(word, word) for word in capitals.lower().split()]
    if not words:
        return ""
    spelled = [word if i and word in SMALL_WORDS else word.capitalize() for i, word in enumerate(words)]
    if words[0] in ARTICLES and len(words) > 1:
        spelled[1] = words[1].capitalize()
        return f"{spelled[0]} {'-'.join(spelled[1:])}"
    return "-".join(spelled)


def searched(text: str) -> str:
    """A commune's name as people type it, made alike: `st michel` finds Saint-Michel-sur-Orge."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in plain(text).split())


def plain(text: str) -> str:
    """For searching names: lower case, no accents, hyphens and apostrophes as spaces."""
    bare = unicodedata.normalize("NFD", text.casefold())
    kept = "".join(" " if c in "-'’" else c for c in bare if not unicodedata.combining(c))
    return " ".join(kept.split())
