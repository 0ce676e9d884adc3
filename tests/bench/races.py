"""Fifty thumbs on one request, a thousand times: one winner each, every answer counted, how long losers waited.

python -m tests.bench.races [--races 1000] [--of 50] [--engine sqlite|postgresql] [--processes 2] [--minutes 60]

Real gunicorn processes with gevent, as `relais web` starts them, over HTTP on 127.0.0.1 (on SQLite one process); every
tap on a connection of its own, all sent at the same instant. Exit code 1 when a race has not exactly one winner, or
anything is answered that is neither a win nor a calm loss. tests/chaos/test_races.py runs a handful.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder

from app import clock, create_app
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, State
from app.core.db import db, transaction
from app.core.waiting import WEB
from app.dispatch import offers, rules, search
from app.dispatch.models import Offer, OfferState
from tests.conftest import PATIENT, close_engines, make_tables, settings_for
from tests.factories.town import Nurse, Town
from tests.services.postgres import PostgresServer

LONGEST = 60.0  # seconds that an answer is waited for
FREE = timedelta(hours=1)


@dataclass
class Outcome:
    """What the answers were, over all races; `losers`: seconds until each 409."""

    races: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    losers: list[float] = field(default_factory=list)
    not_one_winner: int = 0
    seconds: float = 0.0

    @property
    def fair(self) -> bool:
        return not self.not_one_winner and set(self.answers) <= {"200", "409"}

    def loser_waited(self, share: float) -> float:
        """Milliseconds within which so many of the losers had their answer."""
        return sorted(self.losers)[int(len(self.losers) * share) - 1] * 1000 if self.losers else 0.0

    def row(self, name: str, of: int) -> str:
        counted = ", ".join(f"{number} × {status}" for status, number in sorted(self.answers.items()))
        waited = " / ".join(f"{self.loser_waited(share):.0f}" for share in (0.5, 0.99, 1.0))
        return (
            f"| {name} | {self.races} × {of} | {counted} | {self.not_one_winner} | {waited} ms | {self.seconds:.0f} s |"
        )


def server_app(unhurried: bool) -> Flask:
    """What gunicorn serves: the whole house, where a form needs no token and nobody is counted."""
    app = create_app(waits=PATIENT if unhurried else WEB)
    app.config.update(WTF_CSRF_ENABLED=False, LIMITS_HOLD=False)
    return app


def run(
    url: str, folder: Path, races: int, of: int, processes: int, minutes: float = 60, *, unhurried: bool = False
) -> Outcome:
    """So many races, or those that can be run in these minutes. `unhurried`: who is slow is not sent away for it."""
    settings = settings_for(url, folder)
    app = create_app(settings, PATIENT)
    outcome = Outcome()
    with app.app_context(), gunicorn(app, folder, processes, unhurried) as port:
        town = Town(app)
        nurses = [town.nurse(f"N{number}", km=0.05 * number, phone=False) for number in range(of)]
        cookies = [cookie_of(nurse) for nurse in nurses]
        patient = town.patient()
        began = time.monotonic()
        while outcome.races < races and time.monotonic() < began + minutes * 60:
            offered = offered_to_all(town, nurses, patient)
            outcome.races += 1
            taps = [tap_of(offer, cookie) for offer, cookie in zip(offered, cookies, strict=True)]
            winners = race(port, taps, outcome)
            outcome.not_one_winner += winners != 1
        outcome.seconds = time.monotonic() - began
        outcome.not_one_winner += contradicted(outcome.races)
        db.session.remove()
        close_engines()
    return outcome


def offered_to_all(town: Town, nurses: list[Nurse], patient: UUID) -> list[UUID]:
    """A new request, put to all of them at once: as a stage of the search does, without waiting for its turns."""
    request_id, now = town.asks(patient=patient), clock.now()
    with transaction():
        request = care_requests.lock(request_id)
        wave = search.widen(request, search.opening_stage(request, now), 1, now)
        candidates = [rules.Candidate(nurse.role_id, nurse.practitioner_id, 1.0) for nurse in nurses]
        offers.make([offers.OfferBatch(request, wave, candidates, now + FREE)], now)
        care_requests.plan_next_move(request, now + FREE)
    made = select(Offer.recipient_id, Offer.id).where(Offer.request_id == request_id)
    ids = {row.recipient_id: row.id for row in db.session.execute(made)}
    db.session.rollback()
    return [ids[nurse.practitioner_id] for nurse in nurses]


def contradicted(races: int) -> int:
    """How many races the rows tell otherwise than one offer won and the request accepted."""
    db.session.rollback()
    won = select(Offer.request_id).where(Offer.state == OfferState.WON).group_by(Offer.request_id)
    once = db.session.scalars(won.having(func.count() == 1)).all()
    accepted = db.session.scalar(select(func.count()).where(CareRequest.state == State.ACCEPTED))
    return abs(races - len(once)) + abs(races - (accepted or 0))


def cookie_of(nurse: Nurse) -> str:
    """As her browser sends it."""
    environ = EnvironBuilder().get_environ()
    nurse.client._add_cookies_to_wsgi(environ)
    return str(environ["HTTP_COOKIE"])


def tap_of(offer: UUID, cookie: str) -> bytes:
    """The bytes of one tap on `Accepter`."""
    head = [
        f"POST /offers/{offer}/acceptance HTTP/1.1",
        "Host: localhost",
        "HX-Request: true",
        f"Cookie: {cookie}",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 0",
        "Connection: close",
    ]
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def race(port: int, taps: list[bytes], outcome: Outcome) -> int:
    """All at once; returns how many won."""
    selector, winners = DefaultSelector(), 0
    lines: dict[socket.socket, bytes] = {}
    for _ in taps:
        phone = socket.create_connection(("127.0.0.1", port), timeout=LONGEST)
        selector.register(phone, EVENT_READ)
        lines[phone] = b""
    began = time.perf_counter()
    for phone, tap in zip(lines, taps, strict=True):
        phone.sendall(tap)
    open_still = set(lines)
    while open_still and time.perf_counter() - began < LONGEST:
        for key, _ in selector.select(timeout=1):
            phone = key.fileobj
            assert isinstance(phone, socket.socket)
            heard = b""
            with suppress(OSError):
                heard = phone.recv(65536)
            if heard:
                lines[phone] = (lines[phone] + heard)[:64]
                continue
            selector.unregister(phone)
            phone.close()
            open_still.discard(phone)
            status = (lines[phone].split(b" ", 2)[1:2] or [b"nothing"])[0].decode()
            outcome.answers[status] += 1
            winners += status == "200"
            if status == "409":
                outcome.losers.append(time.perf_counter() - began)
    for phone in open_still:
        outcome.answers["no answer"] += 1
        phone.close()
    return winners


@contextmanager
def gunicorn(app: Flask, folder: Path, processes: int, unhurried: bool) -> Iterator[int]:
    settings = app.config["SETTINGS"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", str(processes), "-b", f"127.0.0.1:{port}"]
    command += ["--no-control-socket", "--graceful-timeout", "2", f"tests.bench.races:server_app({unhurried})"]
    environment = os.environ | {
        "RELAIS_DATABASE_URL": settings.database_url,
        "RELAIS_DATA": str(folder),
        "RELAIS_SECRET_KEY": settings.secret_key,
    }
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
    try:
        wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_for(port: int) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=10) as probe:
            probe.sendall(b"GET /offline HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if b" 200 " in probe.recv(64):
                return
        time.sleep(0.05)
    raise SystemExit("gunicorn does not answer")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--races", type=int, default=1000)
    asked.add_argument("--of", type=int, default=50)
    asked.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    asked.add_argument("--processes", type=int, default=2, help="on PostgreSQL")
    asked.add_argument("--minutes", type=float, default=60, help="the last race begins within so many")
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        if said.engine == "sqlite":
            url, processes, server = f"sqlite:///{folder / 'races.sqlite3'}", 1, None
        else:
            server = PostgresServer(durable=True).start()
            url, processes = server.create_database(), said.processes
        try:
            make_tables(url, folder)
            outcome = run(url, folder, said.races, said.of, processes, said.minutes)
            log = (folder / "web.log").read_text()
        finally:
            if server:
                server.close()
    name = "SQLite, 1 process" if said.engine == "sqlite" else f"PostgreSQL, {processes} processes"
    print("| engine | races | answers | without exactly one winner | losers: p50 / p99 / longest | time |")
    print("|---|---|---|---|---|---|")
    print(outcome.row(name, said.of))
    for event in ("bug", "database_away", "database_busy", "request_again", "presence_not_noted"):
        if number := log.count(f'"event": "{event}"'):
            print(f"{event}: {number}")
    sys.exit(0 if outcome.fair else 1)


if __name__ == "__main__":
    main()
