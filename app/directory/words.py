"""The French words of the directory."""

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
