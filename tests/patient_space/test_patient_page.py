"""The patient's link: who, when, where; nothing about the care; nothing changes by looking."""

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from app import clock
from app.appointments import queries
from app.appointments.models import PatientLink
from app.care_requests import actions as care_requests
from app.care_requests.models import Step, Verb
from app.care_requests.opening import open_request
from app.core.db import db, transaction
from app.directory.models import Profession
from tests.factories.links import link_token
from tests.factories.town import Nurse, Town
from tests.inbox.plans import asked_for_ten_days
from tests.inbox.screen import Screen
from tests.patient_space.conftest import SECRETS, PatientPhone, proposes, visit


def event(phone: PatientPhone, link: str) -> dict[str, object]:
    response = phone.get(f"{link}/visit.ics")
    calendar = Calendar.from_ical(response.data)
    # One charset, and the method inside and outside alike (RFC 5545 §8.1).
    assert response.headers["Content-Type"] == f"text/calendar; charset=utf-8; method={calendar['METHOD']}"
    assert not any(secret in response.text for secret in SECRETS)
    event = dict(calendar.walk("VEVENT")[0])
    assert {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "ORGANIZER"} <= event.keys()  # RFC 5546 §3.2.1 and §3.2.5
    assert (calendar["METHOD"], event["STATUS"]) in (("PUBLISH", "CONFIRMED"), ("CANCEL", "CANCELLED"))
    return event


