"""Choosing the next seven among 10,000 and 1,000,000 practitioners, on both engines and beside PostGIS. Writes NEAR.md.

python -m tests.bench.near [file of communes, as `relais import-communes` takes it]
"""

import csv
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import cos, radians
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Engine, insert, text

from app import clock, create_app
from app.core.db import Model, db
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.directory.queries import near
from app.organizations.geo import cell_of
from app.organizations.models import Commune, Organization
from tests.conftest import close_engines, settings_for
from tests.services.postgres import PostgresServer

RESULTS = Path(__file__).with_name("NEAR.md")
SIZES = (10_000, 1_000_000)
TIMES, NEXT, RADIUS_KM = 2_000, 7, 20
ASKED = 14
"""Of those nearest, so many were asked already in every other choice."""

CITIES = {"PARIS": 60, "LYON": 30, "MARSEILLE": 25, "TOULOUSE": 250, "NICE": 170, "NANTES": 160, "LILLE": 120}
"""How many times the people of an ordinary commune: the file has a line per arrondissement, none has figures."""
PEAKS = ((48.86, 2.35, 9), (45.76, 4.83, 8), (43.30, 5.37, 8), (43.60, 1.44, 7), (50.63, 3.06, 6), (46.17, 1.87, 1))

POSTGIS = """
SELECT id, practitioner_id, ST_Distance(place, ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography)
FROM practitioner_role WHERE profession = 'nurse' AND accepting AND can_sign_in
ORDER BY place <-> ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)::geography LIMIT :rows
"""


class Place(NamedTuple):
    latitude: float
    longitude: float


Asked = set[UUID]


def places(random: Random, file: str | None) -> Iterator[Place]:
    """Where people work: about the centres of communes, denser in big towns; without a file, about invented peaks."""
    centres = [*_communes(file)] if file else [(Place(lat, lng), 10.0**size) for lat, lng, size in PEAKS]
    weights = [weight for _, weight in centres]
    while True:
        for centre, _ in random.choices(centres, weights, k=1000):
            if not file and random.random() < 0.3:
                yield Place(random.uniform(42.5, 51.0), random.uniform(-4.5, 8.0))
                continue
            km = 1.5 if file else 8
            north, east = random.gauss(0, km), random.gauss(0, km)
            yield Place(
                centre.latitude + north / 111.2, centre.longitude + east / (111.2 * cos(radians(centre.latitude)))
            )


