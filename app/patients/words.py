"""What every screen says of a patient, to those who may know."""

from dataclasses import dataclass
from datetime import date, datetime

from app.core import clock
from app.core.language import gettext as _
from app.core.language import later, ngettext
from app.core.words import count_days, date_words
from app.organizations.models import town_of
from app.patients.models import Patient
from app.patients.rules import age

SEXES = {"F": later("Femme"), "M": later("Homme")}
BORN = {"F": later("née le %(date)s"), "M": later("né le %(date)s"), "": later("né(e) le %(date)s")}


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
        born=BORN.get(patient.sex, BORN[""]) % {"date": date_words(patient.birth_date)},
        age=age_words(patient.birth_date, clock.paris(now).date()),
        address=", ".join(part for part in (patient.address, place) if part),
        phone=patient.phone,
    )


def age_words(born: date, today: date) -> str:
    """`78 ans`; in months before the second birthday, in days before the second month."""
    years = age(born, today)
    if years >= 2:
        return ngettext("%(num)s an", "%(num)s ans", years)
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return _("%(n)s mois", n=months) if months >= 2 else count_days((today - born).days)