def test_before_a_time_is_proposed_it_says_that_someone_will_call(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    screen = Screen(phone.get(link))
    assert screen.is_sound()
    assert "Claire Dupré" in screen.text
    assert "vous appelle pour fixer l'heure" in screen.text
    assert "Je confirme" not in screen.text
    assert phone.get(f"{link}/visit.ics").status_code == 404


def test_it_says_who_when_where_and_whom_to_call_and_nothing_else(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    proposes(nurse)
    response = phone.get(link)
    screen = Screen(response)
    assert screen.is_sound()
    for known in ("Aujourd'hui,", "mardi 24 novembre", "à 11 h", "Claire Dupré", "vient chez vous", "Urgences"):
        assert known in screen.text.replace("\xa0", " ")
    assert 'href="tel:+33199001234"' in screen.html
    assert 'href="tel:+33639980001"' in screen.html
    assert screen.html.count("<script") == 1, "what reads it aloud, and nothing else"
    assert not any(secret in screen.html for secret in SECRETS)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_at_the_practice_it_gives_the_address(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    proposes(nurse, mode="practice")
    assert "1 rue de la Paix" in Screen(phone.get(link)).text
    assert event(phone, link)["LOCATION"] == "1 rue de la Paix, 91000 Évry-Courcouronnes"


def test_looking_changes_nothing(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    proposes(nurse)
    before = (visit(nurse).sequence, visit(nurse).changed_at, visit(nurse).patient_answer)
    for url in (link, f"{link}?answer=confirmed", f"{link}/visit.ics"):
        assert phone.get(url).status_code == 200
        assert phone.head(url).status_code == 200
    assert phone.get(f"{link}/answer").status_code == 405
    assert (visit(nurse).sequence, visit(nurse).changed_at, visit(nurse).patient_answer) == before


def test_the_last_word_counts_and_the_nurse_reads_it(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    proposes(nurse)
    for said, words in (("confirmed", "Confirmé par le patient"), ("declined", "À reproposer")):
        assert phone.post(f"{link}/answer", data={"answer": said, "sequence": "1"}).status_code == 303
        assert phone.post(f"{link}/answer", data={"answer": said, "sequence": "1"}).status_code == 303
        assert Screen(phone.get(link)).states == [said]
        read = Screen(nurse.get(f"/offers/{nurse.offer().id}")).text + Screen(nurse.get("/visits")).text
        assert read.count(words) == 2
        assert "Heure proposée" not in read, "one state, one word, on every screen"
        assert words in Screen(nurse.get("/visits")).text
    kinds = db.session.scalars(select(Step.kind).where(Step.request_id == nurse.offer().request_id)).all()
    assert (kinds.count("confirmed"), kinds.count("declined")) == (1, 1)


def test_nobody_confirms_a_time_they_did_not_read(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    proposes(nurse)
    proposes(nurse, hours=4)
    late = phone.post(f"{link}/answer", data={"answer": "confirmed", "sequence": "1"})
    assert late.status_code == 409
    assert "a changé" in Screen(late).text
    assert "à 14 h" in Screen(late).text.replace("\xa0", " ")
    assert visit(nurse).patient_answer is None


@pytest.mark.parametrize("mode", ["home", "practice"])
def test_a_no_is_said_alike_wherever_they_were_to_meet(phone: PatientPhone, nurse: Nurse, link: str, mode: str) -> None:
    proposes(nurse, mode=mode)
    phone.post(f"{link}/answer", data={"answer": "declined"})
    assert "La personne que vous deviez voir est prévenue." in Screen(phone.get(link)).text


def test_a_new_time_asks_again(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    proposes(nurse)
    phone.post(f"{link}/answer", data={"answer": "declined"})
    proposes(nurse, hours=4)
    screen = Screen(phone.get(link))
    assert screen.states == []
    assert "Je confirme" in screen.text


def test_a_word_that_is_no_answer(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    assert phone.post(f"{link}/answer", data={"answer": "perhaps"}).status_code == 400
    assert phone.post(f"{link}/answer", data={"answer": "confirmed"}).status_code == 409  # no time yet
    assert visit(nurse).patient_answer is None


def test_cancelled_is_said_and_the_calendar_follows(phone: PatientPhone, town: Town, nurse: Nurse, link: str) -> None:
    proposes(nurse)
    planned = event(phone, link)
    town.orientation_nurse.post(f"/requests/{visit(nurse).request_id}/cancellation")
    screen = Screen(phone.get(link))
    assert "Rendez-vous annulé" in screen.text
    assert "Je confirme" not in screen.text
    assert phone.post(f"{link}/answer", data={"answer": "confirmed"}).status_code == 409
    cancelled = event(phone, link)
    assert (planned["STATUS"], cancelled["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert planned["UID"] == cancelled["UID"]
    assert cancelled["SEQUENCE"] > planned["SEQUENCE"]
    assert "Retirer de mon agenda" in screen.text
    assert f'href="{link}/visit.ics"' in screen.html


def test_a_new_time_replaces_the_old_in_the_calendar(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    proposes(nurse)
    first = event(phone, link)
    proposes(nurse, hours=4)
    second = event(phone, link)
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert second["DTSTART"].dt == clock.now() + timedelta(hours=4)
    assert second["SUMMARY"] == "Rendez-vous avec Claire Dupré"


def test_when_she_withdraws_the_same_link_says_that_another_is_looked_for(
    phone: PatientPhone, town: Town, nurse: Nurse, link: str
) -> None:
    proposes(nurse)
    planned = event(phone, link)
    second = town.nurse("Hugo", km=2)
    nurse.post(f"/offers/{nurse.offer().id}/withdrawal")
    screen = Screen(phone.get(link))
    assert "cherchons quelqu'un d'autre" in screen.text
    assert "Claire" not in screen.html
    assert "Retirer de mon agenda" in screen.text
    gone = event(phone, link)
    assert (gone["STATUS"], gone["UID"], gone["DTSTART"].dt) == ("CANCELLED", planned["UID"], planned["DTSTART"].dt)
    assert gone["SEQUENCE"] > planned["SEQUENCE"]
    assert "Claire" not in str(gone)
    town.time_passes()
    assert second.accepts() == 200
    assert event(phone, link)["STATUS"] == "CANCELLED", "Hugo has said no time yet"
    proposes(second, hours=3)
    assert event(phone, link)["SEQUENCE"] > gone["SEQUENCE"]
    assert event(phone, link)["STATUS"] == "CONFIRMED"
    screen = Screen(phone.get(link))
    assert "Hugo Dupré" in screen.text
    assert "à 11 h" not in screen.text.replace("\xa0", " ")


def test_a_link_ends(phone: PatientPhone, nurse: Nurse, link: str) -> None:
    proposes(nurse)
    clock.advance(timedelta(hours=26))
    for response in (phone.get(link), phone.post(f"{link}/answer", data={"answer": "confirmed"})):
        assert response.status_code == 404
        assert "ne fonctionne plus" in Screen(response).text
        assert Screen(response).is_sound()
    assert phone.get(f"{link}/visit.ics").status_code == 404
    assert 'href="tel:+33199001234"' in phone.get(link).text, "a number to call, exactly there"
    assert "Claire" not in phone.get(link).text
    assert "tel:" not in phone.get("/p/unknown").text


def test_only_the_hash_is_kept(nurse: Nurse, link: str) -> None:
    row = db.session.scalars(select(PatientLink)).one()
    assert row.token_hash not in link
    assert link.removeprefix("/p/") not in (row.token_hash, str(row.id), str(row.appointment_id))


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "null"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-origin"}],
)
def test_the_answer_is_taken_without_a_cookie_and_without_a_named_origin(
    town: Town, nurse: Nurse, link: str, headers: dict[str, str]
) -> None:
    """Our own page asks for no referrer, so that browsers name no origin; and some keep no cookie."""
    proposes(nurse)
    town.app.config["WTF_CSRF_ENABLED"] = True
    bare = town.app.test_client(use_cookies=False)
    with town.app.app_context():
        assert "Set-Cookie" not in bare.get(link).headers, "looking leaves nothing on the phone"
    with town.app.app_context():
        answer = bare.post(f"{link}/answer", data={"answer": "confirmed", "sequence": "1"}, headers=headers)
    assert answer.status_code == 303
    assert visit(nurse).patient_answer == "confirmed"
    with town.app.app_context():
        wrong = bare.post("/p/somebody-elses-token/answer", data={"answer": "confirmed"}, headers=headers)
    assert wrong.status_code == 404


class TestAReturnHome:
    """Several people come for one event, and something was written for the patient to remember."""

    @pytest.fixture
    def home(self, town: Town, nurse: Nurse) -> str:
        words = {"plain-words": "Marchez un peu chaque jour.\nBuvez bien.", "alone": "alone"}
        first = town.asks("discharge-home", reason="nurse", window="two-days", answers=words)
        physio = town.professional("Damien", Profession.PHYSIOTHERAPIST)
        with transaction():
            open_request(
                town.need("discharge-home", "physiotherapist", "two-days"),
                town.request(first).patient,
                organization_id=town.emergency_id,
                by=town.orientation_nurse.account,
                now=clock.now(),
                episode_id=town.request(first).episode_id,
            )
        town.time_passes()
        assert (nurse.accepts(), physio.accepts()) == (200, 200)
        proposes(physio, hours=5)
        return f"/p/{link_token(visit(nurse))}"

    def test_lists_who_else_comes_and_when(self, phone: PatientPhone, nurse: Nurse, home: str) -> None:
        screen = Screen(phone.get(home))
        assert screen.is_sound()
        assert "Vient aussi pour vous" in screen.text
        assert "Damien Dupré aujourd'hui à 15 h" in screen.text.replace("\xa0", " ")
        assert not any(secret in screen.html for secret in (*SECRETS, "Kiné", "kiné"))

    def test_whoever_withdrew_is_not_listed(self, phone: PatientPhone, town: Town, nurse: Nurse, home: str) -> None:
        town.professional("Noémie", Profession.PHYSIOTHERAPIST, km=2)
        other = queries.others_of(visit(nurse))[0].request_id
        with transaction():
            request = care_requests.lock(other)
            care_requests.move(request, Verb.WITHDRAW, by=nurse.account, now=clock.now())
        assert "Damien" not in phone.get(home).text

    def test_what_to_remember_is_one_tap_away_and_on_no_other_page(self, phone: PatientPhone, home: str) -> None:
        first = phone.get(home)
        assert "Marchez" not in first.text
        assert f'href="{home}/advice"' in first.text
        page = phone.get(f"{home}/advice")
        assert "Marchez un peu chaque jour.\nBuvez bien." in page.text
        assert Screen(page).is_sound()
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.text.count("<script") == 1, "what reads it aloud, and nothing else"
        assert not any(secret in page.text for secret in SECRETS)

    def test_without_a_word_to_remember_there_is_no_such_page(self, phone: PatientPhone, link: str) -> None:
        assert "retenir" not in phone.get(link).text
        assert phone.get(f"{link}/advice").status_code == 404


def test_a_free_appointment_at_a_distance(phone: PatientPhone, town: Town) -> None:
    maternity = town.service("Les Coquelicots", Profession.MATERNITY)
    town.asks("maternity-registration", chosen_role_id=maternity.role_id, window="month")
    town.time_passes()
    assert maternity.accepts() == 200
    proposes(maternity, hours=48, mode="remote")
    screen = Screen(phone.get(f"/p/{link_token(visit(maternity))}"))
    assert "Rendez-vous gratuit" in screen.text
    assert "gardez votre téléphone près de vous" in screen.text
    assert "aternit" not in screen.text, "nor for what"


def test_how_often_and_how_to_change_it(phone: PatientPhone, town: Town, nurse: Nurse) -> None:
    asked_for_ten_days(town)
    assert nurse.accepts() == 200
    proposes(nurse)
    text = Screen(phone.get(f"/p/{link_token(visit(nurse))}")).text.replace("\xa0", " ")
    assert "20 passages, chaque jour, matin et soir, jusqu'au 4 décembre" in text
    assert "Empêchement" in text
