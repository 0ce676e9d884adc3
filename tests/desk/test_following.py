"""Following: who was asked, who comes, and how to change one's mind."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account
from app.appointments import actions as appointments
from app.appointments import queries as appointment_queries
from app.audit.models import AuditEvent
from app.care_requests import actions as care_requests
from app.care_requests.models import State, Verb
from app.core.db import db, transaction
from app.dispatch import answers
from app.dispatch.models import Offer
from tests.desk.screen import state, words
from tests.factories.town import Nurse, Town, at


def move(town: Town, request_id: UUID, verb: Verb) -> None:
    with transaction():
        assert care_requests.move(care_requests.lock(request_id), verb, now=clock.now())


def taken(town: Town) -> tuple[UUID, Nurse]:
    nurse = town.nurse("Claire", phone=False)
    asked = town.asks(note="Sonnez deux fois")
    town.time_passes()
    assert nurse.accepts() == 200
    return asked, nurse


def test_a_search_says_how_far_it_came(town: Town) -> None:
    for given in ("Claire", "Marc"):
        town.nurse(given, phone=False)
    asked = town.asks()
    _refusing(town, 1)
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert state(page) == "searching"
    assert re.search(r"2 prévenus \d (a|ont) reçu \d (a|ont) ouvert 1 refus dont 2 par e-mail", words(page))
    assert "C'est trop loin" in words(page)


def test_who_comes_with_name_phone_and_the_way_the_request_went(town: Town) -> None:
    asked, _ = taken(town)
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert state(page) == "accepted"
    assert page.text.count("<h1") == 1
    assert "Claire Dupré" in words(page)
    assert 'href="tel:+33639980001"' in page.text
    assert "Demande envoyée" in words(page)
    assert "Acceptée par Claire Dupré" in words(page)
    assert "10 h" in words(page)


def test_a_time_and_a_place_appear_when_they_are_proposed(town: Town) -> None:
    asked, nurse = taken(town)
    with transaction():
        appointment = appointment_queries.of_request(asked)
        assert appointment is not None
        assert appointments.propose(appointment, at(14), "home", by=nurse.account, now=clock.now())
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert state(page) == "scheduled"
    assert "Aujourd'hui, 14 h" in words(page)
    assert "À domicile" in words(page)


def test_the_code_and_the_card_lead_to_the_patients_page(town: Town) -> None:
    asked, _ = taken(town)
    page = town.orientation_nurse.get(f"/requests/{asked}")
    card = town.orientation_nurse.get(f"/requests/{asked}/card")
    code = re.search(r'<svg[^>]*viewBox="0 0 \d+ \d+"[^>]*>.*?</svg>', page.text, re.S)
    link = re.search(r"localhost:8000(/p/[\w-]{43})", page.text)
    assert code is not None
    assert link is not None
    assert code[0] in card.text, "the same code"
    assert link[1] not in card.text, "nobody types 43 letters"
    with town.app.app_context():
        assert town.app.test_client().get(link[1]).status_code == 200
    for secret in ("Marchand", "MARCHAND", "Pansement", "Sonnez", "infirmi"):
        assert secret not in words(card)
    assert "Claire Dupré" in words(card)
    assert "01 99 00 12 34" in words(card)


def test_no_card_before_someone_comes(town: Town) -> None:
    asked = town.asks()
    assert town.orientation_nurse.get(f"/requests/{asked}/card").status_code == 404
    assert "La carte du patient" not in words(town.orientation_nurse.get(f"/requests/{asked}"))


def test_the_page_and_the_list_fetch_themselves_again(town: Town) -> None:
    asked = town.asks()
    nurse = town.orientation_nurse
    page = nurse.get(f"/requests/{asked}")
    assert f'hx-trigger="request-{asked} from:#live, poll from:body"' in page.text
    assert f'hx-trigger="requests-{town.emergency_id} from:#live, poll from:body"' in page.text
    fragment = nurse.get(f"/requests/{asked}", htmx=True)
    assert "<html" not in fragment.text
    assert state(fragment) == "searching"
    beside = nurse.get(f"/requests?beside={asked}", htmx=True)
    assert 'aria-current="true"' in beside.text
    assert "<html" not in beside.text


def test_the_list_holds_what_is_open_and_everything_when_asked(town: Town) -> None:
    nurse = town.orientation_nurse
    assert "Aucune demande en cours" in words(nurse.get("/requests"))
    asked = town.asks()
    assert f"/requests/{asked}" in nurse.get("/requests").text
    nurse.post(f"/requests/{asked}/cancellation")
    assert f"/requests/{asked}" not in nurse.get("/requests").text
    assert f"/requests/{asked}" in nurse.get("/requests?show=all").text


def test_a_foreign_or_unknown_request_is_not_found(town: Town) -> None:
    asked, stranger = town.asks(), town.requester()
    for path in ("", "/card"):
        assert stranger.get(f"/requests/{asked}{path}").status_code == 404
        assert stranger.get(f"/requests/{uuid4()}{path}").status_code == 404
    assert stranger.post(f"/requests/{asked}/cancellation").status_code == 404
    assert town.request(asked).state is State.SEARCHING
    assert f"/requests/{asked}" not in stranger.get("/requests?show=all").text


@pytest.mark.parametrize("before", [State.SEARCHING, State.UNANSWERED, State.ACCEPTED, State.STARTED])
def test_a_request_can_be_cancelled_at_any_open_stage(town: Town, before: State) -> None:
    if before is State.SEARCHING:
        asked = town.asks()
    elif before is State.UNANSWERED:
        asked = town.asks()
        town.time_passes()
    else:
        asked, _ = taken(town)
    if before is State.STARTED:
        move(town, asked, Verb.START)
    assert town.request(asked).state is before
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert "Annuler la demande" in words(page)
    cancelled = town.orientation_nurse.post(f"/requests/{asked}/cancellation")
    assert cancelled.status_code == 303
    assert state(town.orientation_nurse.get(cancelled.location)) == "cancelled"


def test_what_has_ended_cannot_be_cancelled(town: Town) -> None:
    asked, _ = taken(town)
    move(town, asked, Verb.START)
    move(town, asked, Verb.FINISH)
    late = town.orientation_nurse.post(f"/requests/{asked}/cancellation")
    assert late.status_code == 409
    assert state(late) == "done"
    assert "Trop tard pour annuler" in words(late)
    assert "Annuler la demande" not in words(late)


def test_a_request_nobody_took_is_in_named_hands(town: Town) -> None:
    for given in ("Claire", "Marc", "Léa"):
        town.nurse(given, phone=False)
    asked = town.asks()
    _refusing(town, 2)
    town.time_passes(hours=3)
    town.time_passes(hours=3)
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert state(page) == "unanswered"
    assert "Hélène Garnier CPTS Seine et Essonne 01 99 00 12 34" in words(page)
    assert "2 trop loin 1 sans réponse" in words(page)


def _refusing(town: Town, number: int) -> None:
    """So many of those who were asked say that it is too far."""
    town.time_passes()
    with transaction():
        offers = db.session.scalars(select(Offer).limit(number)).all()
        for offer in offers:
            by = db.session.get_one(Account, offer.role.practitioner.account_id)
            answers.refuse(offer, "far", by=by, now=clock.now())


def test_who_answers_from_the_lock_screen_has_seen_the_request(town: Town) -> None:
    for given in ("Claire", "Marc"):
        town.nurse(given, phone=False)
    asked = town.asks()
    _refusing(town, 1)
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert "2 prévenus 1 a reçu 1 a ouvert 1 refus dont 2 par e-mail" in words(page)
    assert page.text.count('reach__dot"') == 2


def test_a_reading_leaves_a_line_however_it_is_asked_for(town: Town) -> None:
    asked = town.asks()
    for _ in range(3):  # A page that stays open fetches itself again: one reading.
        assert town.orientation_nurse.get(f"/requests/{asked}", htmx=True).status_code == 200
    assert readings(asked) == 1
    clock.advance(timedelta(hours=2))
    town.orientation_nurse.get(f"/requests/{asked}", htmx=True)
    town.orientation_nurse.get(f"/requests/{asked}")
    assert readings(asked) == 3


def readings(request_id: UUID) -> int:
    db.session.rollback()
    lines = select(func.count()).where(AuditEvent.event == "patient.read", AuditEvent.subject_id == request_id)
    return db.session.scalar(lines) or 0


def test_the_patient_who_cannot_is_not_said_to_come(town: Town) -> None:
    asked, _ = taken(town)
    with transaction():
        visit = appointments.prepare(town.request(asked), clock.now())
        appointments.propose(visit, at(15), "home", by=town.orientation_nurse.account, now=clock.now())
        appointments.answer(visit, "declined", now=clock.now())
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert "Le patient ne peut pas à cette heure" in words(page)
    assert "ne peut pas venir" not in words(page)


def test_what_is_said_to_come_next_is_what_the_search_then_does(town: Town) -> None:
    for given in ("Claire", "Marc"):
        town.nurse(given, phone=False)
    url = f"/requests/{town.asks()}"
    town.time_passes()
    said = re.search(
        r"Sans réponse à (\d+) h (\d+), la recherche s'élargit : (.+?)\.", words(town.orientation_nurse.get(url))
    )
    assert said, words(town.orientation_nurse.get(url))
    at_that_hour = clock.paris(clock.now()).replace(hour=int(said[1]), minute=int(said[2]), second=0)
    left = (at_that_hour - clock.now()).total_seconds()
    town.time_passes(seconds=left - 61)
    assert said[0] in words(town.orientation_nurse.get(url))
    town.time_passes(seconds=122)
    assert said[0] not in words(town.orientation_nurse.get(url))
