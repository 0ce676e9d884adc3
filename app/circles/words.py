"""The French words of a circle."""

from dataclasses import dataclass
from typing import Self

from app.circles.models import CareTeamMember
from app.directory.models import Profession
from app.directory.words import PROFESSIONS
from app.language.phrases import later

USUAL_WORDS = {
    Profession.DOCTOR: later("Médecin traitant"),
    Profession.NURSE: later("Infirmière ou infirmier"),
    Profession.MIDWIFE: later("Sage-femme"),
    Profession.PHYSIOTHERAPIST: later("Kinésithérapeute"),
    Profession.PHARMACIST: later("Pharmacie"),
}


@dataclass(frozen=True)
class Carer:
    """A usual professional, or a place, and how to call there."""

    name: str
    what: str
    phone: str
    initials: str

    @classmethod
    def of(cls, member: CareTeamMember) -> Self:
        what = PROFESSIONS[member.profession][0] if member.practitioner else USUAL_WORDS[member.profession]
        return cls(member.name, str(what), member.phone, member.initials)
