"""What a person wishes of her attention, and what rings when."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.core.db import db, transaction
from app.core.events import listen
from app.dispatch.queries import reach
from app.language.typography import plain
from app.messages import actions as messages
from app.messages import queries
from app.messages import rules as attention
from app.messages.actions import ReachChanged
from app.messages.funnel import funnel
from app.messages.models import Alert, Notice
from app.messages.rules import Wishes
from app.push.models import Message, MessageState
from app.push.rules import Channel
from tests.factories.town import Nurse, Town
from tests.messages.whole_house import mails, phone_confirms, whole_house

NIGHTS = Wishes(quiet=True, quiet_from=time(20), quiet_until=time(7))
SOON, TOMORROW = timedelta(minutes=15), timedelta(hours=20)
LATE = datetime(2026, 11, 24, 22, 0, tzinfo=clock.PARIS).astimezone(UTC)


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime) -> Iterator[Flask]:
    yield from whole_house(engine_url, tmp_path)


@pytest.fixture
def maya(town: Town) -> Nurse:
    return town.nurse("Maya")


def wishes(nurse: Nurse, wished: Wishes) -> None:
    with transaction():
        messages.set_wishes(nurse.account_id, wished, clock.now())


def asked(nurse: Nurse, care: str = "Pansement", *, lasts: timedelta = TOMORROW, urgent: bool | None = None) -> UUID:
    """An alert of its own, without the search that would make it."""
    subject, now = uuid4(), clock.now()
    notice = Notice(f"{care}, Évry", "Répondre avant demain", f"offers/{subject}", answerable=True, elsewhere="Relais.")
    with transaction():
        messages.alert(nurse.account_id, subject, "offer", notice, now=now, expires_at=now + lasts, urgent=urgent)
    return subject


def titles(nurse: Nurse) -> list[object]:
    return [message["notification"]["title"] for message in nurse.notices()]  # type: ignore[index]


def in_the_evening(town: Town) -> None:
    clock.stop_at(LATE)
    town.time_passes()


# Quiet hours


def test_at_night_what_can_wait_waits_and_rings_as_one_in_the_morning(town: Town, maya: Nurse, tmp_path: Path) -> None:
    wishes(maya, NIGHTS)
    in_the_evening(town)
    subjects = [asked(maya, care) for care in ("Pansement", "Injection", "Perfusion")]
    town.time_passes(hours=8, minutes=59)
    assert (titles(maya), mails(tmp_path)) == ([], []), "neither does a mail wake her"
    town.time_passes(minutes=1)
    [notice] = maya.device.messages
    assert notice.json["notification"]["title"] == "3 demandes vous attendent"
    assert notice.json["notification"]["navigate"] == "http://localhost:8000/"
    assert notice.json["awaits"] is True
    assert "answers" not in notice.json, "three cannot be answered by one button"
    assert notice.urgency == "normal"
    for word in ("Pansement", "Injection", "Perfusion", "vry"):
        assert word not in str(notice.json)
    truth = funnel(subjects, "offer")
    assert [(one.alerted, one.received) for one in truth.values()] == [(True, False)] * 3
    phone_confirms(maya)
    assert all(one.received for one in funnel(subjects, "offer").values())


def test_one_alone_rings_as_it_is(town: Town, maya: Nurse) -> None:
    wishes(maya, NIGHTS)
    in_the_evening(town)
    asked(maya)
    town.time_passes(hours=9)
    assert titles(maya) == ["Pansement, Évry"]


def test_what_presses_rings_whatever_she_wishes(town: Town, maya: Nurse) -> None:
    wishes(maya, Wishes(True, time(), time(23, 59), daily_cap=1, grouped=True))
    in_the_evening(town)
    for _ in range(3):
        asked(maya, lasts=SOON)
    asked(maya, "Décès", lasts=TOMORROW, urgent=True)
    town.time_passes()
    assert len(titles(maya)) == 4
    assert {message.urgency for message in maya.device.messages} == {"high"}


def test_what_is_over_by_the_morning_never_rings(town: Town, maya: Nurse) -> None:
    wishes(maya, NIGHTS)
    in_the_evening(town)
    asked(maya, lasts=timedelta(hours=9))
    taken, left = asked(maya), asked(maya, "Injection")
    with transaction():
        messages.drop(taken)
    town.time_passes(hours=9)
    assert titles(maya) == ["Injection, Évry"]
    with db.engine.connect() as connection:
        assert [row.subject_id for row in connection.execute(select(Alert.subject_id))] == [left]


def test_what_she_saw_by_herself_need_not_ring(town: Town, maya: Nurse) -> None:
    wishes(maya, NIGHTS)
    in_the_evening(town)
    seen, _unseen = asked(maya), asked(maya, "Injection")
    with transaction():
        messages.see(seen)
    town.time_passes(hours=9)
    assert titles(maya) == ["Injection, Évry"]


def test_whoever_wakes_early_and_says_so_is_told_at_once(town: Town, maya: Nurse) -> None:
    wishes(maya, NIGHTS)
    in_the_evening(town)
    asked(maya)
    town.time_passes(hours=1)
    wishes(maya, Wishes())
    town.time_passes()
    assert titles(maya) == ["Pansement, Évry"]


def test_a_search_holds_what_it_says_can_wait(town: Town, maya: Nurse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way, with an offer of half an hour that is said not to press."""
    monkeypatch.setattr(attention, "PRESSING", timedelta(minutes=5))
    wishes(maya, Wishes(quiet=True, quiet_from=time(20), quiet_until=time(22, 10)))
    in_the_evening(town)
    request = town.asks()
    town.time_passes()
    assert titles(maya) == []
    truth = reach([request])[request]
    assert (truth.asked, truth.received, truth.unreachable) == (1, 0, 0)
    assert maya.get("/inbox").text.count("<article") == 1, "it waits in her inbox meanwhile"
    town.time_passes(minutes=10)
    assert len(titles(maya)) == 1
    phone_confirms(maya)
    db.session.rollback()
    assert reach([request])[request].received == 1
    assert maya.accepts() == 200