def _communes(file: str) -> Iterator[tuple[Place, float]]:
    with open(file, encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            if row["coordonnees_gps"]:
                latitude, longitude = (float(part) for part in row["coordonnees_gps"].split(","))
                yield Place(latitude, longitude), CITIES.get(row["Nom_commune"].split(" ")[0], 1)


class Fill:
    """So many nurses, of whom four fifths accept and nine tenths can sign in; the same every time."""

    def __init__(self, number: int, file: str | None) -> None:
        self.number, self.random = number, Random(1)
        self.places = places(self.random, file)

    def into(self, engine: Engine) -> None:
        practice = {"id": UUID(int=1), "name": "Cabinet", "kind": "practice", "phone": "", "address": ""}
        commune = {"name": "Paris", "postal_code": "75001", "search_name": "paris"}
        with engine.connect() as connection:
            connection.execute(insert(Commune), {"code": "75056", **commune, "latitude": 48.86, "longitude": 2.34})
            connection.execute(insert(Organization), {**practice, "commune_code": "75056"})
            for start in range(0, self.number, 10_000):
                people = [*range(start, min(self.number, start + 10_000))]
                connection.execute(insert(Practitioner), [self._practitioner(n) for n in people])
                connection.execute(insert(PractitionerRole), [self._role(n) for n in people])
            connection.commit()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE")

    def _practitioner(self, n: int) -> dict[str, object]:
        return {
            "id": UUID(int=1_000 + n),
            "rpps": f"{10_000_000_000 + n}",
            "given_name": "Camille",
            "family_name": "Martin",
            "profession": Profession.NURSE,
            "phone": "",
            "account_id": None,
        }

    def _role(self, n: int) -> dict[str, object]:
        place = next(self.places)
        return {
            "id": UUID(int=(1 << 64) + self.random.getrandbits(60)),
            "practitioner_id": UUID(int=1_000 + n),
            "organization_id": UUID(int=1),
            "profession": Profession.NURSE,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "cell": cell_of(*place),
            "accepting": self.random.random() < 0.8,
            "can_sign_in": self.random.random() < 0.9,
        }


@dataclass
class Line:
    what: str
    number: int
    took: list[float]
    used: list[float]  # of this process: what it takes of a machine with nothing else to do

    def quantile(self, part: float) -> float:
        return _quantile(self.took, part)

    def cells(self, small: "Line | None", goal: bool) -> list[str]:
        p99 = self.quantile(0.99)
        used = [statistics.median(self.used), _quantile(self.used, 0.99)]
        ratio = "" if small is None else f"{statistics.median(self.used) / statistics.median(small.used):.2f}"
        held = "" if not goal else "oui" if p99 <= 5 else "**non**"
        figures = [statistics.median(self.took), self.quantile(0.95), p99, max(self.took), *used]
        return [self.what, f"{self.number:,}".replace(",", " "), *(f"{ms:.2f}" for ms in figures), ratio, held]


def _quantile(figures: list[float], part: float) -> float:
    return sorted(figures)[int(len(figures) * part) - 1]


def ours(place: Place, asked: Asked) -> list[tuple[UUID, float]]:
    found = near(Profession.NURSE, *place, RADIUS_KM, NEXT, asked)
    return [(each.recipient_id, each.km) for each in found]


def postgis(place: Place, asked: Asked) -> list[tuple[UUID, float]]:
    rows = db.session.execute(text(POSTGIS), {**place._asdict(), "rows": NEXT + len(asked)})
    return [(person, metres / 1000) for _, person, metres in rows if person not in asked][:NEXT]


def measured(
    what: str, number: int, choose: Callable[[Place, Asked], object], questions: list[tuple[Place, Asked]]
) -> Line:
    took, used = [], []
    warming = questions[:200]
    for n, question in enumerate([*warming, *questions]):
        began, used_before = time.perf_counter(), time.process_time()
        choose(*question)
        if n >= len(warming):  # What comes before warms the caches, as years of work have.
            took.append((time.perf_counter() - began) * 1000)
            used.append((time.process_time() - used_before) * 1000)
    line = Line(what, number, took, used)
    print(" | ".join(line.cells(None, False)), file=sys.stderr)
    return line


def questions(file: str | None) -> list[tuple[Place, Asked]]:
    """Where patients live, as people do; in every other one the nearest were asked already."""
    random = Random(2)
    chosen = [place for place, _ in zip(places(random, file), range(TIMES), strict=False)]
    wholes = [near(Profession.NURSE, *place, RADIUS_KM, ASKED) if n % 2 else [] for n, place in enumerate(chosen)]
    return [(place, {each.recipient_id for each in whole}) for place, whole in zip(chosen, wholes, strict=True)]


def check(asked: list[tuple[Place, Asked]]) -> int:
    """The same distances as PostGIS, which measures on the ellipsoid: 0.6 % apart at most."""
    for place, without in asked[:300]:
        mine = [km for _, km in ours(place, without)]
        theirs = [km for _, km in postgis(place, without)]
        for km, other in zip(mine, theirs, strict=False):
            assert abs(km - other) <= 0.006 * other + 0.001, (place, mine, theirs)
    return 300


def measure(url: str, home: Path, number: int, file: str | None, gis: bool) -> list[Line]:
    app = create_app(settings_for(url, home))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        began = time.monotonic()
        Fill(number, file).into(db.engine)
        print(f"{number} in {time.monotonic() - began:.0f} s", file=sys.stderr)
        name = "PostgreSQL" if gis else "SQLite"
        asked = questions(file)
        lines = [measured(f"Relais, {name}", number, ours, asked)]
        if gis:
            db.session.rollback()
            _add_geography(db.engine)
            lines.append(measured("PostGIS, `<->` sur `geography`", number, postgis, asked))
            print(check(asked), "alike", file=sys.stderr)
        db.session.remove()
        close_engines()
    return lines


def _add_geography(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in (
            "CREATE EXTENSION postgis",
            "ALTER TABLE practitioner_role ADD COLUMN place geography(Point, 4326)",
            "UPDATE practitioner_role SET place = ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)::geography",
            "CREATE INDEX near_gist ON practitioner_role USING gist (place)",
            "VACUUM ANALYZE practitioner_role",
        ):
            connection.exec_driver_sql(statement)


def write(lines: list[Line], file: str | None) -> None:
    heads = ["mesure", "professionnels", "médiane (ms)", "p95", "p99", "pire", "processeur, médiane", "processeur, p99"]
    heads += ["processeur, × de 10 000 à 1 000 000", "p99 ≤ 5 ms"]
    small = {line.what: line for line in lines if line.number == SIZES[0]}
    said = [
        "# Choisir les sept suivants",
        "",
        f"{clock.now():%Y-%m-%d}, {os.cpu_count()} cœurs, {platform.system()}, Python {platform.python_version()}; "
        f"{TIMES} choix à moins de {RADIUS_KM} km, positions "
        + ("autour des communes de la Base officielle des codes postaux." if file else "inventées.")
        + " `python -m tests.bench.near` les refait.",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
    ]
    for line in lines:
        big = small[line.what] if line.number != SIZES[0] else None
        said.append("| " + " | ".join(line.cells(big, line.what.startswith("Relais"))) + " |")
    print("\n".join(said))
    after = RESULTS.read_text().partition("\n## ")[2] if RESULTS.exists() else ""
    RESULTS.write_text("\n".join(said) + "\n" + (f"\n## {after}" if after else ""))


def main(file: str | None = None) -> None:
    lines = []
    server = PostgresServer().start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            for number in SIZES:
                lines += measure(f"sqlite:///{home / f'{number}.sqlite3'}", home, number, file, gis=False)
                lines += measure(server.create_database(), home, number, file, gis=True)
    finally:
        server.close()
    write(lines, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
