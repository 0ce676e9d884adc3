"""Reading the Base officielle des codes postaux of La Poste, whatever its year.

Today its header is `#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5`, in Latin-1 and
without positions; before, it was in UTF-8 with `coordonnees_gps`. A commune stands there once for each postal code and
each locality. Any other file with an INSEE code, a latitude and a longitude completes the positions.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from math import isfinite

from app.organizations.words import commune_name, plain

WHERE = "https://www.data.gouv.fr/datasets/base-officielle-des-codes-postaux"
COLUMNS = {
    "code": ("code commune insee", "code insee", "code commune", "insee com"),
    "name": ("nom de la commune", "nom commune"),
    "postal_code": ("code postal",),
    "label": ("libelle d acheminement", "libelle acheminement"),
    "locality": ("ligne 5",),
    "position": ("coordonnees gps", "coordonnees geographiques", "geopoint", "geo point 2d"),
    "latitude": ("latitude", "latitude centre", "latitude mairie"),
    "longitude": ("longitude", "longitude centre", "longitude mairie"),
}
SEPARATORS = ";\t,"


class WrongPostalFile(ValueError):
    """Not such a file; the message says what lacks and where to get it."""


@dataclass(frozen=True)
class PostalLine:
    """One line. `names`: the commune's own, then others under which this postal code finds it; none in a file that has
    only positions. `position`: latitude and longitude."""

    code: str
    names: tuple[str, ...]
    postal_code: str
    position: tuple[float, float] | None


def decoded(content: bytes) -> list[str]:
    """The lines of a text in UTF-8 or Latin-1. Raises `WrongPostalFile` when it is neither."""
    if not content.strip():
        raise WrongPostalFile(f"this file is empty: download it again from {WHERE}")
    if b"\x00" in content or content.startswith((b"PK", b"\x1f\x8b")):
        raise WrongPostalFile("this is no text file (a workbook, an archive?): unpack it, or save it as CSV")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return StringIO(text).readlines()


def read_postal_lines(lines: Iterable[str]) -> Iterator[PostalLine]:
    """Lines without an INSEE code of five characters are passed over. Raises `WrongPostalFile` before the first one."""
    rest = iter(lines)
    header = next(rest, "").lstrip("\ufeff#")
    separator = max(SEPARATORS, key=header.count)
    named = [plain(name.strip(" \"'#\r\n")) for name in header.split(separator)]
    places = {
        column: next((named.index(name) for name in names if name in named), -1) for column, names in COLUMNS.items()
    }
    _check(places)
    for row in csv.reader(rest, delimiter=separator):
        line = _line({column: row[at].strip() if 0 <= at < len(row) else "" for column, at in places.items()})
        if line is not None:
            yield line


def _check(places: dict[str, int]) -> None:
    """Codes with names and postal codes, or codes with positions."""
    located = places["position"] >= 0 or min(places["latitude"], places["longitude"]) >= 0
    needed = ("code",) if located and places["name"] < 0 else ("code", "name", "postal_code")
    missing = [COLUMNS[column][0] for column in needed if places[column] < 0]
    if missing:
        words = " and no column ".join(repr(name.replace(" ", "_")) for name in missing)
        raise WrongPostalFile(
            f"this file has no column {words}: take the CSV of the Base officielle des codes postaux, {WHERE}"
        )


def _line(row: dict[str, str]) -> PostalLine | None:
    if len(row["code"]) != 5 or (row["name"] and not row["postal_code"]):
        return None
    names = dict.fromkeys(row[column] for column in ("name", "locality", "label") if row[column])
    return PostalLine(row["code"].upper(), tuple(map(commune_name, names)), row["postal_code"], _position(row))


def _position(row: dict[str, str]) -> tuple[float, float] | None:
    written = row["position"].split(",") if row["position"] else [row["latitude"], row["longitude"]]
    try:
        latitude, longitude = (float(part) for part in written)
    except ValueError:
        return None
    if not (isfinite(latitude) and isfinite(longitude)) or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude
