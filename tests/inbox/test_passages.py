"""The tour of a day and its taps, as the phone shows them."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.care_requests.models import CareRequest, State
from app.core.db import db
from app.directory.models import Profession
from app.dispatch.models import Offer
from app.passages.models import Passage, PassageDocument
from app.passages.rules import PassageState
from tests.factories.files import photo
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen
from tests.inbox.test_cards import read
from tests.passages.care import TOMORROW, at_day, count, does_all, passage, says, taken_by


@pytest.fixture
def whole(town: Town, nurse: Nurse) -> UUID:
    request_id = taken_by(town, nurse)
    at_day(TOMORROW)
    return request_id


def tap(nurse: Nurse, request_id: UUID, moment: str = "morning", day: object = TOMORROW, **said: object) -> int:
    row = passage(request_id, day, moment)
    return nurse.post(f"/passages/{row.id}/outcome", {"state": "done", **said}, htmx=True).status_code


def offer_url(nurse: Nurse) -> str:
    return f"/offers/{nurse.offer().id}"


def test_the_tour_has_today_in_order_with_where_and_whom_to_call(town: Town, nurse: Nurse, whole: UUID) -> None:
    page = Screen(nurse.get("/visits"))
    assert page.is_sound()
    assert "Ma tournée" in page.text
    assert page.text.index("Matin") < page.text.index("Soir")
    assert "12 allée des Tilleuls" in page.text
    assert 'href="tel:+33639980100"' in page.html
    assert page.html.count("data-passage=") == 2, "tomorrow's are tomorrow's"


def test_one_tap_says_it_and_the_ward_reads_it(town: Town, nurse: Nurse, whole: UUID) -> None:
    assert tap(nurse, whole, **{"from": "visits"}) == 200
    assert passage(whole, TOMORROW).state is PassageState.DONE
    page = read(nurse, offer_url(nurse))
    assert "1 passage sur 20, prochain ce soir" in page
    assert "1 passage sur 20, prochain ce soir" in read(town.orientation_nurse, f"/requests/{whole}")
    assert tap(nurse, whole, "evening", state="absent") == 200
    assert "Patient absent" in read(nurse, "/visits")
    assert tap(nurse, whole, state="nonsense") == 400


def test_without_htmx_it_comes_back_to_where_it_was_said(nurse: Nurse, whole: UUID) -> None:
    row = passage(whole, TOMORROW)
    answer = nurse.post(f"/passages/{row.id}/outcome", {"state": "done", "from": "visits"})
    assert (answer.status_code, answer.location) == (303, "/visits")


def test_tomorrow_s_is_asked_first(nurse: Nurse, whole: UUID) -> None:
    later = TOMORROW + timedelta(days=1)
    assert tap(nurse, whole, day=later) == 409
    assert passage(whole, later).state is PassageState.PLANNED
    assert tap(nurse, whole, day=later, early="yes") == 200


def test_a_tick_without_signal_is_dated_and_counted_once(town: Town, nurse: Nurse, whole: UUID) -> None:
    row = passage(whole, TOMORROW).id
    said = {"state": "done", "key": "k", "age": 7200}
    headers = {"Accept": "application/json", "Idempotency-Key": "k"}
    with town.app.app_context():
        first, again = (nurse.client.post(f"/passages/{row}/outcome", data=said, headers=headers) for _ in range(2))
    assert first.json == again.json
    assert first.status_code == 200
    assert "Passage du 25 novembre, matin" in first.json["words"]
    assert passage(whole, TOMORROW).said_at == clock.now() - timedelta(hours=2)
    assert count(whole).startswith("1 passage sur 20")


def test_another_s_passage_is_as_unknown_as_one_that_does_not_exist(town: Town, nurse: Nurse, whole: UUID) -> None:
    hugo = town.nurse("Hugo", km=2)
    row = passage(whole, TOMORROW).id
    assert hugo.post(f"/passages/{row}/outcome", {"state": "done"}).status_code == 404
    assert hugo.post(f"/passages/{row}/delay").status_code == 404
    assert hugo.post(f"/passages/{row}/line", {"line": "x"}).status_code == 404
    assert hugo.get(f"{offer_url(nurse)}/handover").status_code == 404


def test_late_is_read_by_who_waits(town: Town, nurse: Nurse, whole: UUID) -> None:
    row = passage(whole, TOMORROW).id
    assert nurse.post(f"/passages/{row}/delay", {"from": "visits"}, htmx=True).status_code == 200
    assert "en retard" in read(town.orientation_nurse, f"/requests/{whole}")
    assert tap(nurse, whole) == 200
    assert nurse.post(f"/passages/{row}/delay", htmx=True).status_code == 409


def test_a_line_and_a_photo_are_left_to_the_circle(town: Town, nurse: Nurse, whole: UUID) -> None:
    assert tap(nurse, whole) == 200
    row = passage(whole, TOMORROW).id
    sent = {"line": "Plaie propre, bords roses.", "document": (BytesIO(photo()), "plaie.jpg")}
    assert nurse.post(f"/passages/{row}/line", sent).status_code == 303
    page = nurse.get(offer_url(nurse)).text
    assert "Plaie propre" in page
    db.session.rollback()
    assert len(db.session.scalars(select(PassageDocument)).all()) == 1
    assert "Plaie propre" in read(town.orientation_nurse, f"/requests/{whole}")
    hugo = town.nurse("Hugo", km=2)
    assert hugo.get(offer_url(nurse)).status_code == 404
    assert nurse.post(f"/passages/{row}/line", {"line": "x" * 201}).status_code == 422


def test_a_list_left_empty_and_passages_to_come_are_asked_before_it_ends(town: Town, nurse: Nurse, whole: UUID) -> None:
    tap(nurse, whole)
    answer = nurse.post(f"{offer_url(nurse)}/end")
    assert answer.status_code == 422
    assert "Il reste 19 passages." in answer.text
    assert town.request(whole).state is State.STARTED
    assert nurse.post(f"{offer_url(nurse)}/end", {"sure": "yes"}).status_code == 303
    assert town.request(whole).state is State.DONE


def test_she_hands_the_rest_over_from_a_page_of_its_own(town: Town, nurse: Nurse, whole: UUID) -> None:
    ines = town.nurse("Inès", km=40, phone=False)
    town.professional("Igor", Profession.PHYSIOTHERAPIST, km=1, phone=False)
    does_all(nurse, whole, TOMORROW)
    url = f"{offer_url(nurse)}/handover"
    assert "Inès" not in read(nurse, url)
    found = read(nurse, f"{url}?q=i")
    assert "Inès Dupré" in found
    assert "Igor" not in found, "of another profession"
    said = {"day": (TOMORROW + timedelta(days=2)).isoformat(), "reason": "sick", "to": str(ines.role_id), "q": "i"}
    assert nurse.post(url, said | {"reason": ""}).status_code == 422
    assert nurse.post(url, said | {"day": "2026-11-01"}).status_code == 422
    assert nurse.post(url, said).status_code == 303
    db.session.rollback()
    rest = db.session.scalars(select(CareRequest).where(CareRequest.split_from_id == whole)).one()
    assert ines.offer().request_id == rest.id
    assert ines.accepts() == 200
    db.session.rollback()
    owners = set(db.session.scalars(select(Passage.role_id)))
    assert owners == {nurse.role_id, ines.role_id}
    beyond = nurse.post(url, said | {"day": (TOMORROW + timedelta(days=9)).isoformat()})
    assert (beyond.status_code, "Il n'y a plus de passage à partir de ce jour." in beyond.text) == (422, True)


def test_a_second_tap_of_who_hands_over_hears_where_it_stands(town: Town, nurse: Nurse, whole: UUID) -> None:
    does_all(nurse, whole, TOMORROW)
    url = f"{offer_url(nurse)}/handover"
    heard = [nurse.post(url, {"day": TOMORROW.isoformat(), "reason": "sick"}).status_code for _ in range(2)]
    assert heard == [303, 409]
    assert nurse.get(url).status_code == 409
    db.session.rollback()
    assert len(db.session.scalars(select(CareRequest.id)).all()) == 2


def test_a_locum_of_another_practice_stands_in(town: Town, nurse: Nurse) -> None:
    ines = town.nurse("Inès", km=40, phone=False)
    assert "Inès Dupré" in read(nurse, "/practice?q=inès")
    said = {"colleague": str(ines.role_id), "until": "2026-12-05"}
    assert nurse.post("/practice/replacement", said).status_code == 422, "she was not named"
    assert nurse.post("/practice/replacement", said | {"q": "inès"}).status_code == 303
    assert "Inès Dupré" in read(nurse, "/practice")


def test_the_next_nurse_reads_what_was_left(town: Town, nurse: Nurse, whole: UUID) -> None:
    hugo = town.nurse("Hugo", km=2)
    tap(nurse, whole)
    row = passage(whole, TOMORROW).id
    nurse.post(f"/passages/{row}/line", {"line": "Sonnez deux fois."})
    nurse.post(f"{offer_url(nurse)}/handover", {"day": TOMORROW.isoformat(), "reason": "sick"})
    town.time_passes(seconds=1)
    assert hugo.accepts() == 200
    page = read(hugo, offer_url(hugo))
    assert "Sonnez deux fois." in page
    assert "1 passage sur 20, prochain ce soir" in page
    assert says(hugo, whole, TOMORROW, "evening") == "said"
    assert db.session.scalars(select(Offer).where(Offer.recipient_id == hugo.practitioner_id)).one()
