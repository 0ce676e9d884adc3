"""How a patient reads: in her own language, as large as she likes, on her pages, her card and in what she is sent."""

import gzip
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app import clock
from app.appointments.models import PatientSpace
from app.circles.actions import name_usual
from app.circles.models import Usual
from app.core.db import db, transaction
from app.directory.models import Practitioner
from app.language.phrases import PATIENTS, words_in
from app.language.typography import plain
from tests.conventions.test_languages_of_screens import words_of
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen
from tests.patient_space.conftest import SECRETS, PatientPhone, proposes, visit
from tests.services.sms_gateway import FakeSmsGateway

STATIC = Path(__file__).parents[2] / "app" / "static"
LOOKS = int(os.environ.get("RELAIS_LOOKS", "20"))
ELSEWHERE = [each for each in PATIENTS if each not in ("fr", "en")]


def space_row() -> PatientSpace:
    db.session.rollback()
    return db.session.scalars(select(PatientSpace)).one()


@pytest.fixture
def card(town: Town, nurse: Nurse, link: str) -> str:
    assert town.orientation_nurse.get(f"/requests/{visit(nurse).request_id}/card").status_code == 200
    return f"/s/{space_row().token}"


def inside(phone: PatientPhone, card: str) -> str:
    opened = phone.post(card, {"words": space_row().code_words})
    assert opened.status_code == 303
    return opened.headers["Location"]


def every_page(phone: PatientPhone, nurse: Nurse, link: str, card: str, chosen: str) -> Iterator[TestResponse]:
    """Each page of a patient, in the states that she may find it in."""
    asked = {"lang": chosen}
    yield phone.get(f"{card}?lang={chosen}")
    yield phone.post(f"{card}?lang={chosen}", {"words": "lune soleil"})
    yield phone.get(f"/p/{'x' * 43}?lang={chosen}")
    yield phone.post(f"{link}/answer?lang={chosen}", {"answer": "perhaps"})
    assert phone.post(f"{link}/reading", asked).status_code == 303
    yield phone.get(link)
    proposes(nurse, hours=30)
    yield phone.get(link)
    phone.post(f"{link}/answer", {"answer": "declined"})
    phone.post(f"{link}/wishes", {"moment": "2026-11-25/morning", "reason": "hospital"})
    phone.post(f"{link}/call", {})
    yield phone.get(link)
    own = inside(phone, card)
    with transaction():
        claire = db.session.scalars(select(Practitioner).where(Practitioner.family_name == "Dupré")).one()
        name_usual(space_row().person_id, Usual.herself(claire), by=nurse.account_id, now=clock.now())
    yield phone.get(own)
    yield phone.get(f"{own}/readers")
    yield phone.get(f"{own}/notes")
    yield phone.post(f"{own}/notes", {"text": ""})
    yield phone.post(f"{own}/reminders", {"by": "email", "email": "anne chez elle"})
    nurse.post(f"/offers/{nurse.offer().id}/withdrawal", {"reason": "sick"})
    yield phone.get(link)


TYPED = re.compile(
    r"Claire|Dupré|Nadia Benali|Cabinet|Urgences|Hôpital des Deux-Rives|Relais|SMS|e-mail|anne chez elle|lune soleil|CD"
)
"""Names, and what is said alike everywhere."""


@pytest.mark.parametrize("chosen", ELSEWHERE)
def test_every_page_is_in_her_language_and_in_no_other(
    phone: PatientPhone, town: Town, nurse: Nurse, link: str, card: str, chosen: str
) -> None:
    french = {words for words in words_in("fr").values() if len(words) > 4} - set(words_in(chosen).values())
    read = 0
    for page in every_page(phone, nurse, link, card, chosen):
        read += 1
        assert f'<html lang="{chosen}" dir="{"rtl" if chosen == "ar" else "ltr"}"' in page.text
        assert Screen(page).is_sound()
        assert "Set-Cookie" not in page.headers
        said = [TYPED.sub("", each).strip() for each in words_of(page).texts]
        assert [each for each in said if each in french] == []
        if chosen in ("ar", "uk"):
            assert [each for each in said if re.search(r"[a-zà-ÿ]{2}", each, re.I)] == []
    assert read == 13


