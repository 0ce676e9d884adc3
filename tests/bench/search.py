"""Finding one person among many whose names are sealed, on both engines. Writes SEARCH.md.

python -m tests.bench.search [people …]
"""

import hmac
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import Connection, Engine, Text, column, insert, select, table, text

from app import clock, create_app
from app.core.db import Model, db
from app.core.sealed import fernets
from app.core.tokens import derive, keyring
from app.identity import names, searching
from app.identity.rules import Traits
from app.identity.searching import search_keys
from app.language.dates import PartialDate
from app.organizations.models import Commune, Organization
from app.patients import queries
from app.patients.actions import hashed
from app.patients.models import Cause, Patient, PatientSearchKey, Relation
from tests.conftest import close_engines, settings_for
from tests.services.postgres import PostgresServer

RESULTS = Path(__file__).with_name("SEARCH.md")
SIZES = (200_000, 2_000_000)
TIMES, GOAL = 2_000, 20
KNOWN = 4
"""One person in so many is known to the house that searches."""
TODAY = date(2026, 11, 28)
BATCH = 10_000
HOSPITAL = UUID(int=1)

SYLLABLES = (
    "ba be bi bo ca che co da de du fa fe ga go gui ha je la le li lo ma me mi mo na ne no pa pe pi po ra re ri ro"
)
SYLLABLES += (
    " sa se so ta te ti to tho va ve vi lan ber mar din rou ier lin ron det neau chet vier mand rand ault tin net"
)
GIVEN = "Marie Jeanne Jean Pierre Monique Michel André Jacques Odile Fatma Mohamed Nathalie Isabelle Philippe Lucie"
GIVEN += " Claude Léa Louise Emma Gabriel Raphaël Ahmed Hélène Solange Yvette Roger Marcel Simone Bernard Nicole"
TEXTS = ("birth_name", "given_names", "birth_date_text", "sex", "birth_place", "phone", "address")


class Fill:
    """So many people, named as unevenly as people are: a few names are very frequent, and the first of January too."""

    def __init__(self, number: int) -> None:
        self.number, self.random = number, Random(7)
        parts = SYLLABLES.split()
        made = {
            "".join(self.random.choices(parts, k=self.random.choice((2, 2, 3)))).capitalize() for _ in range(20_000)
        }
        self.families, self.given = sorted(made), GIVEN.split()
        self.random.shuffle(self.families)
        self.often = [1 / (rank + 10) for rank in range(len(self.families))]
        self.given_often = [1 / (rank + 3) for rank in range(len(self.given))]
        self.key = derive(keyring()[0], "patient-search")
        self.sealed = lru_cache(maxsize=None)(lambda value: fernets(keyring()).encrypt(value.encode()).decode())

    def people(self) -> Iterator[tuple[UUID, Traits]]:
        for start in range(0, self.number, BATCH):
            families = self.random.choices(self.families, self.often, k=BATCH)
            given = self.random.choices(self.given, self.given_often, k=BATCH)
            for n in range(start, min(self.number, start + BATCH)):
                born = date(1927, 1, 1) + timedelta(days=self.random.randrange(36_400))
                born = born.replace(month=1, day=1) if self.random.random() < 0.005 else born
                phone = f"+336{n:08d}"
                whole = PartialDate.of(born)
                yield (
                    UUID(int=1_000 + n),
                    Traits(families[n - start], given[n - start], whole, "F", "75056", phones=(phone,)),
                )

    def hash(self, key: str) -> int:
        """As `actions.hashed` does, faster."""
        return int.from_bytes(hmac.digest(self.key, key.encode(), "sha256")[:8], signed=True)

    def into(self, engine: Engine) -> list[Traits]:
        """Somebody of each thousand whom the house knows."""
        some: list[Traits] = []
        with engine.connect() as connection:
            commune = {"code": "75056", "name": "Paris", "postal_code": "75001", "search_name": "paris"}
            connection.execute(insert(Commune), {**commune, "latitude": 48.86, "longitude": 2.34})
            house = {"id": HOSPITAL, "name": "Hôpital", "kind": "hospital", "phone": "", "address": ""}
            connection.execute(insert(Organization), {**house, "commune_code": "75056"})
            _heap(connection)
            people = self.people()
            while batch := list(islice(people, BATCH)):
                self._write(connection, batch)
                some += [traits for person, traits in batch if person.int % (KNOWN * 250) == 0]
            _sorted(connection)
            connection.commit()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE")
        return some

    def _write(self, connection: Connection, batch: list[tuple[UUID, Traits]]) -> None:
        plain = table("patient", *(column(each.name, Text if each.name in TEXTS else each.type) for each in PATIENT))
        connection.execute(insert(plain), [self._row(person, traits) for person, traits in batch])
        keys = [
            {"key": self.hash(key), "patient_id": person} for person, traits in batch for key in search_keys(traits)
        ]
        connection.execute(insert(HEAP), keys)
        entered = {"organization_id": HOSPITAL, "why": Cause.ENTERED, "since": clock.now()}
        known = [person for person, _traits in batch if person.int % KNOWN == 0]
        connection.execute(
            insert(Relation),
            [{"id": UUID(int=person.int + (1 << 64)), "patient_id": person, **entered} for person in known],
        )

    def _row(self, person: UUID, traits: Traits) -> dict[str, object]:
        sealed = {
            "birth_name": self.sealed(traits.birth_name),
            "given_names": self.sealed(traits.given_names),
            "birth_date_text": self.sealed(traits.birth_date.iso),
            **{name: self.sealed(value) for name, value in (("sex", "F"), ("birth_place", "75056"), ("address", ""))},
            "phone": fernets(keyring()).encrypt(traits.phones[0].encode()).decode(),
        }
        rest = {"commune_code": "75056", "birth_rank": 0, "identity_status": "PROV", "version": 1}
        return {"id": person, **sealed, **rest, "created_at": clock.now()}


