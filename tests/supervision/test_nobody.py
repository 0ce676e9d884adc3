"""Nobody took it: what the coordinator does next, one tap each."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from app import clock
from app.care_requests.models import CareRequest, CareTask, State
from app.core.db import db, transaction
from app.directory.models import Practitioner, Profession
from app.dispatch.models import Offer
from app.language.phrases import told
from app.language.typography import plain
from app.pathways.library import pathways
from app.pathways.schema import Stage
from app.supervision.rules import DECISION_WAITS
from tests.desk.screen import words
from tests.factories.town import Nurse, Town


def refused_by(town: Town, *people: Nurse, reason: str = "full") -> UUID:
    """A request that these people, and everybody else, said no to."""
    asked = town.asks()
    town.time_passes(seconds=1)
    for person in people:
        assert person.refuses(reason) == 200
    town.time_passes()
    assert town.request(asked).state is State.UNANSWERED
    return asked


def test_the_list_says_who_is_near_and_what_each_said(town: Town) -> None:
    full, far = town.nurse("Maya", km=1), town.nurse("Inès", km=2)
    asked = town.asks()
    town.time_passes(seconds=1)
    assert full.refuses("full") == 200
    assert far.refuses("far") == 200
    town.time_passes()
    later = town.nurse("Zoé", km=3)
    rose = town.nurse("Rose", km=4)
    with transaction():
        db.session.get_one(Practitioner, rose.practitioner_id).account_id = None
    page = town.coordinator.get(f"/requests/{asked}/search")
    said = words(page).replace("\u00a0", " ")
    assert "1 trop loin 1 sans place" in said
    assert "a refusé : sans place" in said and "a refusé : trop loin" in said
    assert "pas encore sur Relais" in said
    assert "tel:+33639980001" in page.text
    order = [said.index(name) for name in ("Zoé Dupré", "Rose Dupré", "Maya Dupré", "Inès Dupré")]
    assert order == sorted(order), "those who refused come last"
    assert "Marchand" not in page.text, "calling a professional needs no patient's name"
    assert f'id="callee-{later.role_id}"' in page.text
    fragment = town.coordinator.get(f"/requests/{asked}/search", htmx=True)
    assert "<html" not in fragment.text and f"request-{asked} from:#live" in fragment.text


def test_somebody_found_by_telephone_has_it_in_one_tap(town: Town) -> None:
    asked = refused_by(town, town.nurse("Maya"))
    zoe = town.nurse("Zoé", km=3)
    url = f"/requests/{asked}/somebody/yes"
    assert town.coordinator.post(url, {"role": str(zoe.role_id)}).status_code == 303
    request = town.request(asked)
    assert (request.state, request.performer_id) == (State.ACCEPTED, zoe.role_id)
    offer = zoe.offer()
    assert offer is not None and told(offer.rank_line) == "trouvé par téléphone par Hélène Garnier"
    again = town.coordinator.post(url, {"role": str(zoe.role_id)})
    assert again.status_code == 409


@pytest.mark.parametrize("role", ["", "nonsense", "01900000-0000-7000-8000-000000000000"])
def test_only_somebody_of_the_list_can_be_found(town: Town, role: str) -> None:
    asked = refused_by(town, town.nurse("Maya"))
    answer = town.coordinator.post(f"/requests/{asked}/somebody/yes", {"role": role})
    assert answer.status_code == 422
    assert "Choisissez quelqu'un de la liste." in words(answer)
    assert town.request(asked).state is State.UNANSWERED


def test_a_doctor_cannot_be_found_for_a_nurses_care(town: Town) -> None:
    asked, doctor = refused_by(town, town.nurse("Maya")), town.doctor("Paul")
    assert town.coordinator.post(f"/requests/{asked}/somebody/yes", {"role": str(doctor.role_id)}).status_code == 422


def test_a_running_search_is_widened_at_once(town: Town) -> None:
    town.nurse("Maya", km=1)
    far = town.nurse("Loin", km=8)
    asked = town.asks()
    town.time_passes(seconds=1)
    assert far.offer() is None
    page = words(town.coordinator.get(f"/requests/{asked}/search")).replace("\u00a0", " ")
    assert "Élargir jusqu'à 10 km" in page and "Relancer" not in page
    assert town.coordinator.post(f"/requests/{asked}/search/wider").status_code == 303
    town.time_passes()
    assert far.offer() is not None


def test_nothing_is_wider_than_the_widest(town: Town) -> None:
    asked = refused_by(town, town.nurse("Maya"))
    assert "Élargir" not in words(town.coordinator.get(f"/requests/{asked}/search"))
    assert town.coordinator.post(f"/requests/{asked}/search/wider").status_code == 409


def test_other_professions_are_asked_where_the_pathway_says_so(town: Town) -> None:
    known = pathways()["home-care"]
    beside = Stage(kind="other", minutes=30, offer_minutes=30, offers=3, km=20, professions=("physiotherapist",))
    stages = (*known.search.stages, beside)
    pathways()["home-care"] = replace(known, search=replace(known.search, stages=stages))
    town.nurse("Maya")
    other = town.professional("Karl", Profession.PHYSIOTHERAPIST)
    asked = town.asks()
    town.time_passes(seconds=1)
    assert other.offer() is None
    page = words(town.coordinator.get(f"/requests/{asked}/search"))
    assert "Demander aux kinésithérapeutes" in page
    assert town.coordinator.post(f"/requests/{asked}/search/others").status_code == 303
    town.time_passes()
    assert other.offer() is not None


def test_another_moment_begins_the_search_again(town: Town) -> None:
    asked = refused_by(town, town.nurse("Maya"))
    zoe = town.nurse("Zoé")
    page = town.coordinator.get("/board")
    assert 'name="window" value="tomorrow-morning"' in page.text
    answer = town.coordinator.post(f"/requests/{asked}/search/moment", {"window": "tomorrow-morning"})
    assert answer.status_code == 303
    request = town.request(asked)
    assert request.state is State.SEARCHING
    assert clock.paris(request.window_start).hour == 7 and request.window_start > clock.now()
    town.time_passes()
    assert zoe.offer() is not None


def test_a_moment_that_is_over_is_refused_with_its_reason(town: Town) -> None:
    asked = refused_by(town, town.nurse("Maya"))
    answer = town.coordinator.post(f"/requests/{asked}/search/moment", {"window": "yesterday"})
    assert answer.status_code == 422
    assert "Choisissez un des moments proposés" in words(answer)


def test_why_each_was_asked_can_be_read(town: Town) -> None:
    maya = town.nurse("Maya", km=2)
    asked = town.asks()
    town.time_passes(seconds=1)
    offer = maya.offer()
    assert offer is not None
    said = words(town.coordinator.get(f"/requests/{asked}/search"))
    assert "Pourquoi ces personnes" in said
    assert plain(told(offer.rank_line)) in said
    assert "qui appeler" in words(town.coordinator.get(f"/requests/{asked}"))


def test_a_service_that_waits_a_long_time_is_seen_on_the_board(town: Town) -> None:
    """Late beginnings, overdue tasks and decisions that nobody takes."""
    maya = town.nurse("Maya")
    asked = town.asks()
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    assert "À surveiller" not in words(town.coordinator.get("/board"))
    with transaction():
        due = clock.now() + timedelta(hours=1)
        db.session.add(CareTask(request_id=asked, slug="call", label="Rappeler", owner="performer", due_at=due))
    town.time_passes(hours=2)
    said = words(town.coordinator.get("/board")).replace("\u00a0", " ")
    assert "À surveiller" in said and "À faire : Rappeler" in said and "depuis 1 h" in said
    assert "Les soins n'ont pas commencé" not in said
    town.time_passes(hours=47)
    assert "Les soins n'ont pas commencé" in words(town.coordinator.get("/board"))


def test_a_decision_that_waits_too_long_is_on_the_board(town: Town) -> None:
    asked = town.asks()
    decider = town.orientation_nurse.account_id
    with transaction():
        waits = {"state": State.DRAFT, "decider_id": decider, "next_move_at": None}
        db.session.execute(update(CareRequest).where(CareRequest.id == asked).values(**waits))
    assert "Attend une décision médicale" not in words(town.coordinator.get("/board"))
    clock.advance(DECISION_WAITS)
    said = words(town.coordinator.get("/board"))
    assert "Attend une décision médicale" in said and "Nadia Benali" in said


def test_the_list_of_an_accepted_request_is_over(town: Town) -> None:
    maya = town.nurse("Maya")
    asked = town.asks()
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    page = words(town.coordinator.get(f"/requests/{asked}/search"))
    assert "Liste à appeler" not in page and "Maya Dupré" in page
    assert db.session.query(Offer).count() == 1
