"""Changing one's mind, answering a question, picking a proposal: what the requester says while Relais looks."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.care_requests.models import CareRequest, CareTask, State
from app.core.db import db, transaction
from app.directory.models import Profession
from app.dispatch import answers
from app.dispatch.models import Offer, OfferState
from tests.desk.people import service
from tests.desk.screen import state, words
from tests.desk.test_pathway_form import plan
from tests.factories.town import Nurse, Town


def offer_of(nurse: Nurse) -> Offer:
    offer = nurse.offer()
    assert offer is not None, "nothing was offered to her"
    return offer


def search(town: Town) -> tuple[UUID, Nurse, str]:
    nurse = town.nurse("Claire")
    asked = town.asks()
    town.time_passes(seconds=1)
    return asked, nurse, f"/requests/{asked}"


def test_cancelling_says_why_in_one_tap(town: Town) -> None:
    asked, nurse, url = search(town)
    assert "Trouvé autrement" in words(town.orientation_nurse.get(url))
    assert town.orientation_nurse.post(f"{url}/cancellation", {"cancellation": "nonsense"}).status_code == 422
    assert town.orientation_nurse.post(f"{url}/cancellation", {"cancellation": "elsewhere"}).status_code == 303
    page = town.orientation_nurse.get(url)
    assert "Demande annulée Nadia Benali · Trouvé autrement" in words(page)
    assert town.request(asked).steps[-1].detail == "elsewhere"
    assert offer_of(nurse).state is OfferState.WITHDRAWN


def test_a_question_is_answered_in_one_line_and_the_clock_runs_again(town: Town) -> None:
    _, nurse, url = search(town)
    with transaction():
        offer = db.session.get_one(Offer, offer_of(nurse).id)
        inquiry = answers.ask(offer, "Quelle taille de sonde ?", by=nurse.account, now=clock.now())
        assert inquiry is not None
        inquiry_id = inquiry.id
    page = town.orientation_nurse.get(url)
    assert "Quelle taille de sonde ? Claire Dupré" in words(page)
    empty = town.orientation_nurse.post(f"{url}/questions/{inquiry_id}", {"answer": " "})
    assert empty.status_code == 422
    assert "Écrivez une réponse" in words(empty)
    assert town.orientation_nurse.post(f"{url}/questions/{inquiry_id}", {"answer": "Charrière 16"}).status_code == 303
    assert "Charrière 16" in words(town.orientation_nurse.get(url))
    assert offer_of(nurse).paused_at is None
    twice = town.orientation_nurse.post(f"{url}/questions/{inquiry_id}", {"answer": "14"})
    assert twice.status_code == 409
    assert "a déjà répondu" in words(twice)
    other = town.asks(patient=town.patient("Odile"))
    assert town.orientation_nurse.post(f"/requests/{other}/questions/{inquiry_id}", {"answer": "x"}).status_code == 404


def test_widening_asks_farther_without_waiting(town: Town) -> None:
    far = town.nurse("Loin", km=15)
    asked, _, url = search(town)
    assert far.offer() is None
    for _ in range(8):
        if "Élargir maintenant" not in words(town.orientation_nurse.get(url)):
            break
        assert town.orientation_nurse.post(f"{url}/widening").status_code == 303
        town.time_passes(seconds=1)
    assert far.offer() is not None
    assert town.request(asked).state is State.SEARCHING
    assert town.orientation_nurse.post(f"{url}/widening").status_code == 409


def test_the_moment_changes_for_those_who_were_asked_too(town: Town) -> None:
    asked, nurse, url = search(town)
    assert town.orientation_nurse.post(f"{url}/window", {}).status_code == 422
    assert town.orientation_nurse.post(f"{url}/window", {"window": "tomorrow-morning"}).status_code == 303
    page = words(town.orientation_nurse.get(url))
    assert "Souhaité Demain, de 7 h à 13 h" in page
    assert "Moment changé" in page
    town.time_passes(seconds=1)
    assert nurse.notices()[-1]["notification"]["title"] == "Le moment a changé"  # type: ignore[index]
    nurse.accepts()
    late = town.orientation_nurse.post(f"{url}/window", {"window": "tomorrow"})
    assert late.status_code == 409
    assert "Trop tard pour changer le moment" in words(late)
    assert town.request(asked).state is State.ACCEPTED


def test_confiding_it_to_somebody_else_tells_the_first_and_searches_on(town: Town) -> None:
    asked, nurse, url = search(town)
    assert town.orientation_nurse.post(f"{url}/reassignment", {"reassignment": "late"}).status_code == 409
    nurse.accepts()
    other = town.nurse("Marc", km=2)
    assert town.orientation_nurse.post(f"{url}/reassignment", {}).status_code == 422
    assert town.orientation_nurse.post(f"{url}/reassignment", {"reassignment": "late"}).status_code == 303
    page = town.orientation_nurse.get(url)
    assert state(page) == "searching"
    assert "Ne peut pas venir à temps" in words(page)
    town.time_passes(hours=2)
    assert other.offer() is not None
    assert nurse.notices()[-1]["notification"]["title"] == "Une demande acceptée est annulée"  # type: ignore[index]
    assert town.request(asked).performer is None


def test_it_is_not_taken_back_from_who_came_after(town: Town) -> None:
    """The page named Maya, who was taken off since; a copy of that tap does not reach Hugo."""
    maya, hugo = town.nurse("Maya"), town.nurse("Hugo", km=2)
    request_id = town.asks()
    town.time_passes()
    maya.accepts()
    said: dict[str, object] = {"reassignment": "late", "performer": maya.role_id}
    assert town.orientation_nurse.post(f"/requests/{request_id}/reassignment", said).status_code == 303
    town.time_passes()
    assert hugo.accepts() == 200
    again = town.orientation_nurse.post(f"/requests/{request_id}/reassignment", said)
    assert again.status_code == 409
    assert town.request(request_id).performer_id == hugo.role_id


def test_the_requester_picks_among_the_proposals(town: Town) -> None:
    near = service(town, "Clinique proche", Profession.WARD, km=1)
    far = service(town, "Clinique voisine", Profession.WARD, km=1.5)
    ward = town.orientation_nurse
    told = {"reason": "medicine", "window": "at-once", "answer-duration": "night", "agreement": "y"}
    url = ward.post(f"/requests?pathway=bed-request&patient={town.patient()}", told).location
    town.time_passes(seconds=1)
    for place in (near, far):
        with transaction():
            offer = db.session.get_one(Offer, offer_of(place).id)
            assert answers.accept(offer, by=place.account, now=clock.now()) is answers.AnswerResult.PROPOSED
    page = ward.get(url)
    assert state(page) == "searching"
    assert "2 propositions" in words(page)
    assert page.text.index("Clinique proche") < page.text.index("Clinique voisine")
    chosen = offer_of(far).id
    assert ward.post(f"{url}/proposals/{chosen}").status_code == 303
    page = ward.get(url)
    assert state(page) == "accepted"
    assert "Clinique voisine" in words(page)
    assert offer_of(near).state is OfferState.LOST
    late = ward.post(f"{url}/proposals/{offer_of(near).id}")
    assert late.status_code == 409
    assert "Cette proposition n'est plus disponible" in words(late)

    assert "Organiser le transport" in words(page)
    task = db.session.scalars(select(CareTask)).one()
    assert ward.post(f"{url}/tasks/{task.id}").status_code == 303
    assert "Fait par Nadia Benali" in words(ward.get(url))
    assert town.requester().post(f"{url}/tasks/{task.id}").status_code == 404


def test_a_shared_plan_is_read_as_one(town: Town) -> None:
    nurse = town.nurse("Claire")
    patient = town.patient()
    told = plan(moments=["morning", "evening"], until="2026-11-26")
    url = town.orientation_nurse.post(f"/requests?pathway=home-care&patient={patient}", told).location
    town.time_passes(seconds=1)
    with transaction():
        offer = db.session.get_one(Offer, offer_of(nurse).id)
        answers.accept(offer, by=nurse.account, now=clock.now(), said="mornings")
    page = town.orientation_nurse.get(url)
    assert "Condition Les matins seulement" in words(page)
    assert "2 sur 4 passages restent à prendre" in words(page)
    table = page.text.partition('<table class="plan">')[2].partition("</table>")[0]
    assert table.count('scope="col"') == 3
    assert table.count('scope="row"') == 2
    assert table.count("Claire Dupré</span>") == 2
    assert table.count("à prendre") == 2
    rest = db.session.scalars(select(CareRequest).where(CareRequest.split_from_id.is_not(None))).one()
    assert f'href="/requests/{rest.id}"' in page.text
    assert "Le reste est proposé à d'autres 2 passages" in words(page)


def test_care_that_did_not_begin_is_said_on_the_page(town: Town) -> None:
    asked, nurse, url = search(town)
    nurse.accepts()
    town.time_passes(hours=49)
    page = words(town.orientation_nurse.get(url))
    assert "personne n'a dit qu'ils avaient commencé" in page
    assert town.request(asked).late_at is not None


def test_a_coordinator_reads_and_changes_nothing(town: Town) -> None:
    asked, _, url = search(town)
    page = words(town.coordinator.get(url))
    assert "Changer la date" not in page
    assert "Élargir" not in page
    for change in ("widening", "window", "reassignment", "cancellation"):
        assert town.coordinator.post(f"{url}/{change}").status_code == 403
    assert town.request(asked).state is State.SEARCHING


def test_the_usual_doctor_was_told(town: Town) -> None:
    doctor = town.doctor("Luc", km=3)
    nurse = town.nurse("Claire")
    asked = town.asks(patient=town.patient(usual=[doctor, nurse]))
    town.time_passes(seconds=1)
    nurse.accepts()
    page = words(town.orientation_nurse.get(f"/requests/{asked}"))
    assert "Luc Dupré informé" in page
    assert clock.now() - town.request(asked).created_at < timedelta(minutes=1)