def test_one_tap_is_kept_and_a_look_keeps_nothing(phone: PatientPhone, nurse: Nurse, link: str, card: str) -> None:
    proposes(nurse)
    assert 'lang="pt"' in phone.get(f"{link}?lang=pt").text
    assert space_row().language is None, "a mail scanner may ask for any address"
    assert phone.post(f"{link}/reading", {"lang": "tr"}).headers["Location"] == link
    assert 'lang="tr"' in phone.get(link).text
    assert space_row().language == "tr"
    for wrong in ({"lang": "xx"}, {"text": "huge"}):
        assert phone.post(f"{link}/reading", wrong).status_code == 400
    assert phone.post(f"/p/{'x' * 43}/reading", {"lang": "tr"}).status_code == 404


def test_what_her_telephone_speaks_is_heard_until_she_says(app: Flask, nurse: Nurse, link: str) -> None:
    with app.app_context():
        page = app.test_client().get(link, headers={"Accept-Language": "uk-UA,uk;q=0.9,fr;q=0.5"})
    assert 'lang="uk"' in page.text


def test_what_is_chosen_at_the_door_goes_in_with_her(phone: PatientPhone, card: str) -> None:
    wrong = phone.post(f"{card}?lang=uk&text=large", {"words": "lune soleil"})
    assert wrong.status_code == 422
    assert f'action="{card}?lang=uk&amp;text=large"' in wrong.text
    assert (space_row().language, space_row().large) == (None, False), "whoever has only the code changes nothing"
    opened = phone.post(f"{card}?lang=uk&text=large", {"words": space_row().code_words}).headers["Location"]
    assert '<html lang="uk" dir="ltr" class="large"' in phone.get(opened).text


def test_she_comes_back_to_the_page_on_which_she_chose(phone: PatientPhone, card: str) -> None:
    own = inside(phone, card)
    said = {"text": "large", "page": "patient_space.readers"}
    assert phone.post(f"{own}/reading", said).headers["Location"] == f"{own}/readers"
    for elsewhere in ("patient_space.visit", "desk.requests", "https://elsewhere.example"):
        assert phone.post(f"{own}/reading", {"text": "usual", "page": elsewhere}).headers["Location"] == own


def test_her_card_is_printed_as_she_reads(phone: PatientPhone, town: Town, nurse: Nurse, link: str) -> None:
    printed = f"/requests/{visit(nurse).request_id}/card"
    proposes(nurse, hours=30)
    assert town.orientation_nurse.post(f"{printed}/reading", {"lang": "ar", "text": "large"}).status_code == 303
    page = town.orientation_nurse.get(printed).text
    assert "handout--large" in page
    for said in ('lang="ar" dir="rtl"', "موعدك", "الأربعاء 25 نوفمبر 2026", "Carte à remettre"):
        assert said in page
    assert 'dir="rtl"' in phone.get(link).text, "her pages follow"
    assert town.orientation_nurse.post(f"{printed}/reading", {"lang": "xx"}).status_code == 400


