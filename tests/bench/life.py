"""Five years of one person, 5,000 events: what a year, a month and a day of her line cost, asked of every room, against
the same rows written once more into a table of their own. On both engines. Writes LIFE.md; not a test.

python -m tests.bench.life
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from app import clock, create_app
from app.accounts.models import Account
from app.appointments.models import Appointment
from app.assessments.library import grids
from app.assessments.library import version_id_of as grid_version
from app.assessments.models import Assessment
from app.care_requests.models import CareRequest, Episode, EpisodeDocument, State, Step
from app.care_requests.rules import Visit
from app.conversations.models import Conversation, Line
from app.conversations.rules import Kind, Side
from app.core.db import Model, db, new_id, transaction
from app.directory.models import Profession
from app.documents.models import Document
from app.happenings.rules import Happening
from app.life.line import line_of, reader_of
from app.life.picture import Lane, Span, Zoom
from app.passages.models import Passage
from app.passages.rules import PassageState
from app.pathways.library import pathways, version_id_of
from app.stays.models import Stay
from app.stays.rules import StayEnding
from tests.bench.pages import Look, asked_by
from tests.conftest import close_engines, settings_for
from tests.factories.town import Town
from tests.services.postgres import PostgresServer

RESULTS = Path(__file__).with_name("LIFE.md")
YEARS, TIMES = 5, 40
AROUND = 9
"""Statements of the page that are not of the line: who signs in, who the person is, the layout, the trail."""
GOAL = 100.0  # ms, of a view

Row = dict[str, Any]
Rows = Iterator[tuple[type[Model], Row]]

ORDER = (
    Episode,
    CareRequest,
    Passage,
    Step,
    Appointment,
    Conversation,
    Line,
    Document,
    EpisodeDocument,
    Assessment,
    Stay,
)
"""Each table after those it refers to."""


class Years:
    """Every month of so many years up to `now`: a plan of care morning and evening with what was said of it, two
    requests with their visit, papers; every other month an assessment, twice a year a stay. 84 events a month."""

    def __init__(self, town: Town, patient_id: UUID, years: int) -> None:
        self.town, self.patient_id, self.years, self.now = town, patient_id, years, clock.now()
        self.role = town.nurse("Maya", phone=False).role_id
        self.author, self.random = town.orientation_nurse.account_id, Random(1)
        with transaction():
            self.version = version_id_of(pathways()["home-care"], now=self.now)
            self.grid = grid_version(grids()["aggir"], now=self.now)

    def fill(self) -> int:
        """How many events there are."""
        tables: dict[type[Model], list[Row]] = {}
        for table, row in self._all():
            tables.setdefault(table, []).append(row)
        with transaction():
            for table in ORDER:
                for start in range(0, len(tables[table]), 500):
                    db.session.execute(insert(table), tables[table][start : start + 500])
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if db.engine.dialect.name == "sqlite" else "VACUUM ANALYZE")
        events = (Passage, Step, Appointment, Line, Document, Assessment, Stay)
        return sum(len(tables[each]) for each in events)

    def _all(self) -> Rows:
        today = clock.paris(self.now).date()
        for back in range(self.years * 12):
            first = today - timedelta(days=30 * (back + 1))
            yield from self._plan(first)
            for _ in range(2):
                yield from self._request(first + timedelta(days=self.random.randrange(28)))
            if back % 2 == 0:
                yield from self._assessed(first)
            if back % 6 == 0:
                yield from self._stay(first)

    def _need(self, day: date, visits: list[str]) -> tuple[UUID, Rows]:
        request, at = new_id(), at_nine(day)
        return request, iter(
            (
                (Episode, {"id": request, "patient_id": self.patient_id, **self._here(), "created_at": at}),
                (CareRequest, {"id": request, "visits": visits, **self._asked(request, at)}),
                *(
                    (Step, {"id": new_id(), "request_id": request, "at": at, **self._move(kind, state)})
                    for kind, state in (("opened", State.SEARCHING), ("accept", State.ACCEPTED), ("finish", State.DONE))
                ),
            )
        )

    def _plan(self, first: date) -> Rows:
        days = [first + timedelta(days=n) for n in range(28)]
        visits = [Visit(day, moment) for day in days for moment in ("morning", "evening")]
        request, rows = self._need(first, [str(each) for each in visits])
        yield from rows
        for each in visits:
            state = PassageState.DONE if self.random.random() < 0.95 else PassageState.ABSENT
            yield Passage, self._passage(request, each, state)
        yield Conversation, {"id": request, "request_id": request, "last_at": at_nine(days[-1])}
        for n in range(13):
            yield Line, self._line(request, days[n * 2])
        for n in range(2):
            yield from self._paper(request, days[n * 7])

    def _request(self, day: date) -> Rows:
        request, rows = self._need(day, [])
        yield from rows
        at = at_nine(day)
        visit = {"request_id": request, "starts_at": at, "mode": "home", "sequence": 1, "wished": [], "ticked": []}
        yield Appointment, {"id": new_id(), **visit, "created_at": at, "changed_at": at}

    def _assessed(self, day: date) -> Rows:
        by = {"author_id": self.author, "organization_id": self.town.emergency_id, "at": at_nine(day)}
        seen = {"grid": "aggir", "version_id": self.grid, "answers": "{}", "remark": ""}
        yield Assessment, {"id": new_id(), "patient_id": self.patient_id, **seen, **by}

    def _stay(self, day: date) -> Rows:
        lasted = {"since": at_nine(day), "until": at_nine(day + timedelta(days=6)), "ended": StayEnding.HOME}
        by = {"said_by_id": self.author, "ended_by_id": self.author, "organization_id": self.town.emergency_id}
        yield Stay, {"id": new_id(), "patient_id": self.patient_id, **lasted, **by}

    def _here(self) -> Row:
        return {"organization_id": self.town.emergency_id}

    def _asked(self, request: UUID, at: datetime) -> Row:
        return {
            **{"pathway": "home-care", "pathway_version_id": self.version, "episode_id": request, "urgent": False},
            **{"patient_id": self.patient_id, "author_id": self.author, "profession": Profession.NURSE, **self._here()},
            **{"reason": "dressing", "note": "Code 12A34", "commune_code": "91228", "state": State.DONE},
            **{"window_start": at, "window_end": at + timedelta(days=1), "answer_by": at, "performer_id": self.role},
            **{"created_at": at, "changed_at": at + timedelta(days=28)},
        }

    def _move(self, kind: str, state: State) -> Row:
        return {"kind": kind, "state": state, "author_id": self.author, "author_name": "Nadia Benali", "detail": ""}

    def _passage(self, request: UUID, visit: Visit, state: PassageState) -> Row:
        when = {"day": visit.day, "moment": visit.moment, "say_by": at_nine(visit.day), "said_at": at_nine(visit.day)}
        whose = {"plan_id": request, "request_id": request, "role_id": self.role, "said_by_id": self.author}
        return {"id": new_id(), "state": state, "held": False, "heard": {}, **when, **whose}

    def _line(self, request: UUID, day: date) -> Row:
        by = {"author_id": self.author, "author_name": "Nadia Benali", "place": "Urgences", "side": Side.ASKS}
        words = {"kind": Kind.LINE, "text": "Plaie propre, à revoir jeudi.", "has_documents": False}
        return {"id": new_id(), "conversation_id": request, "at": at_nine(day), "key": str(new_id()), **by, **words}

    def _paper(self, request: UUID, day: date) -> Rows:
        document, at = new_id(), at_nine(day)
        file = {"name": "ordonnance.pdf", "media_type": "image/jpeg", "size": 3, "pages": 1, "body": b"..."}
        about = {"type": "prescription", "patient_id": self.patient_id, "added_by_id": self.author, "waits": False}
        yield Document, {"id": document, **file, **about, "at": at, "expires_at": at + timedelta(days=4000)}
        yield EpisodeDocument, {"document_id": document, "episode_id": request}


def at_nine(day: date) -> datetime:
    return clock.midnight(day) + timedelta(hours=9)


@dataclass
class Figure:
    what: str
    engine: str
    events: int
    took: list[tuple[float, float]]  # ms: as somebody waits for it, and of this process, which other work does not slow
    statements: int

    def cells(self) -> list[str]:
        waited, used = (sorted(each) for each in zip(*self.took, strict=True))
        figures = [statistics.median(waited), waited[int(len(waited) * 0.95) - 1], statistics.median(used)]
        held = "oui" if figures[0] <= GOAL else "**non**"
        said = [self.what, self.engine, str(self.events), str(self.statements)]
        return [*said, *(f"{each:.1f}" for each in figures), held]


def timed(act: Callable[[], object]) -> list[tuple[float, float]]:
    took = []
    for n in range(TIMES + 3):
        began, used_before = time.perf_counter(), time.process_time()
        act()
        if n >= 3:  # What comes before warms the caches, as a morning has.
            took.append(((time.perf_counter() - began) * 1000, (time.process_time() - used_before) * 1000))
    return took


def measure(url: str, home: Path, years: int = YEARS) -> list[Figure]:
    app = create_app(settings_for(url, home))
    with app.app_context():
        Model.metadata.create_all(db.engine)
        town = Town(app)
        patient_id = town.patient()
        print(f"{db.engine.dialect.name}: {Years(town, patient_id, years).fill()} events", file=sys.stderr)
        db.session.remove()
    day = clock.paris(clock.now()).date() - timedelta(days=45)
    spans = {"une année": Span.of_year(day.year), "un mois": Span.of_month(day), "un jour": Span.of_day(day)}
    figures = []
    for words, span in spans.items():
        look = Look(words, town.orientation_nurse.client, f"/patients/{patient_id}/life?on={span.name}")
        assert look.client.get(look.url).status_code == 200
        statements, took = len(asked_by(app, look)), timed(partial(look.client.get, look.url))
        with app.app_context():
            engine, events = db.engine.dialect.name, len(told(town, patient_id, span))
            figures.append(Figure(f"la page, {words}", engine, events, took, statements))
            read = timed(partial(told, town, patient_id, span))
            figures.append(Figure(f"les lectures seules, {words}", engine, events, read, statements - AROUND))
    with app.app_context():
        figures += written_twice(town, patient_id, spans)
        close_engines()
    return figures


def told(town: Town, patient_id: UUID, span: Span) -> list[tuple[Lane, Happening]]:
    """As the page asks for it, who reads included."""
    account = db.session.get_one(Account, town.orientation_nurse.account_id)
    found = line_of(patient_id, span, reader_of(patient_id, account))
    db.session.remove()
    return [(lane, it) for lane, those in found.items() for it in those]


def written_twice(town: Town, patient_id: UUID, spans: dict[str, Span]) -> list[Figure]:
    """The other way: a row for each event, written by the room in which it happens; one statement reads it, and nothing
    of who may."""
    everything = Span(Zoom.YEAR, date(1990, 1, 1), date(2100, 1, 1))
    names = ("patient", "day", "lane", "what", "who")
    rows = [
        dict(zip(names, (patient_id.hex, it.on.isoformat(), lane.value, it.what, it.who), strict=True))
        for lane, it in told(town, patient_id, everything)
    ]
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE told (patient text, day text, lane text, what text, who text)"))
        connection.execute(text("CREATE INDEX ix_told ON told (patient, day)"))
        connection.execute(text("INSERT INTO told VALUES (:patient, :day, :lane, :what, :who)"), rows)

    def look(span: Span) -> int:
        found = text("SELECT * FROM told WHERE patient = :patient AND day BETWEEN :first AND :last")
        days = {"first": span.first.isoformat(), "last": span.last.isoformat()}
        read = db.session.execute(found, {"patient": patient_id.hex, **days}).all()
        db.session.remove()
        return len(read)

    engine = db.engine.dialect.name
    return [
        Figure(f"écrite une seconde fois, {words}", engine, look(span), timed(partial(look, span)), 1)
        for words, span in spans.items()
    ]


def write(figures: list[Figure]) -> None:
    heads = ["mesure", "moteur", "événements lus", "requêtes SQL", "médiane (ms)", "p95", "processeur"]
    heads.append(f"médiane ≤ {GOAL:.0f} ms")
    said = [
        "# Ligne de vie",
        "",
        f"{clock.now():%Y-%m-%d}, {os.cpu_count()} cœurs, {platform.system()}, Python {platform.python_version()} ; "
        f"une personne, {YEARS} ans, 5 000 événements. `python -m tests.bench.life` les refait.",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(figure.cells()) + " |" for figure in figures),
    ]
    print("\n".join(said))
    after = RESULTS.read_text().partition("\n## ")[2] if RESULTS.exists() else ""
    RESULTS.write_text("\n".join(said) + "\n" + (f"\n## {after}" if after else ""))


def main() -> None:
    server = PostgresServer().start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            figures = measure(f"sqlite:///{home / 'life.sqlite3'}", home)
            figures += measure(server.create_database(), home)
    finally:
        server.close()
    write(figures)


if __name__ == "__main__":
    main()
