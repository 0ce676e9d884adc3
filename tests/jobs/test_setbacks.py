"""A row that fails every time keeps none behind it waiting, whichever timer comes to it; on both engines."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from structlog.testing import capture_logs

from app import clock
from app.care_requests import watch
from app.care_requests.models import CareRequest, CareTask
from app.care_requests.rules import State
from app.core.db import db, insert_rows, transaction
from app.jobs.setbacks import one_by_one, patience
from app.membership import recovery
from app.membership.models import Recovery
from app.messages import channels, checks, digests
from app.messages.models import Alert
from app.organizations.models import Organization
from app.push.models import Message, MessageState, Subscription
from app.push.rules import Channel
from app.schedule import TIMERS
from tests.factories.town import Town

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def late_tasks(town: Town) -> None:
    late = clock.now() - HOUR
    for _ in range(2):
        task = {"request_id": town.asks(), "slug": "report", "label": "Compte rendu", "owner": "requester"}
        with transaction():
            insert_rows(CareTask, [{**task, "due_at": late}])


def late_starts(town: Town) -> None:
    nurse = town.nurse("Maya", phone=False)
    late = {"start_by": clock.now() - HOUR, "next_move_at": None, "performer_id": nurse.role_id}
    stand([town.asks(), town.asks()], state=State.ACCEPTED, **late)


def late_decisions(town: Town) -> None:
    late = {"answer_by": clock.now() - HOUR, "next_move_at": None, "decider_id": town.coordinator.account_id}
    stand([town.asks(), town.asks()], state=State.DRAFT, **late)


def stand(requests: list[UUID], **values: Any) -> None:
    with transaction():
        db.session.execute(update(CareRequest).where(CareRequest.id.in_(requests)).values(**values))


def recoveries(town: Town) -> None:
    ago = clock.now() - DAY
    asked = {"asked_by_id": town.coordinator.account_id, "asked_because": "Vue en personne", "asked_at": ago}
    where = {"organization_id": town.cpts_id, "opens_at": clock.now() - HOUR}
    nurses = [town.nurse(name, phone=False).account_id for name in ("Maya", "Inès")]
    with transaction():
        insert_rows(Recovery, [{"account_id": each, **asked, **where} for each in nurses])


def alerts_that_waited(town: Town) -> None:
    now = clock.now()
    notice = {"title": "Pansement", "body": "Répondre avant demain", "path": "inbox"}
    told = {"step": "offer", "notice": notice, "rings_at": now - HOUR, "expires_at": now + DAY}
    nurses = [town.nurse(name, phone=False).account_id for name in ("Maya", "Inès")]
    with transaction():
        insert_rows(Alert, [{"account_id": each, "subject_id": uuid4(), **told} for each in nurses])


def unconfirmed(town: Town) -> None:
    now = clock.now()
    told = {
        "channel": Channel.EMAIL,
        "step": "offer",
        "payload": {"text": "Relais."},
        "topic": "t",
        "urgency": "normal",
    }
    when = {"state": MessageState.PENDING, "due_at": now - HOUR, "expires_at": now + DAY}
    nurses = [town.nurse(name, phone=False).account_id for name in ("Maya", "Inès")]
    with transaction():
        insert_rows(Message, [{"account_id": each, "subject_id": uuid4(), **told, **when} for each in nurses])


def silent_devices(town: Town) -> None:
    for name in ("Maya", "Inès"):
        town.nurse(name)
    with transaction():
        db.session.execute(update(Subscription).values(check_at=clock.now() - HOUR))


CASES = [
    (watch, "_remind", "what is late", late_tasks),
    (watch, "_say_late", "what is late", late_starts),
    (watch, "end_undecided", "what is late", late_decisions),
    (recovery, "_move", "recoveries", recoveries),
    (digests, "_release", "alerts that waited", alerts_that_waited),
    (channels, "hand_over", "what no phone confirmed", unconfirmed),
    (checks, "_check", "checks of the month", silent_devices),
]


class Broken:
    """A verb that fails on the first row it is ever given, every time, and does the others."""

    def __init__(self, verb: Callable[[UUID, datetime], object]) -> None:
        self.verb, self.tried, self.done = verb, list[UUID](), list[UUID]()

    def __call__(self, row_id: UUID, now: datetime) -> None:
        self.tried.append(row_id)
        if row_id == self.tried[0]:
            raise ZeroDivisionError
        self.verb(row_id, now)
        self.done.append(row_id)


@pytest.mark.parametrize(("room", "verb", "name", "two_are_due"), CASES, ids=[verb for _, verb, *_ in CASES])
def test_those_behind_it_are_done(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    room: ModuleType,
    verb: str,
    name: str,
    two_are_due: Callable[[Town], None],
) -> None:
    two_are_due(town)
    broken = Broken(getattr(room, verb))
    monkeypatch.setattr(room, verb, broken)
    timer = next(timer for timer in TIMERS if timer.name == name)

    def comes_round() -> int:
        db.session.rollback()
        return timer.run(clock.now())

    with capture_logs() as logged:
        comes_round()
        assert (len(broken.tried), len(broken.done)) == (2, 1)
        assert comes_round() == 0, "it rests for a minute"
        clock.advance(MINUTE)
        comes_round()
    failed = broken.tried[0]
    assert (broken.tried.count(failed), broken.done.count(failed)) == (2, 0)
    loud = [line for line in logged if line["event"] == "row_set_aside"]
    assert [(line["log_level"], line["row"], line["times"]) for line in loud] == [
        ("error", str(failed), 1),
        ("error", str(failed), 2),
    ]
    since = db.session.scalar(timer.oldest_due(clock.now()))
    assert since is not None and since < clock.now(), "whoever watches over the house hears that it waits"


def test_a_row_that_is_done_at_last_is_forgiven(town: Town) -> None:
    place, times = select(Organization.id).where(Organization.id == town.cpts_id), list[datetime]()
    heals = clock.now() + 4 * MINUTE

    def act(_row: UUID, now: datetime) -> None:
        times.append(now)
        if now < heals or now == heals + MINUTE:
            raise ZeroDivisionError

    began = clock.now()
    for minute in range(9):
        one_by_one("place", place, act, began + minute * MINUTE)
    assert [(at - began) // MINUTE for at in times] == [0, 1, 3, 7, 8]
    assert [patience(times) for times in (1, 2, 3, 7, 10**9)] == [MINUTE, 2 * MINUTE, 4 * MINUTE, HOUR, HOUR]


@pytest.mark.parametrize(("error", "ends_the_round"), [(OperationalError, True), (IntegrityError, False)])
def test_a_database_in_trouble_is_nobodys_fault(
    town: Town, error: type[OperationalError | IntegrityError], ends_the_round: bool
) -> None:
    """One row's own fault is; else a hundred rows would be set aside because the database was away for a second."""
    places, tried = select(Organization.id).order_by(Organization.id), list[UUID]()

    def act(row_id: UUID, _now: datetime) -> None:
        tried.append(row_id)
        raise error("UPDATE", None, Exception("the database went away"))

    def round_ends() -> bool:
        try:
            one_by_one("place", places, act, clock.now())
        except OperationalError:
            return True
        return False

    assert round_ends() is ends_the_round
    assert (len(tried) == 1) is ends_the_round