def test_her_calendar_speaks_her_language_and_says_one_charset(
    phone: PatientPhone, nurse: Nurse, link: str, card: str
) -> None:
    proposes(nurse)
    phone.post(f"{link}/reading", {"lang": "tr"})
    found = re.search(r"webcal:[^\"]*(/s/[^\"]*\.ics)", phone.get(inside(phone, card)).text)
    assert found is not None
    for address in (found[1], f"{link}/visit.ics"):
        answer = phone.get(address)
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
        (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
        assert event["SUMMARY"] == "Randevu: Claire Dupré"
        assert event["DTSTART"].to_ical().endswith(b"Z"), "an instant, which no zone can shift"


class TestReminders:
    @pytest.fixture
    def gateway(self, app: Flask) -> Iterator[FakeSmsGateway]:
        service = FakeSmsGateway()
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], sms_url=service.url, sms_key="key")
        yield service
        service.close()

    @pytest.mark.parametrize("chosen", ELSEWHERE)
    def test_speak_her_language(
        self, gateway: FakeSmsGateway, phone: PatientPhone, town: Town, nurse: Nurse, link: str, chosen: str
    ) -> None:
        phone.post(f"{link}/reading", {"lang": chosen})
        proposes(nurse, hours=24)
        town.time_passes(hours=8, minutes=1)
        town.time_passes(minutes=2)
        (sms,) = gateway.taken
        said = str(sms.body["text"])
        assert said.startswith(plain(words_in(chosen)[SMS]).split("%")[0])
        assert space_row().code_words in said
        assert len(said) <= 3 * 67, "three SMS of another alphabet at most"

    def test_come_by_mail_to_who_would_rather(
        self, app: Flask, gateway: FakeSmsGateway, phone: PatientPhone, town: Town, nurse: Nurse, link: str, card: str
    ) -> None:
        own = inside(phone, card)
        assert phone.post(f"{own}/reminders", {"by": "email", "email": " Anne@Example.org "}).status_code == 303
        assert "by-email" in Screen(phone.get(own)).states
        proposes(nurse, hours=24)
        town.time_passes(hours=8, minutes=1)
        town.time_passes(minutes=2)
        assert gateway.taken == []
        (mail,) = (app.config["SETTINGS"].data_dir / "mail").glob("*.eml")
        told = message_from_bytes(mail.read_bytes(), policy=default)
        said = told.get_content()
        assert told["To"] == "anne@example.org"
        assert (space_row().code_words in said, link in said, "demain à" in said) == (True, True, True)
        assert [each for each in (*SECRETS, "Claire", "Urgences") if each in f"{told['Subject']} {said}"] == []
        phone.post(f"{inside(phone, card)}/reminders", {"by": "sms"})
        assert space_row().email is None, "what is not needed is not kept"

    def test_whom_nothing_reaches_is_told(self, phone: PatientPhone, card: str) -> None:
        assert "unreachable" in Screen(phone.get(inside(phone, card))).states

    def test_a_mistyped_address_is_said_beside_the_field(self, phone: PatientPhone, card: str) -> None:
        own = inside(phone, card)
        answer = phone.post(f"{own}/reminders", {"by": "email", "email": "anne@"})
        assert answer.status_code == 422
        assert Screen(answer).values["email"] == "anne@"
        assert phone.post(f"{own}/reminders", {"by": "pigeon"}).status_code == 400


SMS = "Rappel : votre rendez-vous est %(when)s. Vos deux mots : %(words)s. Répondre : %(link)s"


class TestWhoeverLooks:
    @pytest.mark.timeout(3600)  # as long as whoever asks for many has patience
    def test_changes_nothing_however_often(
        self, app: Flask, phone: PatientPhone, nurse: Nurse, link: str, card: str
    ) -> None:
        """Scanners of mails and of networks. `RELAIS_LOOKS=1250` makes it ten thousand."""
        proposes(nurse)
        own = inside(phone, card)
        hers = card, own, f"{own}/readers", link, f"{link}/visit.ics", f"{link}?lang=ar&text=large"
        before = everything()
        for n in range(LOOKS):
            for url in (*hers, f"/p/{n}", f"/s/{n}"):
                assert phone.ask(("GET", "HEAD")[n % 2], url).status_code in (200, 404)
        assert everything() == before

    def test_learns_nothing_from_tokens_that_open_nothing(self, phone: PatientPhone, link: str, card: str) -> None:
        """The same words for one that never was, one cut short, one of another kind."""
        token, code = link.removeprefix("/p/"), card.removeprefix("/s/")
        said = {
            phone.get(f"/{kind}/{guess}").text.replace(guess, "")
            for kind in "ps"
            for guess in ("x" * 43, token[:-1], code[:-1], token if kind == "s" else code)
        }
        assert len(said) == 1
        wrong = {phone.post(card, {"words": words}).text.replace(words, "") for words in ("a b", "lune soleil", "zzz")}
        assert len(wrong) == 1

    def test_needs_neither_cookie_nor_a_named_origin(self, app: Flask, nurse: Nurse, link: str) -> None:
        """A page that asks for no referrer posts from `Origin: null` (FIELD_REPORTS: the browsers do so)."""
        proposes(nurse)
        app.config["WTF_CSRF_ENABLED"] = True
        with app.app_context():
            said = app.test_client(use_cookies=False).post(
                f"{link}/answer",
                data={"answer": "confirmed"},
                headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"},
            )
        assert said.status_code == 303
        assert visit(nurse).patient_answer == "confirmed"


def everything() -> dict[str, list[object]]:
    db.session.rollback()
    tables = db.metadata.sorted_tables
    return {each.name: sorted(map(repr, db.session.execute(text(f'SELECT * FROM "{each.name}"')))) for each in tables}


def test_a_page_is_light(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    """All that a telephone fetches for it, as it travels: under 30 KB."""
    proposes(nurse)
    page = phone.get(link)
    files = re.findall(r'(?:href|src)="/static/([^"?#]+)', page.text)
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in set(files)}
    assert sum(sizes.values()) + len(gzip.compress(page.data)) < 30_000, sizes
