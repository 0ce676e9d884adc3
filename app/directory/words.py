"""The French words of the directory."""

from app.directory.models import Profession
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.typography import NO_BREAK

PROFESSIONS: dict[Profession, tuple[str, str]] = {
    Profession.NURSE: (later("infirmière ou infirmier"), later("infirmières et infirmiers")),
    Profession.MIDWIFE: (later("sage-femme"), later("sages-femmes")),
    Profession.DOCTOR: (later("médecin"), later("médecins")),
    Profession.PHYSIOTHERAPIST: (later("kinésithérapeute"), later("kinésithérapeutes")),
    Profession.PHARMACIST: (later("pharmacien"), later("pharmaciens")),
    Profession.MATERNITY: (later("maternité"), later("maternités")),
    Profession.WARD: (later("service"), later("services")),
    Profession.EQUIPMENT: (later("prestataire de matériel"), later("prestataires de matériel")),
    Profession.HOME_HELP: (later("service d'aide à domicile"), later("services d'aide à domicile")),
}

SERVICES = (Profession.MATERNITY, Profession.WARD, Profession.EQUIPMENT, Profession.HOME_HELP)
"""What an establishment is asked for as a house."""

SKILLS: dict[str, str] = {
    "wounds": later("Plaies et cicatrisation"),
    "infusion": later("Perfusions à domicile"),
    "palliative": later("Soins palliatifs"),
    "children": later("Enfants"),
    "bed-medicine": later("Lits de médecine"),
    "bed-surgery": later("Lits de chirurgie"),
    "bed-rehabilitation": later("Soins de suite"),
    "arabic": later("Arabe"),
    "english": later("Anglais"),
    "portuguese": later("Portugais"),
    "turkish": later("Turc"),
    "sign": later("Langue des signes"),
}
"""What somebody can do beyond her profession, and the languages she speaks: whoever has what is asked comes first."""


FEMININE = frozenset({Profession.NURSE, Profession.MIDWIFE, Profession.MATERNITY})


def professionals(profession: Profession, number: int) -> str:
    """`14 infirmiers`, `aucun médecin`."""
    singular, plural = PROFESSIONS[profession]
    if number == 0:
        return _("aucune %(who)s", who=singular) if profession in FEMININE else _("aucun %(who)s", who=singular)
    return f"{number}{NO_BREAK}{singular if number == 1 else plural}"
