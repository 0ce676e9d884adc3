"""What a page costs: statements, processor, and the inbox against a bare view. On the demonstration; not a test.

python -m tests.bench.pages [looks]

The bare view is the least that a Flask page could do for the same answer: eleven plain statements on the same engine,
and the inbox's own bytes out of a template. Both are asked in one run, alternately, so that the ratio means something
on a machine that is busy with other things.
"""

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from app import clock, create_app
from app.accounts.models import Account, SignIn
from app.care_requests.models import CareRequest
from app.core.db import Model, db, transaction
from app.core.tokens import hash_token, new_token
from app.demo import territory
from app.directory.models import Practitioner
from app.dispatch import search as dispatch
from app.dispatch.models import Offer
from tests.conftest import close_engines, settings_for

BARE_STATEMENTS = 11


@dataclass(frozen=True)
class Look:
    """One page, asked as one person."""

    name: str
    client: FlaskClient
    url: str


@dataclass(frozen=True)
class Cost:
    """`cpu` in milliseconds of this process, the median."""

    name: str
    statements: int
    cpu: float
    bytes: int


@contextmanager
def house() -> Iterator[Flask]:
    """The demonstration's territory on SQLite, with its searches moved on as far as they go at this minute."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(f"sqlite:///{folder}/relais.sqlite3", Path(folder), RELAIS_DEMO="1"))
        with app.app_context():
            Model.metadata.create_all(db.engine)
            with transaction():
                territory.load(clock.now())
            while dispatch.advance_due(clock.now()):
                pass
        yield app
        with app.app_context():
            close_engines()


def looks(app: Flask) -> list[Look]:
    """The pages that people open most, each as a person of the demonstration who has something on it."""
    with app.app_context():
        offer = db.session.execute(
            select(Offer.id, Account.persona)
            .join(Practitioner, Practitioner.id == Offer.recipient_id)
            .join(Account, Account.id == Practitioner.account_id)
            .where(Offer.state == "open", Account.persona.is_not(None))
            .order_by(Offer.id)
            .limit(1)
        ).one()
        asked = db.session.execute(
            select(CareRequest.id, CareRequest.patient_id, Account.persona)
            .join(Account, Account.id == CareRequest.author_id)
            .where(CareRequest.state == "accepted", Account.persona.is_not(None))
            .order_by(CareRequest.id)
            .limit(1)
        ).one()
    nurse, requester = signed_in(app, str(offer.persona)), signed_in(app, str(asked.persona))
    coordinator = signed_in(app, "coordinator")
    return [
        Look("inbox", nurse, "/inbox"),
        Look("offer", nurse, f"/offers/{offer.id}"),
        Look("visits", nurse, "/visits"),
        Look("Suivi", requester, "/requests"),
        Look("request", requester, f"/requests/{asked.id}"),
        Look("board", coordinator, "/board"),
        Look("person", requester, f"/patients/{asked.patient_id}"),
        Look("life", requester, f"/patients/{asked.patient_id}/life"),
    ]


def signed_in(app: Flask, persona: str) -> FlaskClient:
    """A browser with a session of its own: the demonstration's way in is not the one that people pay for."""
    token, now = new_token(), clock.now()
    with app.app_context(), transaction():
        account_id = db.session.scalars(select(Account.id).where(Account.persona == persona)).one()
        lasts = now + timedelta(days=1)
        db.session.add(
            SignIn(account_id=account_id, token_hash=hash_token(token), created_at=now, expires_at=lasts, proven_at=now)
        )
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


def nothing_new(look: Look) -> Look:
    """What a page that no stream reaches asks, when nothing changed: instead of fetching itself again."""
    stream = re.search(r'hx-sse:connect="([^"]+)"', look.client.get(look.url).text)
    assert stream is not None, look.name
    topics = stream[1].partition("?")[2].replace("&amp;", "&")
    return Look(f"{look.name}, nothing new", look.client, f"/live/changes?{topics}")


def cost(app: Flask, look: Look, times: int) -> Cost:
    answer = look.client.get(look.url)
    assert answer.status_code == 200, (look.name, answer.status_code)
    said = asked_by(app, look)
    return Cost(look.name, len(said), processor(lambda: look.client.get(look.url), times), len(answer.data))


def asked_by(app: Flask, look: Look) -> list[str]:
    """What this page asks the database, once everything that is read once per process has been read."""
    look.client.get(look.url)
    with statements(app) as said:
        look.client.get(look.url)
    return said


def processor(act: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(times):
        began = time.process_time()
        act()
        took.append((time.process_time() - began) * 1000)
    return statistics.median(took)


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def bare(app: Flask, size: int) -> Look:
    """A Flask application with nothing of ours but the engine."""
    other = Flask("bare")
    with app.app_context():
        engine = db.engine

    @other.get("/bare")
    def view() -> str:
        with engine.connect() as connection:
            for _ in range(BARE_STATEMENTS):
                connection.execute(text("SELECT id, email, given_name FROM account LIMIT 20")).all()
        return render_template_string("{{ body }}", body="x" * size)

    return Look("bare view", other.test_client(), "/bare")


def measure(times: int) -> tuple[list[Cost], float]:
    """The cost of each page; and what part of the bare view's requests a second the inbox reaches (0..1)."""
    with house() as app:
        asked = looks(app)
        costs = [cost(app, look, times) for look in (*asked, *map(nothing_new, asked))]
        inbox, plain = asked[0], bare(app, costs[0].bytes)
        plain.client.get(plain.url)
        rounds = [
            processor(lambda: plain.client.get(plain.url), 5) / processor(lambda: inbox.client.get(inbox.url), 5)
            for _ in range(max(1, times // 5))
        ]
        return costs, statistics.median(rounds)


def main(times: str = "40") -> None:
    costs, ratio = measure(int(times))
    print("| page | statements | processor | bytes |\n|---|---|---|---|")
    for each in costs:
        print(f"| {each.name} | {each.statements} | {each.cpu:.1f} ms | {each.bytes} |")
    print(f"\nThe inbox serves {ratio:.0%} of what a bare view with {BARE_STATEMENTS} statements serves.")


if __name__ == "__main__":
    main(*sys.argv[1:])
