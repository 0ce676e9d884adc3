"""Health does not lie: a dead worker, a stuck timer and a refused letter are said, within a minute, naming nobody."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock, schedule, worker
from app.accounts.models import Role
from app.advice.models import Advice
from app.appointments.models import Appointment
from app.audit.actions import record
from app.care_requests.models import CareRequest
from app.core.db import db, new_id, transaction
from app.documents.models import Document
from app.drafts import actions as drafts
from app.drafts.rules import DRAFT_LASTS
from app.folders.models import Folder
from app.folders.rules import CriticalMoment, FolderState
from app.funding.actions import WrittenBy, ask_funder
from app.funding.models import FundingRequest
from app.funding.rules import Funder
from app.jobs import heartbeats
from app.jobs.heartbeats import Heartbeat
from app.jobs.timers import Timer
from app.letters import actions as letters
from app.letters.rules import CALM, AttemptStage, LetterOutcome, Medium, after
from app.membership.models import Recovery
from app.messages.actions import alert
from app.messages.models import Alert, Notice
from app.passages.models import Passage
from app.plans.models import CarePlanAction
from app.plans.rules import PlanKind
from app.push.models import Subscription
from app.rights.models import RetentionRound
from app.supervision.health import Health, report
from tests.core.statements import statements
from tests.factories.town import Town
from tests.passages.care import taken_by
from tests.plans.care import team

HOUR = timedelta(hours=1)
NOTICE = Notice("Demande", "Évry", "inbox", answerable=True, elsewhere="Relais : nouvelle demande.")


def health() -> Health:
    db.session.rollback()
    return report(clock.now())


def asked(town: Town) -> tuple[int, dict[str, Any]]:
    answer = town.stranger().get("/healthz")
    return answer.status_code, answer.get_json()


def red() -> list[str]:
    return [pulse.timer for pulse in health().red]


# No worker


def test_no_worker_and_an_invitation_waiting_is_not_well(town: Town) -> None:
    with transaction():
        letters.enqueue("invitation", uuid4(), "a@example.org", now=clock.now(), expires_at=clock.now() + HOUR)
    status, said = asked(town)
    assert (status, said["ok"]) == (503, False)
    assert said["late"] == [timer.name for timer in schedule.TIMERS]
    assert said["lines"][0] == "LATE: no worker runs"


def test_a_worker_that_comes_round_is_well(town: Town) -> None:
    town.a_worker_comes_round()
    assert asked(town) == (
        200,
        {
            "ok": True,
            "late": [],
            "lines": ["well: every timer runs, and nothing is late", "0 searching, 0 unanswered"],
        },
    )


def test_a_dead_worker_is_red_within_a_minute(town: Town) -> None:
    town.a_worker_comes_round()
    clock.advance(heartbeats.WRITTEN_EVERY + timedelta(seconds=10))
    assert health().well, "a beat may be late"
    clock.advance(timedelta(seconds=60) - heartbeats.WRITTEN_EVERY - timedelta(seconds=10))
    assert red() == [timer.name for timer in schedule.TIMERS]


def test_one_silent_timer_is_named(town: Town) -> None:
    town.a_worker_comes_round()
    clock.advance(timedelta(seconds=50))
    with transaction():
        heartbeats.write({timer.name: clock.now() for timer in schedule.TIMERS if timer.name != "searches"})
    status, said = asked(town)
    assert (status, said["late"]) == (503, ["searches"])
    assert "LATE: searches: silent for 50 s" in said["lines"]


def test_of_two_workers_the_latest_beat_counts(app: Flask) -> None:
    now = clock.now()
    for moment in (now, now - timedelta(minutes=5)):
        with transaction():
            heartbeats.write({"searches": moment})
    assert db.session.scalars(select(Heartbeat.beat_at)).all() == [now]


def test_a_hand_that_comes_round_is_written_down_and_one_that_fails_is_not(app: Flask) -> None:
    def fails(_now: object) -> int:
        raise RuntimeError("stuck")

    question = schedule.TIMERS[0].oldest_due
    stop = threading.Event()

    def hand(timer: Timer) -> None:
        heartbeats.begin(timer.name)
        worker.ran(app, timer)

    for timer in (Timer("fails", fails, question), Timer("works", lambda _now: 0, question)):
        thread = threading.Thread(target=hand, args=(timer,))
        thread.start()
        thread.join()
    heart = threading.Thread(target=heartbeats.keep_writing, args=(app, stop))
    heart.start()
    while not (found := beats()):
        stop.wait(0.05)
    stop.set()
    heart.join()
    assert "works" in found
    assert "fails" not in found
    heartbeats._beats.clear()


def beats() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Heartbeat.timer)))


# A timer that is stuck


def owe_search(town: Town) -> None:
    town.asks()


def owe_late_start(town: Town) -> None:
    maya = town.nurse("Maya", phone=False)
    request = town.asks()
    town.time_passes()
    maya.accepts()
    with transaction():
        db.session.execute(update(CareRequest).where(CareRequest.id == request).values(start_by=clock.now()))


def owe_look(town: Town) -> None:
    town.asks("expert-advice")
    town.time_passes()
    with transaction():
        db.session.execute(update(Advice).values(look_at=clock.now()))


def owe_passage(town: Town) -> None:
    maya = town.nurse("Maya", phone=False)
    taken_by(town, maya)
    with transaction():
        db.session.execute(update(Passage).values(say_by=clock.now()))


def owe_review(town: Town) -> None:
    """An open folder whose date came; its own table allows no less than this."""
    now, place = clock.now(), town.emergency_id
    who = {"patient_id": town.patient(), "territory_id": place, "organization_id": place}
    with transaction():
        db.session.add(
            Folder(
                **who,
                author_id=town.orientation_nurse.account_id,
                state=FolderState.OPEN,
                moment=CriticalMoment.RETURN,
                why="Elle rentre.",
                level=2,
                review_on=clock.paris(now).date(),
                ask_at=now,
                created_at=now,
                changed_at=now,
                agreed_at=now,
            )
        )


def owe_action(town: Town) -> None:
    """An action that nobody answered for three days."""
    care = team(town)
    due = (clock.paris(clock.now()).date() + timedelta(days=30)).isoformat()
    action = care.has(PlanKind.ACTION, words="Marcher", owner="member:" + str(care.members["nurse"]), due=due)
    with transaction():
        db.session.get_one(CarePlanAction, action).look_at = clock.now()


def owe_alert(town: Town) -> None:
    with transaction():
        db.session.add(
            Alert(
                account_id=town.coordinator.account.id,
                subject_id=uuid4(),
                step="offer",
                notice={},
                rings_at=clock.now(),
                expires_at=clock.now() + HOUR,
            )
        )


def tell(account_id: UUID) -> None:
    with transaction():
        alert(account_id, uuid4(), "offer", NOTICE, now=clock.now(), expires_at=clock.now() + HOUR, urgent=True)


def owe_push(town: Town) -> None:
    tell(a_phone(town))


def a_phone(town: Town) -> UUID:
    account_id: UUID = town.coordinator.account.id
    with transaction():
        db.session.add(
            Subscription(
                account_id=account_id, endpoint="https://push.example.org/1", p256dh="", auth="", created_at=clock.now()
            )
        )
    return account_id


def owe_fallback(town: Town) -> None:
    tell(town.coordinator.account.id)


def owe_letter(medium: Medium) -> Callable[[Town], None]:
    def owe(_town: Town) -> None:
        address, now = ("a@example.org", clock.now())
        with transaction():
            letters.enqueue("invitation", uuid4(), address, medium=medium, now=now, expires_at=now + HOUR)

    return owe


def owe_check(town: Town) -> None:
    a_phone(town)
    with transaction():
        db.session.execute(update(Subscription).values(check_at=clock.now()))


def owe_recovery(town: Town) -> None:
    lost, first, second = town.orientation_nurse, town.coordinator, town.administrator()
    with transaction():
        db.session.add(
            Recovery(
                account_id=lost.account.id,
                organization_id=town.emergency_id,
                asked_by_id=first.account.id,
                asked_because="vue ce matin",
                asked_at=clock.now() - 24 * HOUR,
                confirmed_by_id=second.account.id,
                confirmed_because="vue aussi",
                opens_at=clock.now(),
            )
        )


def owe_seal(town: Town) -> None:
    write_a_line()
    town.time_passes()
    write_a_line()
    clock.advance(timedelta(minutes=1))


def write_a_line() -> None:
    none = dict.fromkeys(("values", "patients", "links"), "0")
    with transaction():
        record("secrets.rotated", uuid4(), now=clock.now(), **none)


def owe_draft(town: Town) -> None:
    with transaction():
        mine = town.orientation_nurse.account_id
        drafts.keep(mine, "/requests", "sealed", lost_files=False, now=clock.now() - DRAFT_LASTS)


def owe_reminder(town: Town) -> None:
    maya = town.nurse("Maya", phone=False)
    town.asks()
    town.time_passes()
    maya.accepts()
    with transaction():
        db.session.execute(update(Appointment).values(remind_at=clock.now()))


def owe_funding(town: Town) -> None:
    """Something that is to be sent tomorrow at the latest."""
    hugo, patient = town._person("Hugo", "Ferrand", Role.CASE_MANAGER, town.emergency_id), town.patient("Odile")
    with transaction():
        asked = WrittenBy(hugo.account, town.emergency_id, new_id(), clock.now())
        ask_funder(patient, Funder.PCH, clock.paris(clock.now()).date() + timedelta(days=1), "", asked)
        db.session.execute(update(FundingRequest).values(next_alarm_at=clock.now()))


def owe_round(town: Town) -> None:
    """The operator wants it, and the round of yesterday said when the next one is due."""
    town.app.config["SETTINGS"] = replace(town.app.config["SETTINGS"], retention=True)
    now = clock.now()
    with transaction():
        db.session.add(RetentionRound(at=now - 24 * HOUR, next_at=now, archived=0, erased=0, rows={}))


def owe_document(*, scan_at: timedelta | None, expires_at: timedelta) -> Callable[[Town], None]:
    def owe(town: Town) -> None:
        now = clock.now()
        with transaction():
            db.session.add(
                Document(
                    name="lettre.pdf",
                    media_type="application/pdf",
                    size=1,
                    pages=1,
                    body=b"%",
                    added_by_id=town.orientation_nurse.account_id,
                    at=now,
                    expires_at=now + expires_at,
                    scan_at=now + scan_at if scan_at is not None else None,
                )
            )

    return owe


OWED: dict[str, Callable[[Town], None]] = {
    "searches": owe_search,
    "what is late": owe_late_start,
    "opinions": owe_look,
    "passages": owe_passage,
    "folders to review": owe_review,
    "actions of plans": owe_action,
    "alerts that waited": owe_alert,
    "push messages": owe_push,
    "what no phone confirmed": owe_fallback,
    "mails": owe_letter(Medium.EMAIL),
    "SMS": owe_letter(Medium.SMS),
    "checks of the month": owe_check,
    "reminders of visits": owe_reminder,
    "requests for funding": owe_funding,
    "recoveries": owe_recovery,
    "drafts of yesterday": owe_draft,
    "documents in quarantine": owe_document(scan_at=timedelta(0), expires_at=timedelta(days=60)),
    "documents whose time is up": owe_document(scan_at=None, expires_at=timedelta(0)),
    "records whose time is over": owe_round,
    "audit seals": owe_seal,
}


def test_no_timer_is_forgotten() -> None:
    assert [timer.name for timer in schedule.TIMERS] == list(OWED)


@pytest.mark.parametrize("name", OWED)
def test_a_timer_that_is_stuck_is_red_and_named(town: Town, name: str) -> None:
    town.time_passes()  # What the town itself left to do.
    OWED[name](town)
    clock.advance(timedelta(seconds=59))
    town.a_worker_comes_round()
    assert name not in red()
    clock.advance(timedelta(seconds=1))
    assert name in red()
    status, said = asked(town)
    assert status == 503
    assert f"LATE: {name}: 60 s late" in said["lines"]


def test_a_check_that_fell_due_at_night_is_not_late_in_the_morning(town: Town) -> None:
    owe_check(town)
    with transaction():
        db.session.execute(update(Subscription).values(check_at=clock.now() + 12 * HOUR))  # 22:00 in Paris
    clock.advance(14 * HOUR)
    assert health().delay("checks of the month") == 0
    clock.advance(9 * HOUR + timedelta(seconds=30))  # 9:00:30 the next morning
    assert health().delay("checks of the month") == 30


def test_what_waits_for_a_second_try_is_not_late_but_told(town: Town) -> None:
    owe_letter(Medium.EMAIL)(town)
    with transaction():
        letter = letters.claim(Medium.EMAIL, clock.now())
    assert letter
    outcome = LetterOutcome(AttemptStage.RECIPIENT, 451)
    verdict = after(outcome, CALM, attempts=1, now=clock.now(), expires_at=clock.now() + HOUR)
    with transaction():
        letters.settle(letter, verdict, outcome, clock.now())
    town.a_worker_comes_round()
    assert health().well
    assert "1 letter by email tried again: recipient 451" in health().lines
    measured = town.stranger().get("/metrics").text
    labels = 'medium="email",state="pending",trouble="recipient 451"'
    assert f"relais_letters_in_trouble{{{labels}}} 1.0" in measured
    assert 'relais_timer_silence_seconds{timer="mails"} 0.0' in measured


def test_nobody_is_named(town: Town) -> None:
    town.nurse("Maya", phone=False)
    town.asks(patient=town.patient("Zéphyrine"))
    clock.advance(HOUR)
    for url in ("/healthz", "/metrics"):
        text = town.stranger().get(url).text
        assert not any(name in text for name in ("phyrine", "Maya", "example.org", "vry"))


def test_a_look_costs_six_statements(town: Town) -> None:
    town.time_passes()
    with statements() as said:
        asked(town)
    assert len(said) <= 6, said
