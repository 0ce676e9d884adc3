"""Reading the public extraction of the Annuaire Santé (PS_LibreAcces_Personne_activite), whatever its year.

`|` between fields, no quoting, one line per activity, so one person on several lines (FACTS 4.2). Header words drift
from year to year, so they are compared without case, accents and what stands in brackets.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.directory.models import Profession
from app.organizations.words import plain


class WrongExtract(ValueError):
    """Not such a file, or a column that Relais needs is gone; the message names it."""


@dataclass(frozen=True)
class Activity:
    """A person in private practice at one place. `rpps`: 11 digits; places and phone as they stand in the file."""

    rpps: str
    family_name: str
    given_name: str
    profession: Profession
    site: str
    practice: str
    street: str
    commune_code: str
    postal_code: str
    phone: str


PROFESSION_CODES = {
    "10": Profession.DOCTOR,
    "21": Profession.PHARMACIST,
    "50": Profession.MIDWIFE,
    "60": Profession.NURSE,
    "70": Profession.PHYSIOTHERAPIST,
}
PRIVATE_PRACTICE = "L"
RPPS = re.compile(r"8(\d{11})")
NEEDED = (
    "identification nationale pp",
    "nom d exercice",
    "prenom d exercice",
    "code profession",
    "code mode exercice",
    "identifiant technique de la structure",
    "raison sociale site",
    "numero voie",
    "libelle type de voie",
    "libelle voie",
    "bureau cedex",
    "code postal",
    "code commune",
    "telephone",
)


def read_activities(lines: Iterable[str]) -> Iterator[Activity]:
    """The activities in private practice of the professions that Relais asks; others are passed over.

    Raises `WrongExtract` before the first one when the file cannot be read.
    """
    rows = (line.rstrip("\r\n").split("|") for line in lines)
    places = _places(next(rows, []))
    for row in rows:
        if len(row) > max(places.values()):
            activity = _activity({name: row[at].strip() for name, at in places.items()})
            if activity is not None:
                yield activity


def _places(header: list[str]) -> dict[str, int]:
    """Where each needed column stands; the first of that name, since some files repeat one."""
    found: dict[str, int] = {}
    for at, name in enumerate(header):
        found.setdefault(plain(re.sub(r"\(.*?\)", "", name.lstrip("\ufeff"))), at)
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise WrongExtract(f"this file has no column {missing[0]!r}")
    return {name: found[name] for name in NEEDED}


def _activity(row: dict[str, str]) -> Activity | None:
    identity = RPPS.fullmatch(row["identification nationale pp"])
    profession = PROFESSION_CODES.get(row["code profession"])
    if identity is None or profession is None or row["code mode exercice"] != PRIVATE_PRACTICE:
        return None
    cedex = re.match(r"\d{5}", row["bureau cedex"])
    street = (row["numero voie"], row["libelle type de voie"], row["libelle voie"])
    return Activity(
        rpps=identity[1],
        family_name=row["nom d exercice"].title(),
        given_name=row["prenom d exercice"].title(),
        profession=profession,
        site=row["identifiant technique de la structure"],
        practice=row["raison sociale site"],
        street=" ".join(part for part in street if part).title(),
        commune_code=row["code commune"],
        postal_code=row["code postal"] or (cedex[0] if cedex else ""),
        phone=row["telephone"],
    )
