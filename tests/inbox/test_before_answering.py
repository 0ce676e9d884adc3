"""Not yes, not no: a question first, or a colleague instead; and a yes among which the requester picks."""

import pytest

from app import clock
from app.core.db import db, transaction
from app.directory.models import Profession
from app.dispatch import actions as dispatch
from app.dispatch import answers
from app.dispatch.models import Offer, OfferState
from app.dispatch.queries import inquiries_about
from tests.factories.town import Nurse, Town
from tests.inbox.plans import shares_a_practice
from tests.inbox.screen import Screen
from tests.inbox.test_answers import asked, url
from tests.inbox.test_cards import read


class TestAQuestion:
    def test_stops_the_clock_and_its_answer_is_read_on_the_offer(self, town: Town, nurse: Nurse) -> None:
        asked(town, nurse)
        answer = nurse.post(f"{url(nurse)}/question", {"question": " Y a-t-il un ascenseur ? "}, htmx=True)
        assert answer.status_code == 200
        assert "Votre question est posée, le temps est suspendu" in read(nurse)
        opened = read(nurse, url(nurse))
        assert "Y a-t-il un ascenseur ?" in opened
        assert "Poser une question" not in opened, "one at a time"
        town.time_passes(hours=2)
        assert nurse.offer().state is OfferState.OPEN
        with transaction():
            (inquiry,) = inquiries_about(nurse.offer())
            assert answers.reply(inquiry, "Oui, jusqu'au 4e.", by=town.orientation_nurse.account, now=clock.now())
        opened, listed = read(nurse, url(nurse)), Screen(nurse.get("/inbox"))
        assert "Oui, jusqu'au 4e." in opened
        assert "Poser une question" in opened
        assert "Réponse à votre question" in listed.text
        assert "jusqu'au 4e" not in listed.html, "what people write is not kept on a phone"

    def test_twice_is_once_and_another_must_wait(self, town: Town, nurse: Nurse) -> None:
        asked(town, nurse)
        said = {"question": "Quel étage ?"}
        assert nurse.post(f"{url(nurse)}/question", said).location == url(nurse)
        assert nurse.post(f"{url(nurse)}/question", said).status_code == 303
        assert nurse.post(f"{url(nurse)}/question", {"question": "Un chien ?"}).status_code == 409
        assert len(inquiries_about(nurse.offer())) == 1

    @pytest.mark.parametrize(("typed", "words"), [("", "Écrivez votre question."), ("x" * 201, "Une ligne suffit")])
    def test_must_be_one_line(self, town: Town, nurse: Nurse, typed: str, words: str) -> None:
        asked(town, nurse)
        answer = nurse.post(f"{url(nurse)}/question", {"question": typed}, htmx=True)
        screen = Screen(answer)
        assert answer.status_code == 422
        assert words in screen.text
        assert screen.values["question"] == typed
        assert "question-error" in screen.ids
        assert inquiries_about(nurse.offer()) == []

    def test_she_may_accept_without_waiting(self, town: Town, nurse: Nurse) -> None:
        asked(town, nurse)
        nurse.post(f"{url(nurse)}/question", {"question": "Quel étage ?"})
        assert nurse.accepts() == 200

    def test_it_is_too_late_to_ask_about_what_is_taken(self, town: Town, nurse: Nurse) -> None:
        hugo = town.nurse("Hugo", km=2)
        asked(town, nurse, hugo)
        hugo.accepts()
        assert nurse.post(f"{url(nurse)}/question", {"question": "Quel étage ?"}).status_code == 409


class TestAColleague:
    def test_gets_it_with_one_tap(self, town: Town, nurse: Nurse) -> None:
        hugo = town.nurse("Hugo", km=60)
        shares_a_practice(nurse, hugo)
        asked(town, nurse)
        assert "Passer à une ou un collègue" in read(nurse, url(nurse))
        answer = nurse.post(f"{url(nurse)}/relay", {"colleague": hugo.role_id}, htmx=True)
        assert "La demande passe à cette personne" in Screen(answer).text
        assert "Pourquoi" not in Screen(answer).text
        assert nurse.post(f"{url(nurse)}/relay", {"colleague": hugo.role_id}).status_code == 303, "a second tap"
        assert hugo.offer().state is OfferState.OPEN
        assert hugo.accepts() == 200

    def test_is_one_of_hers(self, town: Town, nurse: Nurse) -> None:
        elsewhere = town.nurse("Inès", km=60)
        asked(town, nurse)
        assert "Passer à une ou un collègue" not in read(nurse, url(nurse))
        assert nurse.post(f"{url(nurse)}/relay", {"colleague": elsewhere.role_id}).status_code == 409
        assert (elsewhere.offer(), nurse.offer().state) == (None, OfferState.OPEN)


class TestAProposal:
    @pytest.fixture
    def wards(self, town: Town) -> list[Nurse]:
        wards: list[Nurse] = [town.service(f"Médecine {n}", Profession.WARD) for n in range(2)]
        town.asks("bed-request", reason="medicine", window="at-once", answers={"duration": "night"})
        town.time_passes(seconds=1)
        return wards

    def test_waits_for_the_requester(self, town: Town, wards: list[Nurse]) -> None:
        ward = wards[0]
        answer = ward.post(f"{url(ward)}/acceptance", htmx=True)
        assert answer.status_code == 200
        assert Screen(answer).states == ["proposed"]
        page = read(ward, url(ward))
        assert "La personne qui demande choisit" in page
        assert "MARCHAND" not in page
        assert "1 proposition transmise" in read(ward)
        assert "La personne qui demande choisit" in read(ward, "/visits")

    def test_can_be_taken_back(self, town: Town, wards: list[Nurse]) -> None:
        ward = wards[0]
        ward.accepts()
        assert ward.post(f"{url(ward)}/refusal", htmx=True).status_code == 200
        assert ward.offer().state is OfferState.REFUSED
        assert "proposition" not in read(ward)

    def test_that_is_chosen_is_followed_in_the_words_of_its_pathway(self, town: Town, wards: list[Nurse]) -> None:
        for ward in wards:
            ward.accepts()
        picked, other = wards
        with transaction():
            chosen = db.session.get_one(Offer, picked.offer().id)
            assert dispatch.choose(chosen, by=town.orientation_nurse.account, now=clock.now())
        assert "Monique MARCHAND" in read(picked, url(picked))
        picked.post(f"{url(picked)}/appointment", {"slot": "now", "mode": "practice"})
        page = read(picked, url(picked))
        assert "Sur place" in page
        assert "Le patient est parti" in page
        assert "Les soins commencent" not in page
        picked.post(f"{url(picked)}/start")
        assert "Le patient est arrivé" in read(picked, url(picked))
        assert Screen(picked.post(f"{url(picked)}/end", htmx=True)).states == ["done"]
        assert "MARCHAND" not in read(other, url(other))
