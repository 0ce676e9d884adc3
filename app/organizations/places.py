"""Which place somebody means: five digits are a postal code before they are anything else, and nothing is guessed.

What can only be one place is taken; otherwise the places to choose among are given, those near the asker first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import cos, inf, radians
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, func, select

from app.core.db import db
from app.language.phrases import gettext as _
from app.language.spelling import visible
from app.organizations.geo import distance_km
from app.organizations.models import Commune, Locality
from app.organizations.words import department_code, department_of, departments, gazetteer, plain, searched

CODE = re.compile(r"(?:^|(?<=[\s,]))(\d{5}|\d{2} \d{3}|2[ABab]\d{3})(?=$|[\s,])")
ASIDE = re.compile(r"\s*\(([^()]*)\)$")
CEDEX = re.compile(r"\bcedex\b.*$", re.IGNORECASE)

MOST = 60
"""Places to choose among: more communes than any postal code has."""
SUGGESTED, LETTERS = 8, 2
"""Places suggested for the first letters of a name, and how many letters there must be."""

WHOLE_CITIES = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}
"""Communes that the post knows by their arrondissements alone; people are born in them all the same."""
UNKNOWN = "99999"
"""The birthplace that nobody knows, as the national identity reference writes it."""
UNKNOWN_WORDS = frozenset(
    {"inconnu", "inconnue", "lieu inconnu", "commune inconnue", "ne sait pas", "unknown", UNKNOWN}
)


@dataclass(frozen=True)
class Place:
    """A commune as somebody wrote it. `postal_code`: empty when several are possible, which are then `postal_codes`;
    `name`: the commune's, a former commune's or a hamlet's; `former_code`: the INSEE code of a former commune."""

    commune: Commune
    postal_codes: tuple[str, ...]
    name: str
    former_code: str = ""

    @property
    def postal_code(self) -> str:
        return self.postal_codes[0] if len(self.postal_codes) == 1 else ""

    @property
    def written(self) -> str:
        """As a field holds it, and reads it again: `91080 Évry-Courcouronnes (Essonne)`."""
        if self.former_code and self.name == self.commune.name:
            return f"{self.name} ({self.former_code})"
        town = " ".join(filter(None, (self.postal_code, self.name if self.former_code else self.commune.name)))
        aside = department_of(self.commune.code)
        return f"{town} ({aside})" if aside else town

    @property
    def understood(self) -> str:
        """`Évry-Courcouronnes · 91080 · Essonne`."""
        name = self.commune.name
        if self.former_code and self.name != name:
            name = _("%(former)s, aujourd'hui %(name)s", former=self.name, name=name)
        parts = name, ", ".join(self.postal_codes), department_of(self.commune.code)
        return " · ".join(part for part in parts if part)

    @property
    def code(self) -> str:
        """As a birthplace: a person is born in the commune of then."""
        return self.former_code or self.commune.code


