"""The French words of the directory."""

import unicodedata

from app.directory.models import Profession

PROFESSIONS: dict[Profession, tuple[str, str]] = {
    Profession.NURSE: ("infirmier", "infirmiers"),
    Profession.MIDWIFE: ("sage-femme", "sages-femmes"),
    Profession.DOCTOR: ("médecin", "médecins"),
    Profession.PHYSIOTHERAPIST: ("kinésithérapeute", "kinésithérapeutes"),
    Profession.PHARMACIST: ("pharmacien", "pharmaciens"),
}


def professionals(profession: Profession, number: int) -> str:
    """`14 infirmiers`, `aucun médecin`."""
    singular, plural = PROFESSIONS[profession]
    if number == 0:
        return f"aucune {singular}" if profession is Profession.MIDWIFE else f"aucun {singular}"
    return f"{number}\u00a0{singular if number == 1 else plural}"


def plain(text: str) -> str:
    """For searching names: lower case, no accents, hyphens and apostrophes as spaces."""
    bare = unicodedata.normalize("NFD", text.casefold())
    kept = "".join(" " if c in "-'’" else c for c in bare if not unicodedata.combining(c))
    return " ".join(kept.split())
