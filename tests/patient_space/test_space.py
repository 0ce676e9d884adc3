"""A patient's own space: her card opens it with two words, without account, cookie or script."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, update

from app import clock
from app.appointments.code_words import WORDS, compared
from app.appointments.models import PatientSpace
from app.audit.models import AuditEvent
from app.care_requests.models import Step
from app.core.db import db, transaction
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen
from tests.patient_space.conftest import SECRETS, PatientPhone, proposes, visit
from tests.services.sms_gateway import FakeSmsGateway


@pytest.fixture
def card(town: Town, nurse: Nurse, link: str) -> str:
    """The address on the card that the orientation nurse printed."""
    assert "Vos deux mots" in town.orientation_nurse.get(f"/requests/{visit(nurse).request_id}/card").text
    return f"/s/{_token()}"


def _space() -> PatientSpace:
    db.session.rollback()
    return db.session.scalars(select(PatientSpace)).one()


def _token() -> str:
    return _space().token


def opens(phone: PatientPhone, card: str, words: str) -> str:
    answer = phone.post(card, {"words": words})
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    return answer.headers["Location"]


def test_the_card_and_two_words_open_it(phone: PatientPhone, nurse: Nurse, card: str) -> None:
    proposes(nurse)
    door = Screen(phone.get(card))
    assert "Claire" not in door.text, "the code alone tells nothing"
    space = Screen(phone.get(opens(phone, card, _space().code_words)))
    assert space.is_sound()
    for known in ("Aujourd'hui,", "à 11 h", "Claire Dupré", "vient chez vous", "Urgences"):
        assert known in space.text.replace("\xa0", " ")
    assert not any(secret in space.html for secret in SECRETS if secret != "nfirmi")
    assert re.search(r'href="(/p/[\w-]{43})"', space.html)


@pytest.mark.parametrize("said", ["{1} {0}", "{0}  {1} ", "{0}-{1}", "« {0}, {1} »"])
def test_the_words_are_remembered_not_copied(phone: PatientPhone, card: str, said: str) -> None:
    first, second = _space().code_words.split()
    opens(phone, card, said.format(first.upper(), second.capitalize()))


def test_words_are_written_with_their_accents_and_typed_without() -> None:
    assert len({compared(word) for word in WORDS}) == 256
    assert "école" in WORDS
    assert compared("ÉCOLE, Zebre") == compared("ecole zèbre")


def test_a_card_with_an_accent_opens(phone: PatientPhone, card: str) -> None:
    with transaction():
        db.session.execute(update(PatientSpace).values(code_words="école zèbre"))
    opens(phone, card, "Zebre ecole")


def test_wrong_words_are_said_beside_the_field_and_lose_nothing(phone: PatientPhone, card: str) -> None:
    answer = phone.post(card, {"words": "lune soleil zèbre"})
    assert answer.status_code == 422
    assert "Ce ne sont pas les deux mots de cette carte" in answer.text
    assert Screen(answer).values["words"] == "lune soleil zèbre"


def test_ten_wrong_words_an_hour_and_no_more(app: Flask, phone: PatientPhone, card: str) -> None:
    app.config["LIMITS_HOLD"] = True
    assert [phone.post(card, {"words": f"essai {n}"}).status_code for n in range(11)] == [*[422] * 10, 429]
    assert phone.post(card, {"words": _space().code_words}).status_code == 429
    clock.advance(timedelta(hours=1, minutes=1))
    opens(phone, card, _space().code_words)


def test_the_address_keeps_it_open_for_an_hour_or_two(phone: PatientPhone, card: str) -> None:
    inside = opens(phone, card, _space().code_words)
    clock.advance(timedelta(minutes=59))
    assert phone.get(inside).status_code == 200
    clock.advance(timedelta(hours=2))
    assert phone.get(inside).headers["Location"] == card


def test_a_lost_card_opens_nothing_once_there_is_another(
    phone: PatientPhone, town: Town, nurse: Nurse, card: str
) -> None:
    words = _space().code_words
    inside = opens(phone, card, words)
    agenda = re.search(r"webcal:[^\"]*(/s/[^\"]*)", phone.get(inside).text)
    assert agenda is not None
    assert town.orientation_nurse.post(f"/requests/{visit(nurse).request_id}/card").status_code == 303
    for address in (card, inside, agenda[1]):
        assert phone.get(address).status_code == 404
    assert f"/s/{_token()}" != card
    assert _space().code_words != words
    opens(phone, f"/s/{_token()}", _space().code_words)


def test_looking_changes_nothing(phone: PatientPhone, card: str) -> None:
    inside = opens(phone, card, _space().code_words)
    db.session.rollback()
    before = db.session.scalars(select(AuditEvent.event)).all()
    for url in (card, inside, f"{inside}/readers", f"{card}?words={_space().code_words}"):
        assert phone.get(url).status_code == 200
        assert phone.head(url).status_code == 200
    assert phone.get(f"{inside}/reminders").status_code == 405
    db.session.rollback()
    assert db.session.scalars(select(AuditEvent.event)).all() == before


def test_she_reads_who_looked_and_from_where(phone: PatientPhone, town: Town, nurse: Nurse, card: str) -> None:
    town.orientation_nurse.get(f"/requests/{visit(nurse).request_id}")
    nurse.get(f"/offers/{nurse.offer().id}")
    read = Screen(phone.get(f"{opens(phone, card, _space().code_words)}/readers"))
    assert read.is_sound()
    assert "Claire Dupré" in read.text
    assert "Urgences" in read.text
    assert "Mardi 24 novembre 2026" in read.text
    assert "Soins" in read.text


def test_her_calendar_follows(phone: PatientPhone, nurse: Nurse, card: str) -> None:
    proposes(nurse)
    found = re.search(r"webcal:[^\"]*(/s/[^\"]*\.ics)", phone.get(opens(phone, card, _space().code_words)).text)
    assert found is not None
    (first,) = Calendar.from_ical(phone.get(found[1]).data).walk("VEVENT")
    proposes(nurse, hours=4)
    (then,) = Calendar.from_ical(phone.get(found[1]).data).walk("VEVENT")
    assert (then["UID"], int(then["SEQUENCE"])) == (first["UID"], int(first["SEQUENCE"]) + 1)
    assert then["DTSTART"].dt > first["DTSTART"].dt
    assert not any(secret in phone.get(found[1]).text for secret in SECRETS)
    assert phone.get(found[1].replace(".ics", "x.ics")).status_code == 404


class TestWhoCannot:
    def test_says_when_she_could_and_the_nurse_reads_it(
        self, phone: PatientPhone, town: Town, nurse: Nurse, link: str
    ) -> None:
        proposes(nurse)
        phone.post(f"{link}/answer", {"answer": "declined"})
        page = Screen(phone.get(link))
        assert "Quand pouvez-vous" in page.text
        said = {"moment": "2026-11-25/morning", "reason": "hospital"}
        assert phone.post(f"{link}/wishes", said).status_code == 303
        assert phone.post(f"{link}/wishes", said).status_code == 303
        read = Screen(nurse.get(f"/offers/{nurse.offer().id}")).text
        assert "demain matin" in read
        assert "à l'hôpital" in read
        assert "À reproposer" in read
        kinds = db.session.scalars(select(Step.kind).where(Step.request_id == nurse.offer().request_id)).all()
        assert kinds.count("wished") == 1
        town.time_passes(seconds=1)
        assert any("autres moments" in str(notice["notification"]) for notice in nurse.notices())

    def test_may_only_say_so_of_the_time_that_stands(self, phone: PatientPhone, nurse: Nurse, link: str) -> None:
        proposes(nurse)
        phone.post(f"{link}/answer", {"answer": "declined"})
        proposes(nurse, hours=4)
        assert phone.post(f"{link}/wishes", {"moment": "2026-11-25/morning"}).status_code == 409
        assert visit(nurse).wished == []

    @pytest.mark.parametrize("moment", ["", "demain", "2026-02-31/morning", "2026-11-25/night", "x/morning"])
    def test_what_is_no_moment_is_left_out(self, phone: PatientPhone, nurse: Nurse, link: str, moment: str) -> None:
        proposes(nurse)
        phone.post(f"{link}/answer", {"answer": "declined"})
        assert phone.post(f"{link}/wishes", {"moment": moment}).status_code == 303
        assert visit(nurse).wished == []
        assert phone.post(f"{link}/wishes", {"reason": "because"}).status_code == 400


class TestToBeCalledBack:
    def test_reaches_who_is_to_come_once(self, phone: PatientPhone, nurse: Nurse, town: Town, link: str) -> None:
        assert phone.post(f"{link}/call", {}).status_code == 303
        assert phone.post(f"{link}/call", {}).status_code == 303
        assert "call-asked" in Screen(phone.get(link)).states
        town.time_passes(seconds=1)
        assert sum("rappelé" in str(notice["notification"]) for notice in nurse.notices()) == 1
        offer = nurse.offer()
        assert "demande à être rappelé" in Screen(nurse.get(f"/offers/{offer.id}")).text
        assert nurse.post(f"/offers/{offer.id}/called").status_code == 303
        assert "demande à être rappelé." not in Screen(nurse.get(f"/offers/{offer.id}")).text
        assert "Rappelez-moi" in Screen(phone.get(link)).text


class TestAfterTheHour:
    def test_nobody_is_asked_before_it(self, phone: PatientPhone, nurse: Nurse, link: str) -> None:
        proposes(nurse)
        assert "Est-ce que le soin a eu lieu" not in Screen(phone.get(link)).text
        assert phone.post(f"{link}/outcome", {"came": "no"}).status_code == 409

    def test_that_nobody_came_reaches_who_asked(self, phone: PatientPhone, town: Town, nurse: Nurse, link: str) -> None:
        proposes(nurse)
        clock.advance(timedelta(hours=2, minutes=5))
        assert "Est-ce que le soin a eu lieu" in Screen(phone.get(link)).text
        assert phone.post(f"{link}/outcome", {"came": "no"}).status_code == 303
        assert "nobody-came" in Screen(phone.get(link)).states
        asked = town.orientation_nurse.get(f"/requests/{visit(nurse).request_id}")
        assert "Le patient dit que personne n'est venu" in Screen(asked).text
        assert phone.post(f"{link}/outcome", {"came": "yes"}).status_code == 303
        assert visit(nurse).came is True
        assert phone.post(f"{link}/outcome", {"came": "perhaps"}).status_code == 400


class TestReminders:
    @pytest.fixture
    def gateway(self, app: Flask) -> Iterator[FakeSmsGateway]:
        service = FakeSmsGateway()
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], sms_url=service.url, sms_key="key")
        yield service
        service.close()

    def test_the_evening_before_with_the_two_words_and_nothing_of_health(
        self, gateway: FakeSmsGateway, phone: PatientPhone, town: Town, nurse: Nurse, link: str
    ) -> None:
        proposes(nurse, hours=24)
        town.time_passes(hours=7, minutes=59)
        assert gateway.taken == []
        town.time_passes(minutes=2)
        town.time_passes(minutes=2)
        (sms,) = gateway.taken
        text = str(sms.body["text"])
        assert "demain à 10" in text.replace("\xa0", " ")
        assert _space().code_words in text
        assert link in text
        assert [secret for secret in (*SECRETS, "Claire", "Urgences") if secret in text] == []

    def test_not_for_who_refused_them(
        self, gateway: FakeSmsGateway, phone: PatientPhone, town: Town, nurse: Nurse, card: str
    ) -> None:
        inside = opens(phone, card, _space().code_words)
        assert phone.post(f"{inside}/reminders", {"by": "none"}).status_code == 303
        assert "no-reminders" in Screen(phone.get(inside)).states
        proposes(nurse, hours=24)
        town.time_passes(hours=9)
        assert gateway.taken == []
        assert visit(nurse).remind_at is None

    def test_not_of_what_was_said_this_evening_or_changed_since(
        self, gateway: FakeSmsGateway, town: Town, nurse: Nurse, link: str
    ) -> None:
        proposes(nurse, hours=24)
        proposes(nurse, hours=72)
        town.time_passes(hours=9)
        assert gateway.taken == []
        proposes(nurse, hours=14)
        town.time_passes(hours=1)
        assert gateway.taken == []

    def test_whoever_has_no_gateway_is_told_to_say_it(self, town: Town, nurse: Nurse, link: str) -> None:
        page = town.orientation_nurse.get(f"/requests/{visit(nurse).request_id}")
        assert "Aucun SMS ne lui rappellera l'heure" in Screen(page).text
