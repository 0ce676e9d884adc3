"""The worker dies at any moment: another picks up what it held, and nobody is told a thing that is not true."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.care_requests.models import CareRequest, State
from app.core.db import db
from app.dispatch.models import Offer, OfferState
from app.push.models import Message, MessageState
from tests.factories.town import Nurse, Town

REQUESTS, KILLS = 10, 5
KILLS_FOR, FINISH_WITHIN = 18.0, 180.0  # seconds; a busy machine starts fewer workers in the time, but two
IN_FLIGHT = timedelta(seconds=5)
"""A message on its way when its offer closes cannot be called back; the notice that replaces it follows."""


class Worker:
    """One worker process at a time."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["SETTINGS"]
        environment = os.environ | {
            "RELAIS_DATABASE_URL": settings.database_url,
            "RELAIS_DATA": str(settings.data_dir),
            "RELAIS_SECRET_KEY": settings.secret_key,
            "RELAIS_PUSH_HOSTS": " ".join(settings.push_hosts),
        }
        command = [sys.executable, "-m", "tests.chaos.worker"]
        self._process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if "worker_started" in line:
                break

    def die(self) -> None:
        self._process.kill()
        self._process.communicate()


def test_whoever_dies_is_replaced_and_nothing_is_lost_or_false(town: Town) -> None:
    clock.stop_at(None)  # The worker has a clock of its own.
    nurses = [town.nurse(f"N{n}", km=0.2 * n) for n in range(1, 10)]
    for nurse in nurses:
        nurse.device.answers(slow=0.05)
    requests = [town.asks(patient=town.patient(f"P{n}")) for n in range(REQUESTS)]
    kills = live_through_kills(town, nurses, requests)
    worker = Worker(town.app)
    try:
        assert soon(at_rest), leftovers()
    finally:
        worker.die()
    for request in requests:
        assert_in_good_hands(town.request(request))
    assert_one_winner_each()
    assert_no_alert_after_its_end(town)
    print(f"{db.engine.dialect.name}: {kills} kills")


def live_through_kills(town: Town, nurses: list[Nurse], requests: list[UUID]) -> int:
    """Workers die while people answer and ask again; returns how many died."""
    ends, kills = time.monotonic() + KILLS_FOR, 0
    while kills < 2 or (kills < KILLS and time.monotonic() < ends):
        worker = Worker(town.app)
        time.sleep(random.uniform(0.0, 0.5))
        someone_answers(nurses)
        worker.die()
        kills += 1
        if kills == 2:
            assert town.orientation_nurse.post(f"/requests/{requests[-1]}/cancellation").status_code in (303, 409)
        requests.append(town.asks(patient=town.patient(f"Encore{kills}")))
    return kills


def someone_answers(nurses: list[Nurse]) -> None:
    """One takes what she was offered last, and one refuses."""
    takes, refuses = random.sample(nurses, 2)
    if takes.offer():
        assert takes.accepts() in (200, 409)
    if refuses.offer():
        assert refuses.refuses() in (200, 409)


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + FINISH_WITHIN
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def leftovers() -> tuple[int, int]:
    """Searches that are due, and messages that are due and neither sent nor given up. A mail for whoever's phone says
    nothing is a row as well, but not due for a minute."""
    db.session.rollback()
    due = select(func.count()).where(CareRequest.state == State.SEARCHING, CareRequest.next_move_at <= clock.now())
    unsent = Message.state.in_([MessageState.PENDING, MessageState.LEASED])
    owed = select(func.count()).where(unsent, Message.due_at <= clock.now())
    return db.session.scalar(due) or 0, db.session.scalar(owed) or 0


def at_rest() -> bool:
    return leftovers() == (0, 0)


def assert_in_good_hands(request: CareRequest) -> None:
    offers = db.session.scalars(select(Offer).where(Offer.request_id == request.id)).all()
    states = [offer.state for offer in offers]
    if request.state is State.SEARCHING:
        assert OfferState.OPEN in states
        assert request.next_move_at > clock.now()
    elif request.state is State.ACCEPTED:
        assert states.count(OfferState.WON) == 1
        assert OfferState.OPEN not in states
    else:
        assert request.state in (State.CANCELLED, State.UNANSWERED)
        assert not {OfferState.OPEN, OfferState.WON} & set(states)
    people = [offer.recipient_id for offer in offers]
    assert len(people) == len(set(people)), "asked twice"


def assert_one_winner_each() -> None:
    won = select(Offer.request_id).where(Offer.state == OfferState.WON).group_by(Offer.request_id)
    assert db.session.scalars(won.having(func.count() > 1)).all() == []


def assert_no_alert_after_its_end(town: Town) -> None:
    assert town.push_service is not None
    arrived = [message for device in town.push_service.devices for message in device.messages]
    assert arrived
    for message in arrived:
        row = db.session.get_one(Message, UUID(message.json["receipt"]["path"].rpartition("/")[2]))
        offer = db.session.get_one(Offer, row.subject_id)
        if row.step == "offer" and offer.ended_at:
            assert message.at < (offer.ended_at + IN_FLIGHT).timestamp()
