"""What every screen says of a patient, to those who may know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app import clock
from app.identity.ins import IdentityStatus
from app.identity.rules import age, official_date
from app.identity.searching import Sought
from app.language.dates import PartialDate
from app.language.phrases import gettext as _
from app.language.phrases import later, ngettext
from app.language.words import count_days, date_words, phone
from app.organizations.models import town_of
from app.patients.models import Cause, Patient
from app.patients.queries import Found

SEXES = {"F": later("Femme"), "M": later("Homme")}
BORN = {
    "day": {"F": later("née le %(date)s"), "M": later("né le %(date)s"), "": later("naissance le %(date)s")},
    "month": {"F": later("née en %(date)s"), "M": later("né en %(date)s"), "": later("naissance en %(date)s")},
}


WHOSE = {
    "patient": later("La personne elle-même"),
    "child": later("Sa fille ou son fils"),
    "partner": later("Son conjoint"),
    "parent": later("Son père ou sa mère"),
    "relative": later("Un autre proche"),
    "guardian": later("Son tuteur ou curateur"),
    "neighbour": later("Un voisin, un gardien"),
    "helper": later("Une aide à domicile"),
}
"""Whose telephone it is."""

STATUSES = {
    IdentityStatus.PROVISIONAL: later("Identité provisoire : aucune pièce vérifiée"),
    IdentityStatus.RETRIEVED: later("Identité récupérée du téléservice, aucune pièce vérifiée"),
    IdentityStatus.VALIDATED: later("Identité validée"),
    IdentityStatus.QUALIFIED: later("Identité qualifiée"),
}

LIKENESS = {
    "same-date": later("même date de naissance"),
    "partial-date": later("date de naissance connue en partie"),
    "swapped-date": later("jour et mois de naissance inversés"),
    "slipped-date": later("date de naissance à un chiffre près"),
    "same-family": later("même nom de naissance"),
    "used-family": later("nom de naissance ici, nom utilisé là"),
    "slipped-family": later("nom à une lettre près"),
    "heard-family": later("nom qui s'entend pareil"),
    "married-same-place": later("autre nom, même lieu de naissance"),
    "married-same-phone": later("autre nom, même téléphone"),
    "same-given": later("même premier prénom"),
    "shared-given": later("un prénom en commun"),
    "slipped-given": later("prénom à une lettre près"),
    "heard-given": later("prénom qui s'entend pareil"),
    "no-given": later("prénom pas encore donné"),
    "same-ins": later("même matricule INS"),
}
"""Why two records may be one person, as `likeness.likeness` names it."""


TRAITS = {
    "birth_name": later("Nom de naissance"),
    "given_names": later("Prénoms de naissance"),
    "name_used": later("Nom utilisé"),
    "given_name_used": later("Prénom utilisé"),
    "birth_date": later("Date de naissance"),
    "birth_rank": later("Rang de naissance"),
    "sex": later("Sexe"),
    "birth_place": later("Lieu de naissance"),
    "phone": later("Téléphone"),
    "address": later("Adresse"),
    "postal_code": later("Code postal"),
    "commune_code": later("Commune"),
    "telecoms": later("Autre téléphone"),
    "ins": later("Matricule INS"),
}
"""What somebody may correct, as `correcting.WRITTEN` and `numbers` name it."""

CAUSES = {
    Cause.ENTERED: later("l'inscription"),
    Cause.REQUEST: later("une demande de soins"),
    Cause.STAY: later("une hospitalisation"),
    Cause.CIRCLE: later("le suivi habituel"),
    Cause.ACCEPTANCE: later("des soins acceptés"),
    Cause.FOLDER: later("son dossier de coordination"),
    Cause.IDENTITY: later("une identité donnée en entier"),
}
"""Why somebody may open this person: *accès par…*"""


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
        born=born_words(patient.born, patient.sex),
        age=about_age(patient.born, clock.paris(now).date()),
        address=", ".join(part for part in (patient.address, place) if part),
        phone=patient.phone,
    )


def sought_in_words(sought: Sought) -> str:
    """What was understood of what was typed: `Né(e) le 12 mars 1948`."""
    if sought.phone:
        return phone(sought.phone)
    words = born_words(sought.born) if sought.born else ""
    return words[:1].upper() + words[1:]


def what_narrows(found: Found) -> str:
    """What to type when there are too many to read, or when more letters would find more people."""
    sought = found.sought
    if not found.too_many:
        in_part = sought.born is not None and not sought.born.day and not sought.by_letters
        return _("Pour qui est né un jour connu, ajoutez une lettre ou le jour.") if in_part else ""
    if not sought.by_letters:
        return _("Beaucoup de personnes : ajoutez trois lettres du nom ou du prénom.")
    if len(sought.words) < 2:
        return _("Beaucoup de personnes : continuez le nom, puis ajoutez le prénom.")
    return _("Beaucoup de personnes : écrivez les noms et prénoms en entier, avec le jour de naissance.")


def likeness_words(why: Iterable[str]) -> str:
    """`même date de naissance, nom à une lettre près, même premier prénom`."""
    return ", ".join(str(LIKENESS[each]) for each in why)


def born_words(born: PartialDate, sex: str = "") -> str:
    """`née le 12 mars 1948`, `né en mars 1948`, `né(e) en 1948`: what is not known is not made up."""
    if born.whole:
        kind, said = "day", date_words(born.whole)
    else:
        kind, said = "month", date_words(born.first, "MMMM y") if born.month else str(born.year)
    return BORN[kind].get(sex, BORN[kind][""]) % {"date": said}


def about_age(born: PartialDate, today: date) -> str:
    """`78 ans`, `environ 78 ans` where only the year is known."""
    if born.whole:
        return age_words(born.whole, today)
    return _("environ %(age)s", age=age_words(official_date(born), today))


def age_words(born: date, today: date) -> str:
    """`78 ans`; in months before the second birthday, in days before the second month."""
    years = age(born, today)
    if years >= 2:
        return ngettext("%(num)s an", "%(num)s ans", years)
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return _("%(n)s mois", n=months) if months >= 2 else count_days((today - born).days)
