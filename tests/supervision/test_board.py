"""The board: what nobody took is in somebody's hands."""

from uuid import UUID

from app.care_requests.models import State
from tests.desk.screen import state, words
from tests.factories.town import Town


def forgotten(town: Town) -> UUID:
    """A request for which nobody could be asked."""
    asked = town.asks()
    town.time_passes()
    assert town.request(asked).state is State.UNANSWERED
    return asked


def test_the_coordinator_sees_what_nobody_took_first_and_what_is_searched_for(town: Town) -> None:
    unanswered = forgotten(town)
    town.nurse("Claire", phone=False)
    searching = town.asks("home-care", patient=town.patient("Odile"))
    town.time_passes()
    page = town.coordinator.get("/board")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert page.text.index(str(unanswered)) < page.text.index(str(searching))
    assert "1 demande attend votre décision" in words(page)
    assert "1 recherche en cours" in words(page)
    assert "Rechercher à nouveau" in words(page)
    assert "à pourvoir" in words(page)
    fragment = town.coordinator.get("/board", htmx=True)
    assert "<html" not in fragment.text
    assert f"board-{town.cpts_id} from:#live" in fragment.text


def test_the_wall_says_where_it_stands_and_names_nobody(town: Town) -> None:
    forgotten(town)
    town.nurse("Claire", phone=False)
    town.asks("home-care", patient=town.patient("Odile"))
    town.time_passes()
    wall = town.coordinator.get("/board?wall")
    assert "1 sans réponse" in words(wall)
    assert wall.text.index("Sans réponse") < wall.text.index('class="baton"')
    assert "Odile" not in wall.text
    assert "O. " not in words(wall)
    assert "<form" not in wall.text.partition("<main")[2]
    part = town.coordinator.get("/board?wall=", htmx=True)
    assert "<html" not in part.text
    assert 'hx-get="/board?wall="' in part.text


def test_an_empty_board_is_calm(town: Town) -> None:
    assert "Tout est calme" in words(town.coordinator.get("/board"))


def test_relaunching_searches_again_once(town: Town) -> None:
    asked = forgotten(town)
    town.nurse("Claire", phone=False)
    assert town.coordinator.post(f"/requests/{asked}/relaunch").status_code == 303
    town.time_passes()
    assert town.request(asked).state is State.SEARCHING
    again = town.coordinator.post(f"/requests/{asked}/relaunch")
    assert again.status_code == 409
    assert "Cette demande a déjà bougé" in words(again)


def test_the_coordinator_reads_the_request_but_does_not_act_for_the_patient(town: Town) -> None:
    asked = forgotten(town)
    page = town.coordinator.get(f"/requests/{asked}")
    assert state(page) == "unanswered"
    assert "Rechercher à nouveau" in words(page)
    assert "Annuler la demande" not in words(page)
    assert town.coordinator.post(f"/requests/{asked}/cancellation").status_code == 403
    town.coordinator.post(f"/requests/{asked}/relaunch")
    nurse = town.nurse("Claire", phone=False)
    town.time_passes()
    assert nurse.accepts() == 200
    assert "La carte du patient" not in words(town.coordinator.get(f"/requests/{asked}"))


def test_someone_of_another_establishment_neither_sees_nor_relaunches(town: Town) -> None:
    asked, stranger = forgotten(town), town.requester()
    assert stranger.get(f"/requests/{asked}").status_code == 404
    assert stranger.get("/board").status_code == 403
    assert stranger.post(f"/requests/{asked}/relaunch").status_code == 403


def test_the_requester_does_not_relaunch(town: Town) -> None:
    asked = forgotten(town)
    page = town.orientation_nurse.get(f"/requests/{asked}")
    assert "Rechercher à nouveau" not in words(page)
    assert "Hélène Garnier" in words(page)
