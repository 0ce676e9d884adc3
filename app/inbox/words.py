"""What the practitioner's screens say of a person."""

from datetime import date

from babel.dates import format_date

from app.core.words import phone
from app.patients.models import Patient
from app.patients.rules import age

SEXES = {"F": "Femme", "M": "Homme"}


def age_words(born: date, today: date) -> str:
    """`78 ans`; in months before the second birthday, in days before the second month."""
    years = age(born, today)
    if years >= 2:
        return f"{years}\u00a0ans"
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return f"{months}\u00a0mois" if months >= 2 else f"{(today - born).days}\u00a0jours"


def identity(patient: Patient, today: date) -> dict[str, str | None]:
    """The patient as the banner shows it, already in words."""
    born = patient.birth_date
    return {
        "name": patient.name,
        "sex": SEXES.get(patient.sex),
        "born": f"{'née' if patient.sex == 'F' else 'né'} le {format_date(born, 'long', locale='fr')}",
        "age": age_words(born, today),
        "address": ", ".join(
            part for part in (patient.address, f"{patient.commune.postal_code} {patient.commune.name}") if part
        ),
        "phone": callable_phone(patient.phone),
        "identifier": None,
    }


def callable_phone(number: str) -> str:
    """With plain spaces, so that the same words make the `tel:` address."""
    return phone(number).replace("\u00a0", " ")
