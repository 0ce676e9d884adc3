"""The French words of a circle."""

from app.directory.models import Profession
from app.language.phrases import later

USUAL_WORDS = {
    Profession.DOCTOR: later("Médecin traitant"),
    Profession.NURSE: later("Infirmière ou infirmier"),
    Profession.MIDWIFE: later("Sage-femme"),
    Profession.PHYSIOTHERAPIST: later("Kinésithérapeute"),
    Profession.PHARMACIST: later("Pharmacie"),
}
