"""Finding a professional by name among a whole country's, on both engines. Writes NAMES.md.

python -m tests.bench.names [people …]
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import Engine, insert

from app import clock, create_app
from app.core.db import Model, db
from app.directory.by_name import by_name
from app.directory.models import NameWord, Practitioner, PractitionerRole, Profession
from app.directory.naming import person_words, place_words
from app.organizations.geo import cell_of
from app.organizations.models import Commune, Organization
from tests.bench.near import places
from tests.bench.search import GIVEN, SYLLABLES
from tests.conftest import close_engines, settings_for
from tests.services.postgres import PostgresServer

RESULTS = Path(__file__).with_name("NAMES.md")
SIZES = (130_000, 1_300_000)
TIMES, GOAL = 1_000, 20
BATCH, TOGETHER = 10_000, 4
OFTEN = {Profession.NURSE: 50, Profession.DOCTOR: 20, Profession.PHYSIOTHERAPIST: 10, Profession.PHARMACIST: 8}
OFTEN[Profession.MIDWIFE] = 3
PARIS = Commune(code="75056", name="Paris", search_name="paris", latitude=48.86, longitude=2.34)


class Directory:
    """So many people, some of each profession, named as unevenly as people are; four to a practice that has a name."""

    def __init__(self, number: int) -> None:
        self.number, self.random = number, Random(3)
        parts = SYLLABLES.split()
        made = {"".join(self.random.choices(parts, k=self.random.choice((2, 2, 3)))) for _ in range(60_000)}
        self.families, self.given = sorted(made), GIVEN.split()
        self.random.shuffle(self.families)
        self.often = [1 / (rank + 30) for rank in range(len(self.families))]

    def into(self, engine: Engine) -> None:
        where = places(self.random, None)
        with engine.connect() as connection:
            row = {"code": "75056", "name": "Paris", "postal_code": "75001", "search_name": "paris"}
            connection.execute(insert(Commune), {**row, "latitude": PARIS.latitude, "longitude": PARIS.longitude})
            for start in range(0, self.number, BATCH):
                people = range(start, min(self.number, start + BATCH))
                families = self.random.choices(self.families, self.often, k=len(people))
                given = self.random.choices(self.given, k=len(people))
                kinds = self.random.choices([*OFTEN], [*OFTEN.values()], k=len(people))
                rows = [*zip(people, given, families, kinds, where, strict=False)]
                practices = [self._practice(n, family) for n, _given, family, *_rest in rows if n % TOGETHER == 0]
                connection.execute(insert(Organization), practices)
                names = {each["id"]: each["name"] for each in practices}
                connection.execute(insert(Practitioner), [self._person(*row[:4]) for row in rows])
                roles = [self._role(n, kind, place) for n, _given, _family, kind, place in rows]
                connection.execute(insert(PractitionerRole), roles)
                words = [
                    {**{key: role[key] for key in ("profession", "latitude", "longitude")}, "role_id": role["id"]}
                    | {"word": word}
                    for role, (_n, first, family, *_rest) in zip(roles, rows, strict=True)
                    for word in person_words(first, family) | place_words(str(names[role["organization_id"]]))
                ]
                connection.execute(insert(NameWord), words)
            connection.commit()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE")

    def _practice(self, n: int, family: str) -> dict[str, object]:
        about = {"kind": "practice", "phone": "", "address": "", "commune_code": "75056"}
        return {"id": UUID(int=(1 << 70) + n), "name": f"Cabinet des {family.capitalize()}", **about}

    def _person(self, n: int, given: str, family: str, kind: Profession) -> dict[str, object]:
        about = {"profession": kind, "phone": "", "account_id": None, "rpps": f"{10_000_000_000 + n}"}
        return {"id": UUID(int=1_000 + n), "given_name": given, "family_name": family, **about}

    def _role(self, n: int, kind: Profession, place: tuple[float, float]) -> dict[str, object]:
        return {
            "id": UUID(int=(1 << 64) + n),
            "practitioner_id": UUID(int=1_000 + n),
            "organization_id": UUID(int=(1 << 70) + n - n % TOGETHER),
            "profession": kind,
            "latitude": place[0],
            "longitude": place[1],
            "cell": cell_of(*place),
            "accepting": True,
            "can_sign_in": False,
        }

    def typed(self) -> Iterator[tuple[str, Profession]]:
        """As names are typed: three letters, more, the whole with a given name, a place, a given name alone."""
        while True:
            (family,) = self.random.choices(self.families, self.often)
            given = self.random.choice(self.given)
            text = self.random.choice(
                (family[:3], family[:5], family, f"{given} {family[:4]}", f"cabinet {family}", given[:3], given)
            )
            yield text, self.random.choice([*OFTEN])


def measure(url: str, home: Path, number: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each search: as long as it took, and of this process alone."""
    app, took, used = create_app(settings_for(url, home)), list[float](), list[float]()
    with app.app_context():
        Model.metadata.create_all(db.engine)
        made = Directory(number)
        made.into(db.engine)
        near = [Commune(code="75056", latitude=at[0], longitude=at[1]) for at in islice(places(Random(4), None), TIMES)]
        warming = near[:100]
        for n, ((text, profession), place) in enumerate(zip(made.typed(), [*warming, *near], strict=False)):
            began, used_before = time.perf_counter(), time.process_time()
            by_name(text, profession, place)
            if n >= len(warming):  # What comes before warms the caches.
                took.append((time.perf_counter() - began) * 1000)
                used.append((time.process_time() - used_before) * 1000)
            db.session.rollback()
        db.session.remove()
        close_engines()
    return took, used


def line(what: str, number: int, took: list[float], used: list[float]) -> str:
    p99 = sorted(took)[int(len(took) * 0.99) - 1]
    figures = [statistics.median(took), sorted(took)[int(len(took) * 0.95) - 1], p99, max(took)]
    figures += [statistics.median(used), sorted(used)[int(len(used) * 0.99) - 1]]
    held = "oui" if p99 <= GOAL else "**non**"
    return " | ".join(["", what, f"{number:,}".replace(",", " "), *(f"{ms:.2f}" for ms in figures), held, ""]).strip()


def main(*sizes: str) -> None:
    lines = []
    server = PostgresServer().start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for number in [int(size) for size in sizes] or SIZES:
                urls = {"sqlite": f"sqlite:///{folder}/{number}.sqlite3", "postgresql": server.create_database()}
                for engine, url in urls.items():
                    lines.append(line(engine, number, *measure(url, Path(folder), number)))
                    print(lines[-1], file=sys.stderr)
    finally:
        server.close()
    load = os.getloadavg()[0]
    said = [
        "# Trouver un professionnel par son nom",
        "",
        f"{clock.now():%Y-%m-%d}, {os.cpu_count()} cœurs (charge {load:.0f}), {platform.system()}, "
        f"Python {platform.python_version()}; {TIMES} recherches. `python -m tests.bench.names` les refait.",
        "",
        "| moteur | professionnels | médiane (ms) | p95 | p99 | pire "
        f"| processeur, médiane | processeur, p99 | p99 ≤ {GOAL} ms |",
        "|---|---|---|---|---|---|---|---|---|",
        *lines,
    ]
    after = RESULTS.read_text().partition("\n## ")[2] if RESULTS.exists() else ""
    RESULTS.write_text("\n".join(said) + "\n" + (f"\n## {after}" if after else ""))


if __name__ == "__main__":
    main(*sys.argv[1:])