PATIENT = [each for each in Patient.__table__.columns if each.name not in ("identity_status", "ins_kind")]
PATIENT.append(column("identity_status", Text))
HEAP = table("heap_of_keys", column("key"), column("patient_id", PatientSearchKey.__table__.c.patient_id.type))


def _heap(connection: Connection) -> None:
    """Millions of keys are sorted once, as a database that grew with its people has them."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET statement_timeout = 0"))
    kinds = ("bigint", "uuid") if connection.dialect.name == "postgresql" else ("bigint", "char(32)")
    connection.execute(text(f"CREATE TABLE heap_of_keys (key {kinds[0]}, patient_id {kinds[1]})"))


def _sorted(connection: Connection) -> None:
    connection.execute(text("DROP INDEX ix_patient_search_key_patient_id"))
    connection.execute(
        text("INSERT INTO patient_search_key (key, patient_id) SELECT key, patient_id FROM heap_of_keys ORDER BY 1, 2")
    )
    connection.execute(text("DROP TABLE heap_of_keys"))
    connection.execute(text("CREATE INDEX ix_patient_search_key_patient_id ON patient_search_key (patient_id)"))


def typed(traits: Traits, dice: Random) -> tuple[str, str]:
    """What somebody types who looks for her, and what kind of search that is."""
    born, family, given = traits.birth_date.whole, traits.birth_name, traits.given_names
    assert born is not None
    kinds = {
        "date, 3 lettres": (60, f"{born:%d/%m/%Y} {family[:3]}"),
        "date seule": (10, f"{born:%d%m%Y}"),
        "date, nom entier": (10, f"{born:%d/%m/%y} {family}"),
        "nom et prénom": (10, f"{family} {given}"),
        "année, nom et prénom": (5, f"{born.year} {family} {given}"),
        "téléphone": (5, f"0{traits.phones[0][3:]}"),
    }
    [kind] = dice.choices([*kinds], [weight for weight, _text in kinds.values()])
    return kind, kinds[kind][1]


@dataclass
class Line:
    what: str
    people: int
    took: list[float]
    used: list[float]

    def cells(self) -> list[str]:
        p99 = _quantile(self.took, 0.99)
        figures = [statistics.median(self.took), _quantile(self.took, 0.95), p99, max(self.took)]
        figures += [statistics.median(self.used), _quantile(self.used, 0.99)]
        held = "oui" if p99 <= GOAL else "**non**"
        return [self.what, f"{self.people:,}".replace(",", " "), *(f"{ms:.2f}" for ms in figures), held]


def _quantile(figures: list[float], part: float) -> float:
    return sorted(figures)[max(0, int(len(figures) * part) - 1)]


def measured(engine: str, people: int, some: list[Traits]) -> list[Line]:
    """Everybody is found, or told to type more; each kind of search, and all of them."""
    dice, took, said = Random(3), {}, Counter[str]()
    known = select(Relation.patient_id).where(Relation.organization_id == HOSPITAL, Relation.until.is_(None))
    lines = {"tout": Line(f"{engine}, tout", people, [], [])}
    for n in range(TIMES + TIMES // 10):
        traits = dice.choice(some)
        kind, words = typed(traits, dice)
        began, used_before = time.perf_counter(), time.process_time()
        found = queries.search(words, known, TODAY)
        took = (time.perf_counter() - began) * 1000, (time.process_time() - used_before) * 1000
        assert found.too_many or traits.phones[0] in [person.phone for person in found.people], words
        db.session.rollback()
        if n < TIMES // 10:  # What comes before warms the caches, as years of work have.
            continue
        said["trop" if found.too_many else "trouvée"] += 1
        for name in ("tout", kind):
            line = lines.setdefault(name, Line(f"{engine}, {name}", people, [], []))
            line.took.append(took[0])
            line.used.append(took[1])
    for line in lines.values():
        print(" | ".join(line.cells()), file=sys.stderr)
    print(dict(said), file=sys.stderr)
    return [*lines.values()]


def measure(url: str, home: Path, people: int) -> list[Line]:
    app = create_app(settings_for(url, home))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        began, fill = time.monotonic(), Fill(people)
        assert fill.hash("born 1948") == hashed("born 1948")[0]
        with remembered():
            some = fill.into(db.engine)
        print(f"{people} in {time.monotonic() - began:.0f} s", file=sys.stderr)
        lines = measured(db.engine.dialect.name, people, some)
        db.session.remove()
        close_engines()
    return lines


class remembered:
    """While people are made, what a name begins with is computed once."""

    def __enter__(self) -> None:
        self.forms: Callable[[str], set[str]] = names.forms
        names.forms = searching.forms = lru_cache(maxsize=None)(self.forms)

    def __exit__(self, *_error: object) -> None:
        names.forms = searching.forms = self.forms


def write(lines: list[Line]) -> None:
    heads = ["recherche", "personnes", "médiane (ms)", "p95", "p99", "pire", "processeur, médiane", "processeur, p99"]
    heads += [f"p99 ≤ {GOAL} ms"]
    said = [
        "# Retrouver une personne",
        "",
        f"{clock.now():%Y-%m-%d}, {os.cpu_count()} cœurs, {platform.system()}, Python {platform.python_version()}; "
        f"{TIMES} recherches d'une maison qui connaît une personne sur {KNOWN}; noms scellés, index de clés hachées. "
        "`python -m tests.bench.search` les refait.",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(line.cells()) + " |" for line in lines),
    ]
    print("\n".join(said))
    after = RESULTS.read_text().partition("\n## ")[2] if RESULTS.exists() else ""
    RESULTS.write_text("\n".join(said) + "\n" + (f"\n## {after}" if after else ""))


def main(*sizes: str) -> None:
    lines = []
    server = PostgresServer().start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for people in [int(size) for size in sizes] or SIZES:
                lines += measure(f"sqlite:///{Path(folder) / f'{people}.sqlite3'}", Path(folder), people)
                lines += measure(server.create_database(), Path(folder), people)
    finally:
        server.close()
    write(lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
