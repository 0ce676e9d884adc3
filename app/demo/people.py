"""Invented people and places: `people.toml`."""

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from app.accounts.models import Role
from app.directory.models import Profession
from app.language.dates import PartialDate
from app.patients.actions import Identity

Facts = TypeVar("Facts")


class Persona(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a visitor may be. `device`: the frame that suits the person; `opens`: the screen to begin with."""

    slug: str
    does: str
    device: Literal["phone", "tablet"]
    opens: str


class DemoPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    kind: str
    commune: str
    address: str
    parent: str | None = None


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an establishment is asked for; its people who hold the role of practitioner answer."""

    kind: Profession
    skills: tuple[str, ...] = ()


class Staff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who asks, coordinates or administers: `roles` as (place, role)."""

    given: str
    family: str
    roles: tuple[tuple[str, Role], ...]


class DemoProfessional(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`lies`: metres to the north and to the east of the centre of the practice's commune."""

    profession: Profession
    given: str
    family: str
    practice: str
    lies: tuple[int, int]
    accepting: bool = True
    skills: tuple[str, ...] = ()


class NearFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A relative, her tie (`relatives.words.KINSHIP`) and what she may read (`relatives.models.Heading`)."""

    name: str
    kinship: str
    headings: tuple[str, ...]


class PatientFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keeper`: the place that keeps the record, which calls her by `number`; `usual`: the professionals who care
    already, `usual_place`: where by profession it is a whole place."""

    keeper: str
    given: str
    family: str
    born: date
    sex: str
    birth_place: str
    address: str
    commune: str
    usual: tuple[str, ...] = ()
    relatives: tuple[NearFacts, ...] = ()
    usual_place: dict[str, str] = {}
    number: str = ""


class Cast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everybody and every place by key, in the order of the file; raises ValueError when a key leads nowhere."""

    personas: tuple[Persona, ...]
    postal_codes: dict[str, str]
    places: dict[str, DemoPlace]
    services: dict[str, Service]
    staff: dict[str, Staff]
    professionals: dict[str, DemoProfessional]
    patients: dict[str, PatientFacts]

    def __post_init__(self) -> None:
        known(self.places, (place.parent for place in self.places.values() if place.parent))
        known(self.places, self.services)
        known(self.places, (place for one in self.staff.values() for place, _role in one.roles))
        known(self.places, (one.practice for one in self.professionals.values()))
        known(self.places, (one.keeper for one in self.patients.values()))
        known(self.professionals, (key for one in self.patients.values() for key in one.usual))
        known(self.places, (key for one in self.patients.values() for key in one.usual_place.values()))
        known({**self.staff, **self.professionals}, (persona.slug for persona in self.personas))


def known(keys: Iterable[str], used: Iterable[str]) -> None:
    if unknown := {*used} - {*keys}:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")


def read(file: Path, kind: type[Facts]) -> Facts:
    """What this file says. Raises ValueError, which names the file and the key."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{file.name}: {error}") from None


FOLDER = Path(__file__).parent
CAST = read(FOLDER / "people.toml", Cast)
PEOPLE: dict[str, Staff | DemoProfessional] = {**CAST.staff, **CAST.professionals}
SLUGS = frozenset(persona.slug for persona in CAST.personas)


def email_of(key: str) -> str:
    return f"{key}@relais.example"


def identity_of(key: str) -> Identity:
    one, rank = CAST.patients[key], [*CAST.patients].index(key)
    return Identity(
        birth_name=one.family,
        given_names=one.given,
        birth_date=PartialDate.of(one.born),
        sex=one.sex,
        birth_place=one.birth_place,
        phone=f"+3363998{4000 + rank * 37:04d}",
        commune_code=one.commune,
        address=one.address,
        postal_code=CAST.postal_codes.get(one.commune, ""),
    )
