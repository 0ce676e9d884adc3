"""A thousand searches due at the same instant, moved by one worker, on both engines. Writes DISPATCH.md.

python -m tests.bench.dispatch [requests]
"""

import os
import platform
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from app import clock, create_app
from app.care_requests.models import CareRequest, State
from app.core.db import Model, db, transaction
from app.dispatch import search as dispatch
from app.dispatch.models import Offer, OfferState
from app.organizations.actions import import_communes
from app.organizations.models import TerritoryCommune
from app.push.models import Message
from tests.conftest import A_TUESDAY, close_engines, settings_for
from tests.factories.town import COMMUNES as HEAD
from tests.factories.town import EVRY, Town
from tests.services.postgres import PostgresServer
from tests.services.push_service import FakePushService

RESULTS = Path(__file__).with_name("DISPATCH.md")
PATIENTS, NURSES, COMMUNES = 100, 40, 100
GOAL_S = 2.0


class Bench:
    def __init__(self, name: str, town: Town, number: int) -> None:
        self.name, self.town, self.number = name, town, number
        self.lines: list[list[str]] = []

    def all(self) -> None:
        patients = [self.town.patient(f"Mesure{n}") for n in range(PATIENTS)]
        for n in range(self.number):
            self.town.asks(patient=patients[n % PATIENTS])
        self.spread()
        self.moved("jamais demandées : 7 offres chacune, autant d'alertes", 7)
        clock.advance(timedelta(minutes=30, seconds=1))
        self.moved("délai dépassé : 7 offres closes, 7 nouvelles", 14)
        with transaction():
            db.session.execute(update(CareRequest).values(next_move_at=clock.now()))
        self.moved("rien à faire qu'attendre", 14)

    def spread(self) -> None:
        """From as many communes, some hundred metres apart: a department, where few searches begin at one place."""
        places = [(f"9{n:04}", EVRY[0] + n % 10 * 0.004, EVRY[1] + n // 10 * 0.004) for n in range(COMMUNES)]
        lines = [f"{code};LIEU;91000;;LIEU;{latitude},{longitude}\n" for code, latitude, longitude in places]
        with transaction():
            import_communes([HEAD.splitlines(keepends=True)[0], *lines])
            for code, *_place in places:
                db.session.add(TerritoryCommune(organization_id=self.town.cpts_id, commune_code=code))
            for n, request in enumerate(db.session.scalars(select(CareRequest))):
                request.commune_code = places[n % COMMUNES][0]

    def moved(self, what: str, offers: int) -> None:
        db.session.remove()
        began, used, moved = time.perf_counter(), time.process_time(), 0
        while now_moved := dispatch.advance_due(clock.now()):
            moved += now_moved
        took, used = time.perf_counter() - began, time.process_time() - used
        made = select(func.count()).select_from(Offer)
        assert db.session.scalar(made) == offers * self.number
        assert db.session.scalar(made.where(Offer.state == OfferState.OPEN)) == 7 * self.number
        assert moved >= self.number, moved  # A search widens at the end of its stage, then asks: it may move twice.
        searching = select(func.count()).where(CareRequest.state == State.SEARCHING)
        assert db.session.scalar(searching) == self.number
        messages = db.session.scalar(select(func.count()).select_from(Message))
        held = "oui" if took <= GOAL_S else "**non**"
        line = [self.name, what, f"{took:.1f} s", f"{used:.1f} s", f"{took / moved * 1000:.1f} ms", str(messages), held]
        print(" | ".join(line), file=sys.stderr)
        self.lines.append(line)


def measure(url: str, name: str, home: Path, number: int) -> list[list[str]]:
    push_service = FakePushService()
    try:
        app = create_app(settings_for(url, home, RELAIS_PUSH_HOSTS=push_service.origin))
        with app.app_context():
            Model.metadata.create_all(db.engine)
            # In the morning of a working day: what is not urgent waits while people sleep, and the figures would be of
            # another day.
            clock.stop_at(A_TUESDAY)
            town = Town(app, push_service)
            for n in range(NURSES):
                town.nurse(f"N{n}", km=0.1 * n)
            bench = Bench(name, town, number)
            bench.all()
            db.session.remove()
            close_engines()
            return bench.lines
    finally:
        clock.stop_at(None)
        push_service.close()


def write(lines: list[list[str]], number: int) -> None:
    heads = ["base", "demandes dues", "durée", "processeur du worker", "par demande", "messages", "≤ 2 s"]
    said = [
        "# Mille recherches dues au même instant",
        "",
        f"{clock.now():%Y-%m-%d}, {os.cpu_count()} cœurs, {platform.system()}, Python {platform.python_version()}; "
        f"{number} demandes, un seul worker, disque synchronisé à chaque transaction. "
        "`python -m tests.bench.dispatch` les refait.",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(line) + " |" for line in lines),
    ]
    print("\n".join(said))
    after = RESULTS.read_text().partition("\n## ")[2] if RESULTS.exists() else ""
    RESULTS.write_text("\n".join(said) + "\n" + (f"\n## {after}" if after else ""))


def main(requests: str = "1000") -> None:
    number = int(requests)
    server = PostgresServer(durable=True).start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            lines = measure(f"sqlite:///{home / 'bench.sqlite3'}", "SQLite", home, number)
            lines += measure(server.create_database(), "PostgreSQL", home, number)
    finally:
        server.close()
    write(lines, number)


if __name__ == "__main__":
    main(*sys.argv[1:])
