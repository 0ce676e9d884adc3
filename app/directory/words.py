"""The French words of the directory."""

from typing import get_args

from app.directory.models import Profession
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.typography import NO_BREAK
from app.pathways.schema import Service

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
    Profession.HOME_NURSING: (later("service de soins à domicile"), later("services de soins à domicile")),
    Profession.REHABILITATION: (later("service de réadaptation"), later("services de réadaptation")),
    Profession.NURSING_HOME: (later("EHPAD"), later("EHPAD")),
    Profession.OUTPATIENT: (later("consultation d'hôpital"), later("consultations d'hôpital")),
    Profession.IMAGING: (later("centre d'imagerie"), later("centres d'imagerie")),
    Profession.LABORATORY: (later("laboratoire de biologie"), later("laboratoires de biologie")),
    Profession.DAC: (later("dispositif d'appui à la coordination"), later("dispositifs d'appui à la coordination")),
    Profession.SOCIAL_WORK: (later("service social"), later("services sociaux")),
}

SERVICES = tuple(Profession(each) for each in get_args(Service))
"""What an establishment is asked for as a house."""

SKILLS: dict[str, str] = {
    "wounds": later("Plaies et cicatrisation"),
    "infusion": later("Perfusions à domicile"),
    "palliative": later("Soins palliatifs"),
    "children": later("Enfants"),
    "bed-medicine": later("Lits de médecine"),
    "bed-surgery": later("Lits de chirurgie"),
    "bed-rehabilitation": later("Soins de suite"),
    "stay-short": later("Hébergement temporaire"),
    "stay-long": later("Hébergement permanent"),
    "stay-day": later("Accueil de jour"),
    "clinic-cardiology": later("Cardiologie"),
    "clinic-pneumology": later("Pneumologie"),
    "clinic-gastroenterology": later("Gastro-entérologie"),
    "clinic-diabetology": later("Diabétologie"),
    "clinic-neurology": later("Neurologie"),
    "clinic-geriatrics": later("Gériatrie"),
    "specialty-cardiology": later("Cardiologie"),
    "specialty-dermatology": later("Dermatologie"),
    "specialty-diabetology": later("Diabétologie, endocrinologie"),
    "specialty-geriatrics": later("Gériatrie"),
    "specialty-neurology": later("Neurologie"),
    "specialty-palliative": later("Soins palliatifs, douleur"),
    "specialty-pneumology": later("Pneumologie"),
    "specialty-psychiatry": later("Psychiatrie"),
    "specialty-vascular": later("Médecine vasculaire"),
    "image-radiography": later("Radiographie"),
    "image-ultrasound": later("Échographie"),
    "image-section": later("Scanner et IRM"),
    "arabic": later("Arabe"),
    "english": later("Anglais"),
    "portuguese": later("Portugais"),
    "turkish": later("Turc"),
    "sign": later("Langue des signes"),
}
"""What somebody can do beyond her profession, and the languages she speaks: whoever has what is asked comes first."""


HOUSE_SKILLS = {
    Profession.WARD: "bed-",
    Profession.NURSING_HOME: "stay-",
    Profession.OUTPATIENT: "clinic-",
    Profession.IMAGING: "image-",
}
"""How the slugs begin of what a service may have; a service of another kind is asked for what it is."""


def skills_of_house(kind: Profession) -> dict[str, str]:
    """What a service of this kind may say that it has."""
    prefix = HOUSE_SKILLS.get(kind)
    return {slug: words for slug, words in SKILLS.items() if prefix and slug.startswith(prefix)}


def skills_of_person(profession: Profession) -> dict[str, str]:
    """What somebody of this profession may say that she can do: specialties are for doctors."""
    others = (*HOUSE_SKILLS.values(), *(() if profession is Profession.DOCTOR else ("specialty-",)))
    return {slug: words for slug, words in SKILLS.items() if not slug.startswith(others)}


FEMININE = frozenset({Profession.NURSE, Profession.MIDWIFE, Profession.MATERNITY, Profession.OUTPATIENT})


def professionals(profession: Profession, number: int) -> str:
    """`14 infirmiers`, `aucun médecin`."""
    singular, plural = PROFESSIONS[profession]
    if number == 0:
        return _("aucune %(who)s", who=singular) if profession in FEMININE else _("aucun %(who)s", who=singular)
    return f"{number}{NO_BREAK}{singular if number == 1 else plural}"