@dataclass(frozen=True)
class Born:
    """A birthplace that is no commune of the post: a country, a whole city, or nobody knows where."""

    code: str
    name: str

    @property
    def written(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def understood(self) -> str:
        return self.name


Meaning = Place | Born
Kind = TypeVar("Kind", bound=Meaning)


@dataclass(frozen=True)
class Meant(Generic[Kind]):
    """`place`: the only one that can be meant; otherwise `choices`, those to choose among, which may be none."""

    place: Kind | None
    choices: Sequence[Kind] = ()


@dataclass(frozen=True)
class Typed:
    """`code`: five characters or none. `name`: as `searched` makes it. `department`: the start of its INSEE codes."""

    code: str
    name: str
    department: str = ""


def read(text: str) -> Typed:
    """`91300 Massy`, `Massy 91300`, `Massy (Essonne)`, `Massy (91377)`, `69 003`, `Lyon 3e`."""
    text, department = visible(text), ""
    code = ""
    if aside := ASIDE.search(text):
        text = text[: aside.start()]
        inside = aside[1].strip()
        code = inside.upper() if CODE.fullmatch(inside) else ""
        department = "" if code else _department(inside)
    if found := CODE.search(text):
        code = found[1].replace(" ", "").upper()
        text = f"{text[: found.start()]} {text[found.end() :]}"
    return Typed(code, searched(CEDEX.sub("", text)), department)


def _department(text: str) -> str:
    """Its code, by name or number; empty when it is none."""
    wanted = plain(text)
    return next((code for code, name in departments().items() if wanted in (code.lower(), plain(name))), "")


def place_meant(text: str, near: Commune | None = None) -> Meant[Place]:
    """Where somebody is. `near`: where the asker works."""
    typed = read(text)
    exact = [place for place in _exactly(typed) if place.commune.code.startswith(typed.department)]
    if not exact:
        return Meant(None, _perhaps(typed, near))
    others = _others(exact, typed, near)
    if len(exact) == 1 and not others:
        return Meant(exact[0])
    return Meant(None, _nearest_first([*exact, *others], near)[:MOST])


def birth_place_meant(text: str, near: Commune | None = None) -> Meant[Meaning]:
    """Where somebody was born: a commune, be it a former one, a whole city or a country; or nobody knows."""
    typed = read(text)
    if plain(text) in UNKNOWN_WORDS or typed.code == UNKNOWN:
        return Meant(Born(UNKNOWN, _("Lieu de naissance inconnu")))
    if city := WHOLE_CITIES.get(typed.code or _whole_cities().get(typed.name, "")):
        return Meant(Born(_whole_cities()[searched(city)], city))
    if typed.code.startswith("99"):
        return Meant(countries().get(typed.code))
    here = place_meant(text, near)
    abroad = [] if typed.code or typed.department else _abroad(typed.name)
    exact = [country for country, names in abroad if typed.name in names]
    if not exact:
        return Meant(here.place, [*here.choices, *(country for country, _names in abroad)])
    homonyms = [place for place in _exactly(typed) if place.commune.code != exact[0].code]
    return Meant(None, [*exact, *homonyms]) if homonyms else Meant(exact[0])


def birth_place_written(code: str) -> str:
    """A birthplace that is kept, as a field holds it and reads it again."""
    if code == UNKNOWN:
        return _("inconnu")
    if abroad := countries().get(code):
        return abroad.written
    known = _of_insee(code)
    name = WHOLE_CITIES.get(code) or next((row.name or row.commune.name for row in known), "")
    return f"{name} ({code})" if name else code


def suggestions(meant: Meant[Place] | Meant[Meaning]) -> list[Meaning]:
    """What a list under the field offers: each postal code of the commune, or the choices."""
    place = meant.place
    if isinstance(place, Place) and not place.postal_code:
        return [replace(place, postal_codes=(code,)) for code in place.postal_codes]
    return [place] if place else list(meant.choices)


def _exactly(typed: Typed) -> list[Place]:
    """The communes that bear this code, as a postal code first, and this name."""
    if not typed.code:
        return _places(_rows(Locality.search_name == typed.name)) if typed.name else []
    rows = [row for row in _rows(Locality.postal_code == typed.code) if typed.name in ("", row.search_name)]
    if not rows:
        known = _of_insee(typed.code)
        return _places([row for row in known if typed.name in ("", row.search_name, row.commune.search_name)])
    own = [row for row in rows if row.search_name == row.commune.search_name]
    return _places(own if typed.name and own else rows, typed.code)


def _of_insee(code: str) -> Sequence[Locality]:
    """What the commune that has, or had, this INSEE code is called; the parts of a city that is cut into parts."""
    if city := WHOLE_CITIES.get(code):
        return _rows(Locality.search_name == searched(city))
    return _rows(Locality.commune_code == code) or _rows(Locality.former_code == code)


def _rows(*wanted: ColumnElement[bool]) -> Sequence[Locality]:
    statement = select(Locality).where(*wanted).order_by(Locality.commune_code, Locality.postal_code)
    return db.session.scalars(statement).all()


def _places(rows: Iterable[Locality], postal_code: str = "") -> list[Place]:
    """Each commune once. `postal_code`: the one that was given."""
    by_commune: dict[str, list[Locality]] = {}
    for row in rows:
        by_commune.setdefault(row.commune_code, []).append(row)
    return [_place(each, postal_code) for each in by_commune.values()]


def _place(rows: Sequence[Locality], postal_code: str) -> Place:
    """Of one commune. What only some of the rows say was not said."""
    commune, own = rows[0].commune, rows[0].commune.search_name
    names = {(commune.name if row.search_name == own else row.name, row.former_code) for row in rows}
    name, former_code = names.pop() if len(names) == 1 else (commune.name, "")
    codes = {row.postal_code for row in rows} - {""} or {
        row.postal_code for row in _rows(Locality.commune_code == commune.code, Locality.postal_code != "")
    }
    return Place(commune, (postal_code,) if postal_code else tuple(sorted(codes)), name or commune.name, former_code)


def _others(exact: Sequence[Place], typed: Typed, near: Commune | None) -> list[Place]:
    """What else may be meant by a name alone that nothing bears in the asker's department: communes there that are
    called so in short, or a hamlet's own commune, which is never taken unasked."""
    if typed.code or typed.department or near is None or any(_same_department(near, each.commune) for each in exact):
        return []
    here = Locality.commune_code.startswith(department_code(near.code))
    hamlets = [each for each in exact if each.name != each.commune.name and not each.former_code]
    return [*_places(_rows(here, Locality.search_name.startswith(f"{typed.name} "))), *hamlets]


def _perhaps(typed: Typed, near: Commune | None) -> list[Place]:
    """Nothing fits whole: what fits in part."""
    if typed.code:
        parts = [*_exactly(replace(typed, name="")), *(_exactly(replace(typed, code="")) if typed.name else [])]
        return _nearest_first(parts, near)[:MOST]
    if len(typed.name) < LETTERS:
        return []
    column = Locality.postal_code if typed.name.isdigit() else Locality.search_name
    beginning = (
        select(Locality)
        .join(Commune, Commune.code == Locality.commune_code)
        .where(column.startswith(typed.name, autoescape=True), Commune.code.startswith(typed.department))
        .order_by(*_away(near), Commune.search_name, Commune.code)
    )
    return _nearest_first(_places(db.session.scalars(beginning.limit(MOST))), near)[:SUGGESTED]


def _away(near: Commune | None) -> list[ColumnElement[Any]]:
    """How far from there, on a flat map, as an order of rows; communes without a position last."""
    if near is None:
        return []
    elsewhere = Commune.code.not_like(f"{department_code(near.code)}%")
    if near.latitude is None or near.longitude is None:
        return [elsewhere]
    north = Commune.latitude - near.latitude
    east = (Commune.longitude - near.longitude) * cos(radians(near.latitude))
    return [func.coalesce(north * north + east * east, 1e9), elsewhere]


def _nearest_first(places: Iterable[Place], near: Commune | None) -> list[Place]:
    def away(place: Place) -> tuple[float, bool, str, str]:
        there, km = place.commune, inf
        if near and there.latitude is not None and there.longitude is not None:
            km = distance_km(near.latitude, near.longitude, there.latitude, there.longitude)
        return km, not (near and _same_department(near, there)), there.search_name, there.code

    return sorted({place.commune.code: place for place in places}.values(), key=away)


def _same_department(one: Commune, other: Commune) -> bool:
    return department_code(one.code) == department_code(other.code)


@cache
def _whole_cities() -> dict[str, str]:
    return {searched(name): code for code, name in WHOLE_CITIES.items()}


@cache
def countries() -> dict[str, Born]:
    """By INSEE code."""
    return {row["code"]: Born(row["code"], row["name"]) for row in gazetteer("countries")}


@cache
def _country_names() -> list[tuple[str, frozenset[str]]]:
    names = ((row["code"], [row["name"], *filter(None, row["also"].split("|"))]) for row in gazetteer("countries"))
    return [(code, frozenset(searched(name) for name in each)) for code, each in names]


def _abroad(name: str) -> list[tuple[Born, frozenset[str]]]:
    """Countries of which a name begins so."""
    if len(name) < LETTERS:
        return []
    return [
        (countries()[code], names) for code, names in _country_names() if any(each.startswith(name) for each in names)
    ]
