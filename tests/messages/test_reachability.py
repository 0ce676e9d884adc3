"""Whether a person can be reached: what she is told, what her coordinator sees, the test and the monthly check."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.core.db import db, transaction
from app.directory.models import PractitionerRole
from app.language.typography import plain
from app.live.models import Topic
from app.messages.reachability import (
    ASLEEP,
    FINE,
    FRESH,
    LOST_DEVICE,
    MISSED_ONE,
    NEVER_PROVEN,
    NO_DEVICE,
    OLD_PROOF,
    REFUSED,
    SERVICE_AWAY,
    SILENT_DEVICE,
    DeviceFacts,
    Judgement,
    Reachability,
    check_ends_at,
    judge,
)
from app.push.models import Message, MessageState, Subscription
from tests.factories.town import Nurse, Person, Town
from tests.messages.whole_house import phone_confirms, whole_house

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CARD = "data-reach"


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime) -> Iterator[Flask]:
    yield from whole_house(engine_url, tmp_path)


def device(*, proof: timedelta | None = None, silent: int = 0) -> DeviceFacts:
    return DeviceFacts(NOW - timedelta(days=90), NOW - proof if proof is not None else None, silent)


# The rule


@pytest.mark.parametrize(
    ("devices", "lost", "judgement"),
    [
        ([], False, NO_DEVICE),
        ([], True, LOST_DEVICE),
        ([device()], False, NEVER_PROVEN),
        ([device(proof=timedelta(minutes=3))], False, FINE),
        ([device(proof=FRESH)], False, FINE),
        ([device(proof=FRESH + timedelta(seconds=1))], False, OLD_PROOF),
        ([device(proof=timedelta(days=1), silent=1)], False, MISSED_ONE),
        ([device(proof=timedelta(days=1), silent=3)], False, SILENT_DEVICE),
        ([device(silent=3)], False, SILENT_DEVICE),
        ([device(silent=9), device(proof=timedelta(days=2))], False, FINE),
        ([device(silent=9), device()], False, NEVER_PROVEN),
    ],
)
def test_a_person_is_reached_by_the_best_of_her_devices(
    devices: list[DeviceFacts], lost: bool, judgement: Judgement
) -> None:
    assert judge(devices, lost=lost, now=NOW) == judgement


def test_who_cannot_be_reached_is_always_told_what_to_do() -> None:
    for found in (NO_DEVICE, LOST_DEVICE, SILENT_DEVICE):
        assert found.reach is Reachability.UNREACHABLE
        assert found.remedy
        assert found.to_others


@pytest.mark.parametrize(
    ("hour", "until"),
    [(8, None), (9, 18), (17, 18), (18, None), (23, None), (3, None)],
)
def test_checks_ring_by_day_only(hour: int, until: int | None) -> None:
    moment = datetime(2026, 7, 14, hour, 30, tzinfo=clock.PARIS)
    ends = check_ends_at(moment.astimezone(UTC), clock.PARIS)
    assert (clock.paris(ends).hour if ends else None) == until


# What people see


def text_of(person: Person, url: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", person.get(url).text).replace("&#39;", "'").split())


def alerted(town: Town, nurse: Nurse) -> None:
    """One more request comes to her; her phone says nothing of it, nor does she."""
    town.asks()
    town.time_passes()
    town.time_passes(minutes=31)


def test_a_nurse_without_a_phone_reads_it_calmly_and_her_coordinator_too(town: Town) -> None:
    maya = town.nurse("Maya", phone=False)
    assert "Ce téléphone ne sonnera pas Réparer" in text_of(maya, "/inbox")
    assert CARD in maya.get("/inbox").text
    assert plain(str(NO_DEVICE.remedy)) in text_of(maya, "/push/devices")
    board = town.coordinator.get("/board").text
    assert "1 professionnel n'est pas joignable" in text_of(town.coordinator, "/board")
    assert "Maya Dupré" in board
    assert "infirmier · aucun téléphone inscrit" in board
    assert 'href="tel:+33639980001"' in board


def test_a_phone_that_is_gone_is_said_to_be_gone(town: Town) -> None:
    maya = town.nurse("Maya")
    assert CARD not in maya.get("/inbox").text
    maya.device.answers(410)
    town.asks()
    town.time_passes()
    assert CARD in maya.get("/inbox").text
    assert plain(str(LOST_DEVICE.reason)) in text_of(maya, "/push/devices")
    assert "téléphone désinscrit" in town.coordinator.get("/board").text


def test_three_silences_in_a_row_are_no_accident(town: Town) -> None:
    maya = town.nurse("Maya")
    for number in range(3):
        assert CARD not in maya.get("/inbox").text, f"after {number} silences"
        alerted(town, maya)
    assert CARD in maya.get("/inbox").text
    assert "Maya" in town.coordinator.get("/board").text

    phone_confirms(maya)
    assert CARD not in maya.get("/inbox").text, "one proof is enough"
    assert "Maya" not in text_of(town.coordinator, "/board").partition("recherches en cours")[0]


def test_who_is_on_pause_is_nobodys_worry(town: Town) -> None:
    maya = town.nurse("Maya", phone=False)
    with transaction():
        db.session.get_one(PractitionerRole, maya.role_id).accepting = False
    assert "Maya" not in town.coordinator.get("/board").text


def test_coordinators_watch_their_own_territory_only(town: Town) -> None:
    town.nurse("Maya", phone=False)
    elsewhere = town.requester()
    assert elsewhere.get("/board").status_code in (403, 404)


def test_devices_are_listed_with_their_last_proof_and_can_be_removed(town: Town) -> None:
    maya, ines = town.nurse("Maya"), town.nurse("Inès")
    town.asks()
    town.time_passes()
    phone_confirms(maya)
    account = maya.get("/account").text
    assert 'href="/push/devices"' in account
    listed = text_of(maya, "/push/devices")
    assert "Joignable · dernière alerte reçue aujourd'hui à 10" in listed

    [hers] = db.session.scalars(select(Subscription.id).where(Subscription.account_id == maya.account_id))
    assert ines.post(f"/push/devices/{hers}/removal").status_code == 404
    assert db.session.get(Subscription, hers, populate_existing=True) is not None, "not hers to remove"
    db.session.rollback()
    assert maya.post(f"/push/devices/{hers}/removal").status_code == 303
    assert plain(str(NO_DEVICE.reason)) in text_of(maya, "/push/devices")


# The test button


def outcome(nurse: Nurse) -> str:
    answer = nurse.get("/push/test", htmx=True)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).replace("&#39;", "'").replace("\u00a0", " ").split())


def test_a_test_that_arrives_says_how_fast(town: Town) -> None:
    maya = town.nurse("Maya")
    begun = maya.post("/push/test", htmx=True)
    assert f'hx-trigger="push-test-{maya.account_id} from:#live, every 2s"' in begun.text
    assert "l'essai part" in outcome(maya)
    town.time_passes()
    assert "envoyé, le téléphone doit sonner" in outcome(maya)
    assert maya.notices()[-1]["notification"]["title"] == "Essai de Relais"
    clock.advance(timedelta(seconds=1.2))
    phone_confirms(maya)
    db.session.rollback()
    assert db.session.get(Topic, f"push-test-{maya.account_id}") is not None, "who looks on is told"
    assert "reçu en 1,2 s" in outcome(maya)
    assert "every 2s" not in maya.get("/push/test", htmx=True).text


def test_each_device_says_its_own(town: Town) -> None:
    maya = town.nurse("Maya")
    old = maya.device
    maya.device = town.push_service.new_device()
    with transaction():
        town._subscribe(maya.account_id, maya.device)
    old.answers(410)
    maya.post("/push/test", htmx=True)
    town.time_passes()
    phone_confirms(maya)
    said = outcome(maya)
    assert plain(str(REFUSED)) in said
    assert "reçu en 0,0 s" in said


def test_a_phone_asleep_is_not_waited_for_beyond_half_a_minute(town: Town) -> None:
    maya = town.nurse("Maya")
    maya.post("/push/test", htmx=True)
    town.time_passes()
    town.time_passes(seconds=29)
    assert plain(str(ASLEEP)) not in outcome(maya)
    town.time_passes(seconds=1)
    assert plain(str(ASLEEP)) in outcome(maya)
    phone_confirms(maya)
    assert "reçu en 30,0 s" in outcome(maya), "better late"


def test_a_push_service_that_is_away_is_named(town: Town) -> None:
    maya = town.nurse("Maya")
    maya.device.answers(503)
    maya.post("/push/test", htmx=True)
    town.time_passes()
    town.time_passes(seconds=31)
    assert plain(str(SERVICE_AWAY)) in outcome(maya)


def test_a_second_tap_rings_nothing_more_and_without_script_a_page_answers(town: Town) -> None:
    maya = town.nurse("Maya")
    answer = maya.post("/push/test")
    assert (answer.status_code, answer.location) == (303, "/push/devices")
    maya.post("/push/test", htmx=True)
    town.time_passes()
    assert len(maya.notices()) == 1
    assert "le téléphone doit sonner" in text_of(maya, "/push/devices")


def test_a_test_is_no_alert_and_needs_no_mail(town: Town, tmp_path: Path) -> None:
    maya = town.nurse("Maya")
    maya.device.answers(410)
    maya.post("/push/test", htmx=True)
    town.time_passes(minutes=2)
    assert not (tmp_path / "mail").exists()


def test_nobody_hears_of_anothers_test(town: Town) -> None:
    maya, ines = town.nurse("Maya"), town.nurse("Inès")
    assert ines.get(f"/live?topics=push-test-{maya.account_id}:0").status_code == 403


# The check of the month


def checks(nurse: Nurse) -> list[Message]:
    db.session.rollback()
    hers = select(Message).where(Message.account_id == nurse.account_id, Message.step == "check")
    return list(db.session.scalars(hers.order_by(Message.id)))


def test_a_device_without_news_is_checked_once_a_month(town: Town) -> None:
    maya = town.nurse("Maya")
    town.time_passes(days=29)
    assert checks(maya) == []
    town.time_passes(days=1)
    town.time_passes(hours=1)
    [check] = checks(maya)
    assert check.state is MessageState.SENT
    assert clock.paris(check.expires_at).hour == 18
    assert maya.notices()[-1]["notification"]["title"] == "Vérification du mois"

    phone_confirms(maya)
    assert "Joignable" in text_of(maya, "/push/devices")
    town.time_passes(days=29)
    assert len(checks(maya)) == 1
    town.time_passes(days=1)
    assert len(checks(maya)) == 2


def test_an_alert_that_arrived_is_as_good_as_a_check(town: Town) -> None:
    maya = town.nurse("Maya")
    town.time_passes(days=20)
    town.asks()
    town.time_passes()
    phone_confirms(maya)
    town.time_passes(days=29)
    assert checks(maya) == []


def test_a_check_waits_for_the_morning(town: Town) -> None:
    clock.stop_at(datetime(2026, 11, 24, 21, 0, tzinfo=UTC))
    maya = town.nurse("Maya")
    town.time_passes(days=30)
    assert checks(maya) == []
    town.time_passes(hours=9)
    assert checks(maya) == [], "seven in the morning"
    town.time_passes(hours=2)
    assert len(checks(maya)) == 1


def test_a_check_without_an_answer_leaves_a_doubt(town: Town) -> None:
    maya = town.nurse("Maya")
    town.time_passes(days=30)
    town.time_passes(minutes=11)
    assert plain(str(MISSED_ONE.reason)) in text_of(maya, "/push/devices")
    assert CARD not in maya.get("/inbox").text


def test_who_left_is_not_checked(town: Town) -> None:
    maya = town.nurse("Maya")
    with transaction():
        maya.account.active = False
    town.time_passes(days=31)
    assert checks(maya) == []
