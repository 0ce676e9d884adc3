"""How fast the main job is on this machine, with years of past requests behind it. Writes RESULTS.md; not a test.

python -m tests.bench [requests]
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import event, func, select

from app import clock, create_app
from app.accounts.models import SignIn
from app.care_requests import queries as care_requests
from app.core.db import Model, db, transaction
from app.core.tokens import hash_token, new_token
from app.dispatch import search as dispatch
from app.dispatch.models import Offer
from app.push import outbox, sender
from tests.bench.house import Browser, assets_of, free_port, running, stream_of, token_in
from tests.bench.past import Past
from tests.conftest import settings_for
from tests.factories.town import Nurse, Person, Town
from tests.services.push_service import FakePushService

RESULTS = Path(__file__).with_name("RESULTS.md")
TIMES, TAPS = 40, 20


@dataclass
class Figure:
    what: str
    median: float
    p95: float | None
    unit: str
    goal: float | None = None
    statements: int | None = None
    cpu: float | None = None  # of this process: what it would take on a machine with nothing else to do

    def cells(self) -> list[str]:
        held = "" if self.goal is None else "oui" if self.median <= self.goal else "**non**"
        return [
            self.what,
            f"{self.median:.1f} {self.unit}",
            "" if self.p95 is None else f"{self.p95:.1f}",
            "" if self.goal is None else f"{self.goal:.0f} {self.unit}",
            held,
            "" if self.statements is None else str(self.statements),
            "" if self.cpu is None else f"{self.cpu:.1f} ms",
        ]


class Bench:
    def __init__(self, app: Flask, town: Town) -> None:
        self.app, self.town = app, town
        self.figures: list[Figure] = []
        self.open = ExitStack()
        self.maya = town.nurse("Maya", km=0.02, phone=False)
        self.patient = town.patient("Mesure")

    def all(self) -> None:
        # The rows as they are after a restart: what the seeding kept in memory must not help.
        db.session.remove()
        self.in_process()
        with self.open, running(self.app.config["SETTINGS"], "web"):
            self.wire()
            self.over_http()
        with self.open, running(self.app.config["SETTINGS"], "web", "worker"):
            self.taps()

    # What is measured

    def in_process(self) -> None:
        old_hand = self._old_hand()
        for _ in range(3):
            self._offered()
        self.time("GET /inbox, années de passé, application seule", lambda: old_hand.get("/inbox"), goal=25)
        self.time("GET /inbox, 3 offres, application seule", lambda: self.maya.get("/inbox"), goal=25)
        offers = iter([self._offered() for _ in range(TIMES + 1)])
        self.time(
            "POST acceptation (htmx), application seule",
            lambda: self.maya.post(f"/offers/{next(offers)}/acceptance", htmx=True),
            goal=25,
        )
        nadia, helene = self.town.orientation_nurse, self.town.coordinator
        request = db.session.scalar(select(Offer.request_id).order_by(Offer.id.desc()))
        db.session.remove()
        self.time("GET /requests (en cours)", lambda: nadia.get("/requests"))
        self.time("GET /requests?show=all", lambda: nadia.get("/requests?show=all"))
        self.time("GET /requests/<id>", lambda: nadia.get(f"/requests/{request}"))
        self.time("GET /board", lambda: helene.get("/board"))
        self.time(
            "GET /healthz", lambda: helene.get("/healthz").data
        )  # Without a worker it is red, and costs the same.
        self.time("recherches dues : trouver", lambda: self._in_context(lambda: care_requests.due(clock.now())))
        self.time("messages dus : regarder", lambda: self._in_context(lambda: outbox.anything_due(clock.now())))
        self.time(
            "recherche due : une demande avancée", self._advance, before=lambda: self.town.asks(patient=self.patient)
        )
        with self.app.app_context():
            while sender.send_due(clock.now()):
                pass

    def wire(self) -> None:
        phone = self._browser(self.maya)
        page = phone.get("/inbox")
        worker = phone.get("/service-worker.js")
        rest = {url: phone.get(url) for url in [*assets_of(page.text), "/offline"]}
        first = page.wire + worker.wire + sum(answer.wire for answer in rest.values())
        self.figures.append(Figure("premier chargement de l'inbox, tout compris", first / 1000, None, "Ko", 60))
        again = phone.get("/inbox").wire + phone.get("/service-worker.js", If_None_Match=worker.etag).wire
        self.figures.append(
            Figure("chargements suivants (page, contrôle du service worker)", again / 1000, None, "Ko", 10)
        )
        part = phone.get("/inbox", HX_Request="true").wire
        self.figures.append(Figure("mise à jour en direct (fragment)", part / 1000, None, "Ko", 10))
        for url, answer in {"/inbox": page, "/service-worker.js": worker, **rest}.items():
            print(f"{answer.status} {answer.wire:7d} {url}", file=sys.stderr)

    def over_http(self) -> None:
        phone = self._browser(self.maya)
        known = self._browser(self._old_hand())
        self.time("GET /inbox, années de passé, par HTTP (gunicorn + gevent)", lambda: known.get("/inbox"), goal=25)
        self.time("GET /inbox, plus de 40 offres en attente, par HTTP", lambda: phone.get("/inbox"))
        offers = iter([self._offered() for _ in range(TIMES + 1)])
        token = token_in(phone.get("/inbox").text)
        self.time(
            "POST acceptation, par HTTP",
            lambda: phone.post(f"/offers/{next(offers)}/acceptance", {"csrf_token": token}, HX_Request="true"),
            goal=25,
        )
        tablet = self._browser(self.town.orientation_nurse)
        self.time("GET /requests, par HTTP", lambda: tablet.get("/requests"))

    def taps(self) -> None:
        """From the thumb to the other screen: request, worker, offer, tap, event, fragment; all processes real."""
        phone, tablet = self._browser(self.maya), self._browser(self.town.orientation_nurse)
        asked, heard, shown = [], [], []
        for _ in range(TAPS):
            request = self.town.asks(patient=self.patient)
            asked.append(_ms(lambda request=request: self._wait_for_offer(request)))
            offer = self._offer_of(request)
            token = token_in(phone.get(f"/offers/{offer}").text)
            time.sleep(1.5)  # The worker has sent what it owed, all is at rest.
            stream = tablet.stream(stream_of(tablet.get(f"/requests/{request}").text))
            stream.readline()
            time.sleep(0.2)
            began = time.perf_counter()
            answer = phone.post(f"/offers/{offer}/acceptance", {"csrf_token": token}, HX_Request="true")
            assert answer.status == 200, answer.status
            while f"request-{request}" not in stream.readline().decode():
                pass
            heard.append((time.perf_counter() - began) * 1000)
            fragment = tablet.get(f"/requests/{request}", HX_Request="true")
            shown.append((time.perf_counter() - began) * 1000)
            assert 'data-state="accepted"' in fragment.text
            stream.close()
        self._add("demande enregistrée → offre posée par le worker", asked, "ms")
        self._add("« Accepter » → événement chez le demandeur", heard, "ms")
        self._add("« Accepter » → nouvel écran du demandeur", shown, "ms", goal=300)

    # How

    def time(
        self,
        what: str,
        act: Callable[[], object],
        goal: float | None = None,
        before: Callable[[], object] | None = None,
    ) -> None:
        took, cpu = [], []
        for number in range(TIMES + 1):
            if before:
                before()
            began = time.process_time()
            with statements() as said:
                elapsed = _ms(act)
            if number:  # The first one compiles templates and statements.
                took.append(elapsed)
                cpu.append((time.process_time() - began) * 1000)
        self._add(what, took, "ms", goal)
        if said:  # In this process.
            self.figures[-1].statements, self.figures[-1].cpu = len(said), statistics.median(cpu)
        if os.environ.get("BENCH_STATEMENTS"):
            print(what, *said, sep="\n    ", file=sys.stderr)

    def _add(self, what: str, took: list[float], unit: str, goal: float | None = None) -> None:
        figure = Figure(what, statistics.median(took), sorted(took)[int(len(took) * 0.95) - 1], unit, goal)
        print(" | ".join(figure.cells()), file=sys.stderr)
        self.figures.append(figure)

    def _in_context(self, act: Callable[[], object]) -> None:
        with self.app.app_context():
            act()

    def _advance(self) -> None:
        with self.app.app_context():
            assert dispatch.advance_due(clock.now()) == 1

    def _offered(self) -> UUID:
        """A new request, offered to Maya among others."""
        request = self.town.asks(patient=self.patient)
        self._advance()
        return self._offer_of(request)

    def _offer_of(self, request: UUID) -> UUID:
        offer = self._found(request)
        assert offer is not None
        return offer

    def _found(self, request: UUID) -> UUID | None:
        db.session.rollback()
        mine = select(Offer.id).where(Offer.request_id == request, Offer.recipient_id == self.maya.practitioner_id)
        return db.session.scalar(mine)

    def _wait_for_offer(self, request: UUID) -> None:
        while self._found(request) is None:
            time.sleep(0.002)

    def _old_hand(self) -> Nurse:
        """The one who has answered most."""
        busiest = db.session.execute(
            select(Offer.recipient_id, Offer.role_id).group_by(Offer.recipient_id).order_by(func.count().desc())
        ).first()
        account = db.session.scalar(select(Model.metadata.tables["practitioner"].c.account_id).filter_by(id=busiest[0]))
        token, now = new_token(), clock.now()
        with transaction():
            db.session.add(
                SignIn(
                    account_id=account, token_hash=hash_token(token), created_at=now, expires_at=now + timedelta(days=1)
                )
            )
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = token
        return Nurse(self.town, account, client, busiest[1], busiest[0])

    def _browser(self, person: Person) -> Browser:
        cookie = person.client.get_cookie("relais")
        assert cookie is not None
        browser = Browser(self.app.config["SETTINGS"].port, cookie.value)
        self.open.callback(browser.close)
        return browser


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    answer = act()
    elapsed = (time.perf_counter() - began) * 1000
    status = getattr(answer, "status_code", getattr(answer, "status", 200))
    assert status in (200, 204), status
    return elapsed


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the application says to its database meanwhile."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def write(figures: list[Figure], requests: int, size: int) -> None:
    heads = ["mesure", "médiane", "p95", "but", "tenu", "requêtes SQL", "processeur"]
    lines = [
        "# Mesures",
        "",
        f"{clock.now():%Y-%m-%d}, {os.cpu_count()} cœurs, {platform.system()}, Python {platform.python_version()}, "
        f"SQLite, {requests} demandes passées, base de {size / 1e6:.0f} Mo.",
        "`python -m tests.bench` les refait. Octets : en-têtes compris, gzip.",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(figure.cells()) + " |" for figure in figures),
    ]
    print("\n".join(lines))
    after = RESULTS.read_text().partition("\n## ")[2] if RESULTS.exists() else ""
    RESULTS.write_text("\n".join(lines) + "\n" + (f"\n## {after}" if after else ""))


def measure(home: Path, requests: int) -> None:
    file, push_service = home / "bench.sqlite3", FakePushService()
    try:
        app = create_app(
            settings_for(f"sqlite:///{file}", home, PORT=str(free_port()), RELAIS_PUSH_HOSTS=push_service.origin)
        )
        app.config.update(WTF_CSRF_ENABLED=False)
        with app.app_context():
            Model.metadata.create_all(db.engine)
            town = Town(app, push_service)
            began = time.monotonic()
            Past(town, push_service, requests, clock.now()).fill()
            print(f"filled in {time.monotonic() - began:.0f} s", file=sys.stderr)
            bench = Bench(app, town)
            bench.all()
            write(bench.figures, requests, file.stat().st_size)
    finally:
        push_service.close()


def main(requests: str = "100000") -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), int(requests))


if __name__ == "__main__":
    main(*sys.argv[1:])
