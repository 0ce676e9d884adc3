"""The tale of the product: a request reaches phones, one tap answers it, the requester sees it at once."""

from app.care_requests.models import State
from app.core.db import db
from app.dispatch.models import OfferState
from app.dispatch.queries import reach
from tests.factories.town import Town


def test_the_first_to_answer_gets_the_visit(town: Town) -> None:
    maya, ines = town.nurse("Maya", km=1), town.nurse("Inès", km=2)
    request = town.asks("home-care")
    town.time_passes(seconds=1)

    assert maya.notices()[-1]["notification"]["title"] == "Pansement, Évry-Courcouronnes"
    assert maya.accepts() == 200
    assert ines.accepts() == 409

    taken = town.request(request)
    assert taken.state is State.ACCEPTED
    assert taken.performer_id == maya.role_id
    assert "Maya Dupré" in town.orientation_nurse.get(f"/requests/{request}").text
    assert "Déjà prise" in ines.get(f"/offers/{ines.offer().id}").text


def test_a_second_tap_of_the_winner_is_the_same_answer(town: Town) -> None:
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes(seconds=1)
    assert [maya.accepts(), maya.accepts()] == [200, 200]
    kinds = [step.kind for step in town.request(request).steps]
    assert kinds.count("accept") == 1


def test_the_usual_nurse_is_asked_alone_first_then_others_beside_her(town: Town) -> None:
    usual, near = town.nurse("Usuelle", km=9), town.nurse("Proche", km=1)
    town.asks(patient=town.patient(usual=[usual]))
    town.time_passes(seconds=1)
    assert usual.offer() is not None
    assert near.offer() is None

    town.time_passes(minutes=20)
    assert near.offer() is not None
    assert usual.offer().state is OfferState.OPEN, "she keeps the offer while others are asked"


def test_a_refusal_is_replaced_at_once_by_the_next_best(town: Town) -> None:
    nurses = [town.nurse(f"N{n}", km=0.2 * n, phone=False) for n in range(1, 10)]
    town.asks()
    town.time_passes(seconds=1)
    assert [nurse.offer() is not None for nurse in nurses] == [True] * 7 + [False] * 2

    assert nurses[0].refuses("far") == 200
    town.time_passes(seconds=1)
    assert nurses[7].offer() is not None
    assert nurses[8].offer() is None


def test_nobody_nearby_widens_the_search(town: Town) -> None:
    far = town.nurse("Loin", km=15)
    town.asks()
    town.time_passes(seconds=1)
    assert far.offer() is not None, "the empty rings cost no time"


def test_when_nobody_answers_a_named_human_takes_over(town: Town) -> None:
    silent, refuses = town.nurse("Silencieuse"), town.nurse("Complète")
    request = town.asks()
    town.time_passes(seconds=1)
    refuses.refuses("full")
    for _ in range(8):
        town.time_passes(minutes=30)

    unanswered = town.request(request)
    assert unanswered.state is State.UNANSWERED
    assert unanswered.coordinator_id == town.coordinator.account_id
    assert silent.offer().state is OfferState.EXPIRED
    assert "Hélène Garnier" in town.orientation_nurse.get(f"/requests/{request}").text

    assert town.coordinator.post(f"/requests/{request}/relaunch").status_code == 303
    town.time_passes(seconds=1)
    assert silent.offer().state is OfferState.OPEN, "silence may be asked again"
    assert refuses.offer().state is OfferState.REFUSED, "a refusal is not"


def test_the_requester_reads_the_truth_about_reach(town: Town) -> None:
    nurses = [town.nurse(f"N{n}", km=n) for n in range(1, 4)]
    without_phone = town.nurse("SansTéléphone", phone=False)
    request = town.asks()
    town.time_passes(seconds=1)
    nurses[0].post(f"/offers/{nurses[0].offer().id}/sighting")
    nurses[1].refuses()
    db.session.rollback()

    truth = reach([request])[request]
    assert (truth.asked, truth.seen, truth.refused, truth.by_mail, truth.unreachable) == (4, 2, 1, 1, 0)
    assert without_phone.offer() is not None, "her screen shows it even so"


def test_cancelling_tells_the_phones_and_takes_the_offer_away(town: Town) -> None:
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes(seconds=1)
    assert town.orientation_nurse.post(f"/requests/{request}/cancellation").status_code == 303
    town.time_passes(seconds=1)

    assert maya.notices()[-1]["notification"]["title"] == "Demande annulée"
    assert maya.notices()[-1]["notification"]["tag"] == maya.notices()[0]["notification"]["tag"]
    assert maya.accepts() == 409
    assert town.request(request).state is State.CANCELLED


def test_a_withdrawal_searches_again_without_her(town: Town) -> None:
    maya, ines = town.nurse("Maya", km=1), town.nurse("Inès", km=2)
    request = town.asks()
    town.time_passes(seconds=1)
    maya.accepts()
    assert maya.post(f"/offers/{maya.offer().id}/withdrawal").status_code == 303
    town.time_passes(seconds=1)

    assert town.request(request).state is State.SEARCHING
    assert ines.offer().state is OfferState.OPEN
    assert maya.offer().state is OfferState.WITHDRAWN
    assert ines.accepts() == 200


def test_the_time_proposed_is_seen_by_the_requester_and_confirmed_by_the_patient(town: Town) -> None:
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes(seconds=1)
    maya.accepts()
    proposal = {"slot": "2026-11-24T13:00:00+00:00", "mode": "home"}
    assert maya.post(f"/offers/{maya.offer().id}/appointment", proposal).status_code == 303
    page = town.orientation_nurse.get(f"/requests/{request}").text
    assert "14 h" in page

    link = page.split("/p/")[1].split('"')[0].split("<")[0].strip()
    patient = town.stranger()
    seen = patient.get(f"/p/{link}")
    assert seen.status_code == 200
    assert "Marchand" not in seen.text
    assert "ansement" not in seen.text
    assert patient.post(f"/p/{link}/answer", {"answer": "confirmed"}).status_code == 303
    assert "confirmé" in town.orientation_nurse.get(f"/requests/{request}").text