def test_an_offer_that_ends_at_night_was_never_announced(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a pathway whose patience runs at night too."""
    monkeypatch.setattr(attention, "PRESSING", timedelta(minutes=5))
    marc = town.doctor("Marc")
    wishes(marc, NIGHTS)
    in_the_evening(town)
    request = town.asks("ed-reorientation")
    for _ in range(10):
        town.time_passes(hours=1)
    assert titles(marc) == [], "neither the offer nor that it is gone"
    assert reach([request])[request].unreachable == 1, "and the requester reads the truth"


# Grouped, and what becomes of a digest


def test_what_is_grouped_rings_once_in_an_hour(town: Town, maya: Nurse) -> None:
    wishes(maya, Wishes(grouped=True))
    asked(maya)
    town.time_passes(minutes=40)
    asked(maya, "Injection")
    town.time_passes(minutes=19)
    assert titles(maya) == []
    town.time_passes(minutes=1)
    assert titles(maya) == ["2 demandes vous attendent"]
    town.time_passes(hours=3)
    assert len(titles(maya)) == 1


def digest(town: Town, maya: Nurse) -> tuple[UUID, UUID]:
    wishes(maya, Wishes(grouped=True))
    pair = asked(maya), asked(maya, "Injection")
    town.time_passes(hours=1)
    return pair


def closed(*subjects: UUID, nurse: Nurse) -> None:
    now = clock.now()
    with transaction():
        told = {subject: (nurse.account_id, Notice("Déjà prise", "", "inbox", urgency="low")) for subject in subjects}
        messages.supersede(told, "closed", now=now, expires_at=now + SOON)


def test_a_digest_is_taken_back_when_nothing_is_left_of_it(town: Town, maya: Nurse) -> None:
    first, second = digest(town, maya)
    closed(first, nurse=maya)
    town.time_passes()
    assert titles(maya) == ["2 demandes vous attendent"], "one of them still waits"
    closed(second, nurse=maya)
    town.time_passes()
    assert titles(maya)[1:] == ["Ces demandes n'attendent plus"]
    one, other = maya.device.messages
    assert one.topic == other.topic, "it takes the digest's place"


def test_a_digest_of_which_nothing_is_left_before_it_leaves_never_does(town: Town, maya: Nurse) -> None:
    maya.device.answers(503)
    pair = digest(town, maya)
    closed(*pair, nurse=maya)
    maya.device.answers(201)
    town.time_passes(minutes=2)
    assert "2 demandes vous attendent" not in titles(maya)


def test_a_digest_that_no_phone_confirms_goes_on_by_mail(town: Town, maya: Nurse, tmp_path: Path) -> None:
    pair = digest(town, maya)
    town.time_passes(seconds=60)
    [letter] = mails(tmp_path)
    assert plain(letter["Subject"]) == "Relais : 2 demandes vous attendent"
    assert {one.carrier for one in funnel(pair, "offer").values()} == {Channel.EMAIL}


def test_whoever_sees_one_of_a_digest_needs_no_mail(town: Town, maya: Nurse, tmp_path: Path) -> None:
    first, _second = digest(town, maya)
    with transaction():
        messages.see(first)
    town.time_passes(minutes=3)
    assert mails(tmp_path) == []


def test_a_lost_digest_is_told_for_each_of_its_alerts(town: Town, maya: Nurse) -> None:
    told: list[UUID] = []
    listen(town.app, ReachChanged, lambda changed: told.append(changed.subject_id))
    maya.device.answers(410)
    pair = digest(town, maya)
    assert set(pair) < set(told)


# The cap


def test_a_full_day_is_full_for_what_can_wait(town: Town, maya: Nurse) -> None:
    ines = town.nurse("Inès")
    wishes(maya, Wishes(daily_cap=2))
    for _ in range(2):
        asked(maya), asked(ines)
    town.time_passes()
    assert queries.left_today([maya.account_id, ines.account_id, uuid4()], clock.now()) == {maya.account_id: 0}
    asked(maya, "Injection")
    asked(maya, "Perfusion", lasts=SOON)
    town.time_passes()
    assert "Injection, Évry" not in titles(maya) and "Perfusion, Évry" in titles(maya)
    town.time_passes(hours=14)  # past midnight in Paris
    assert titles(maya)[-1] == "Injection, Évry"
    assert queries.left_today([maya.account_id], clock.now()) == {maya.account_id: 1}


def test_a_digest_is_one_alert(town: Town, maya: Nurse) -> None:
    digest(town, maya)
    wishes(maya, Wishes(daily_cap=2))
    assert queries.left_today([maya.account_id], clock.now()) == {maya.account_id: 1}
    asked(maya, lasts=SOON)
    assert queries.left_today([maya.account_id], clock.now()) == {maya.account_id: 0}


# What her alerts were worth


def text_of(nurse: Nurse, url: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", nurse.get(url).text).replace("&#39;", "'").split())


def test_she_reads_how_many_of_her_alerts_were_of_use(town: Town, maya: Nurse) -> None:
    assert "Aucune alerte en trente jours" in text_of(maya, "/push/devices")
    town.nurse("Inès", km=2)
    for answer in (maya.refuses, maya.accepts, None):
        town.asks()
        town.time_passes()
        if answer:
            assert answer() == 200
        town.time_passes(hours=1)
    assert "En 30 jours : 3 alertes, vous avez répondu à 2." in text_of(maya, "/push/devices")
    town.time_passes(days=31)
    assert "Aucune alerte en trente jours" in text_of(maya, "/push/devices")


def test_a_digest_of_which_one_was_answered_was_of_use(
    town: Town, maya: Nurse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "PRESSING", timedelta(minutes=5))
    monkeypatch.setattr(attention, "GROUP_FOR", timedelta(minutes=10))
    wishes(maya, Wishes(grouped=True))
    town.asks(), town.asks()
    town.time_passes()
    town.time_passes(minutes=10)
    assert titles(maya) == ["2 demandes vous attendent"]
    assert maya.accepts() == 200
    db.session.rollback()
    assert (
        plain(queries.usefulness(maya.account_id, clock.now()).words)
        == "En 30 jours : 1 alerte, vous avez répondu à 1."
    )


# Her own page

GIVEN = {"quiet": "y", "quiet_from": "21:00", "quiet_until": "06:30", "quiet_days": ["0", "4"], "daily_cap": "5"}


def test_she_says_when_she_may_be_disturbed(town: Town, maya: Nurse) -> None:
    assert "Mes heures calmes" in maya.get("/push/devices").text
    assert 'value="20:00"' in maya.get("/push/attention").text
    answer = maya.post("/push/attention", GIVEN)
    assert (answer.status_code, answer.location) == (303, "/push/attention")
    with db.engine.connect():
        found = queries.wishes_of(maya.account_id)
    assert found == Wishes(True, time(21), time(6, 30), frozenset({0, 4}), 5, False)
    shown = maya.get("/push/attention").text
    assert 'value="21:00"' in shown and "Ce qui est urgent sonne toujours" in shown
    maya.post("/push/attention", {**GIVEN, "grouped": "y", "daily_cap": ""})
    db.session.rollback()
    changed = queries.wishes_of(maya.account_id)
    assert (changed.grouped, changed.daily_cap) == (True, None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"quiet_from": "tard"}, "Écrivez une heure, par exemple 20:00."),
        ({"quiet_until": ""}, "Écrivez l'heure à laquelle elles finissent."),
        ({"quiet_days": []}, "Choisissez au moins un jour"),
        (
            {"quiet_from": "08:00", "quiet_until": "08:00", "quiet_days": list("0123456")},
            "ne laissent rien sonner",
        ),
        ({"quiet_days": ["9"]}, "9"),
        ({"daily_cap": "-1"}, ""),
    ],
)
def test_what_has_no_sense_is_said_beside_the_field(
    town: Town, maya: Nurse, wrong: dict[str, object], said: str
) -> None:
    answer = maya.post("/push/attention", {**GIVEN, **wrong})
    assert answer.status_code == 422
    shown = answer.text.replace("&#39;", "'")
    assert said in shown and "field__error" in shown
    assert 'value="5"' in shown, "nothing typed is lost"
    db.session.rollback()
    assert queries.wishes_of(maya.account_id) == Wishes()


def test_her_wishes_are_her_own(town: Town, maya: Nurse) -> None:
    maya.post("/push/attention", GIVEN)
    assert 'value="20:00"' in town.nurse("Inès").get("/push/attention").text
    db.session.rollback()
    assert db.session.scalar(select(Message.id).where(Message.state == MessageState.PENDING)) is None
