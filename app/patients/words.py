"""What every screen says of a patient, to those who may know."""

from dataclasses import dataclass
from datetime import date, datetime

from app.core import clock
from app.core.dates import PartialDate
from app.core.words import count, french_date, phone
from app.organizations.models import town_of
from app.patients.models import Patient
from app.patients.queries import Found
from app.patients.rules import age, official_date
from app.patients.searching import Sought

SEXES = {"F": "Femme", "M": "Homme"}
BORN = {"F": "née", "M": "né"}


@dataclass(frozen=True)
class Banner:
    """Who the patient is, in words; `phone` as it is kept (E.164)."""

    name: str
    sex: str
    born: str
    age: str
    address: str
    phone: str


def banner(patient: Patient, now: datetime) -> Banner:
    place = town_of(patient.commune, patient.postal_code)
    return Banner(
        name=patient.name,
        sex=SEXES.get(patient.sex, ""),
        born=f"{BORN.get(patient.sex, 'né(e)')} {born_words(patient.born)}",
        age=about_age(patient.born, clock.paris(now).date()),
        address=", ".join(part for part in (patient.address, place) if part),
        phone=patient.phone,
    )


def sought_in_words(sought: Sought) -> str:
    """What was understood of what was typed: `Né(e) le 12 mars 1948`."""
    if sought.phone:
        return phone(sought.phone)
    return f"Né(e) {born_words(sought.born)}" if sought.born else ""


def what_narrows(found: Found) -> str:
    """What to type when there are too many to read, or when more letters would find more people."""
    sought = found.sought
    if not found.too_many:
        in_part = sought.born is not None and not sought.born.day and not sought.by_letters
        return "Pour qui est né un jour connu, ajoutez une lettre ou le jour." if in_part else ""
    if not sought.by_letters:
        return "Beaucoup de personnes\u00a0: ajoutez trois lettres du nom ou du prénom."
    if len(sought.words) < 2:
        return "Beaucoup de personnes\u00a0: continuez le nom, puis ajoutez le prénom."
    return "Beaucoup de personnes\u00a0: écrivez les noms et prénoms en entier, avec le jour de naissance."


def born_words(born: PartialDate) -> str:
    """`le 12 mars 1948`, `en mars 1948`, `en 1948`: what is not known is not made up."""
    if born.whole:
        return f"le {french_date(born.whole)}"
    return f"en {french_date(born.first, 'MMMM y')}" if born.month else f"en {born.year}"


def about_age(born: PartialDate, today: date) -> str:
    """`78 ans`, `environ 78 ans` where only the year is known."""
    if born.whole:
        return age_words(born.whole, today)
    return f"environ {age_words(official_date(born), today)}"


def age_words(born: date, today: date) -> str:
    """`78 ans`; in months before the second birthday, in days before the second month."""
    years = age(born, today)
    if years >= 2:
        return count(years, "an")
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return f"{months}\u00a0mois" if months >= 2 else count((today - born).days, "jour")
