"""A copy of an old tap hears what stands, and changes nothing: every verb, after each later state, in every tongue.

A phone sends again what it does not know to have arrived, and so does a person who goes back and reloads. On both
engines.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from app import clock
from app.appointments.queries import of_request
from app.care_requests.models import CareRequest
from app.core.db import db, transaction
from app.directory.models import Profession
from app.dispatch import actions as dispatch
from app.dispatch import answers
from app.dispatch.queries import inquiries_about
from app.push.request import answer_token
from tests.factories.town import Nurse, Town, role_of
from tests.inbox.plans import asked_for_ten_days, shares_a_practice
from tests.inbox.screen import Screen
from tests.inbox.test_answers import TestFromTheNotice as Notices
from tests.inbox.test_answers import asked, url

KEY, OTHER_KEY = "key-of-the-tap", "key-of-a-later-tap"


@dataclass
class Asked:
    """Claire, who was asked, and Hugo, who shares her practice."""

    town: Town
    nurse: Nurse
    hugo: Nurse

    @property
    def request_id(self) -> UUID:
        return self.nurse.offer().request_id

    def tap(self, what: str, key: str = KEY, **said: object) -> TestResponse:
        """As the outbox of a phone sends it, and without a word about its age: only the key tells that it is old."""
        headers = {"Accept": "application/json", "Idempotency-Key": key}
        with self.town.app.app_context():
            return self.nurse.client.post(f"{url(self.nurse)}/{what}", data=said, headers=headers)

    def press(self, what: str, key: str = KEY, **said: object) -> TestResponse:
        """As a form sends it."""
        return self.nurse.post(f"{url(self.nurse)}/{what}", {"key": key, **said}, htmx=True)

    def stands(self) -> tuple[object, ...]:
        """Everything that a tap could change."""
        request = self.town.request(self.request_id)
        visit = of_request(request.id)
        return (
            self.nurse.offer().state,
            request.state,
            request.performer_id,
            len(request.steps),
            (visit.sequence, visit.starts_at, visit.mode) if visit else None,
            self.hugo.offer() and self.hugo.offer().state,
        )

    def moves(self, verb: Callable[..., object], **more: object) -> None:
        with transaction():
            request = db.session.get_one(CareRequest, self.request_id)
            assert verb(request, by=self.town.coordinator.account, now=clock.now(), **more)

    def chooses(self, nurse: Nurse) -> None:
        url = f"/requests/{self.request_id}/proposals/{nurse.offer().id}"
        assert self.town.orientation_nurse.post(url).status_code == 303


@pytest.fixture
def house(town: Town, nurse: Nurse) -> Asked:
    hugo = town.nurse("Hugo", km=60)
    shares_a_practice(nurse, hugo)
    return Asked(town, nurse, hugo)


def gives_back(house: Asked) -> None:
    assert house.press("withdrawal", "key-of-the-withdrawal").status_code == 200


def is_taken_back(house: Asked) -> None:
    house.moves(dispatch.reassign, reason="")


def is_cancelled(house: Asked) -> None:
    house.moves(dispatch.cancel)


def goes_on(house: Asked) -> None:
    house.press("start", OTHER_KEY)
    house.press("end", OTHER_KEY)


def accepts(house: Asked) -> None:
    assert house.press("acceptance", OTHER_KEY).status_code == 200


def refuses(house: Asked) -> None:
    assert house.press("refusal", OTHER_KEY).status_code == 200


def is_assigned(house: Asked) -> None:
    """She says yes after all, by telephone."""
    house.moves(dispatch.assign, role=role_of(house.nurse))


def hugo_takes_it(house: Asked) -> None:
    house.moves(dispatch.assign, role=role_of(house.hugo))


def nothing(house: Asked) -> None:
    """The copy comes at once."""


TABLE: list[tuple[str, Callable[[Asked], None], int, str, str]] = [
    # said first · what happened since · the answer to the copy: its status, its state, its words
    ("acceptance", nothing, 200, "won", "vous l'avez acceptée"),
    ("acceptance", goes_on, 200, "won", "vous l'avez acceptée"),
    ("acceptance", gives_back, 409, "withdrawn", "votre désistement est noté"),
    ("acceptance", is_taken_back, 409, "withdrawn", "elle n'est plus à votre nom"),
    ("acceptance", is_cancelled, 409, "withdrawn", "la demande a été annulée"),
    ("refusal", nothing, 200, "refused", "refus enregistré"),
    ("refusal", is_cancelled, 200, "refused", "refus enregistré"),
    ("refusal", hugo_takes_it, 200, "refused", "refus enregistré"),
    ("refusal", accepts, 409, "won", "vous l'avez acceptée depuis"),
    ("refusal", is_assigned, 409, "won", "vous l'avez acceptée depuis"),
]


@pytest.mark.parametrize(("said", "since", "status", "state", "words"), TABLE)
def test_a_copy_hears_what_stands(
    house: Asked, said: str, since: Callable[[Asked], None], status: int, state: str, words: str
) -> None:
    asked(house.town, house.nurse)
    assert house.tap(said).status_code == 200
    house.town.time_passes(minutes=1)
    since(house)
    house.town.time_passes(minutes=1)
    before = house.stands()
    copy = house.tap(said)
    assert copy.json is not None
    assert (copy.status_code, copy.json["state"]) == (status, state)
    assert words in copy.json["words"]
    assert copy.json["fate"].lower() in copy.json["words"].lower()
    page = house.press(said)
    assert page.status_code == status
    assert ("MARCHAND" in page.text) is (state == "won"), "and it shows nobody to whom they are nothing any more"
    assert house.stands() == before


@pytest.mark.parametrize("first", ["acceptance", "refusal"])
def test_a_key_belongs_to_one_verb(house: Asked, first: str) -> None:
    """The same key for a refusal, then for an acceptance: what stands is the refusal, and no visit is made of it."""
    asked(house.town, house.nurse)
    assert house.tap(first).status_code == 200
    house.town.time_passes(minutes=1)
    before = house.stands()
    for what in {"acceptance", "refusal", "relay", "withdrawal"} - {first}:
        answer = house.press(what, colleague=house.hugo.role_id)
        assert answer.status_code == 409, what
        assert house.stands() == before, what
    assert (of_request(house.request_id) is None) is (first == "refusal")


def test_a_part_is_not_the_whole(house: Asked) -> None:
    """Neither by the key of the other, nor by a second tap on another button: she reads what she has."""
    asked_for_ten_days(house.town)
    assert house.tap("acceptance", said="mornings").status_code == 200
    before = house.stands()
    assert house.tap("acceptance", said="mornings").status_code == 200
    for key in (KEY, OTHER_KEY):
        whole = house.tap("acceptance", key)
        assert whole.json is not None
        assert (whole.status_code, whole.json["state"]) == (409, "won")
    assert house.stands() == before


class TestAProposal:
    @pytest.fixture
    def wards(self, town: Town) -> Asked:
        wards = [town.service(f"Médecine {n}", Profession.WARD) for n in range(2)]
        town.asks("bed-request", reason="medicine", window="at-once", answers={"duration": "night"})
        town.time_passes(seconds=1)
        return Asked(town, *wards)

    @pytest.mark.parametrize(
        ("since", "status", "state", "words"),
        [
            (nothing, 200, "proposed", "proposition transmise"),
            (refuses, 409, "refused", "vous l'avez refusée depuis"),
            (is_cancelled, 409, "withdrawn", "la demande a été annulée"),
            (lambda house: house.chooses(house.nurse), 200, "won", "vous l'avez acceptée"),
            (lambda house: (house.hugo.accepts(), house.chooses(house.hugo)), 409, "lost", "déjà prise"),
        ],
    )
    def test_is_not_made_again(
        self, wards: Asked, since: Callable[[Asked], None], status: int, state: str, words: str
    ) -> None:
        assert wards.tap("acceptance").status_code == 200
        wards.town.time_passes(minutes=1)
        since(wards)
        wards.town.time_passes(minutes=1)
        before = wards.stands()
        copy = wards.tap("acceptance")
        assert copy.json is not None
        assert (copy.status_code, copy.json["state"]) == (status, state)
        assert words in copy.json["words"]
        assert wards.stands() == before

    def test_an_old_refusal_does_not_take_it_back(self, wards: Asked) -> None:
        assert wards.tap("refusal").status_code == 200
        wards.town.time_passes(minutes=1)
        accepts(wards)
        wards.town.time_passes(minutes=1)
        before = wards.stands()
        for key, age in ((KEY, 0), ("never heard", 90)):  # by its key, or by when the finger touched
            copy = wards.tap("refusal", key, age=age)
            assert copy.json is not None
            assert (copy.status_code, copy.json["answer"], copy.json["state"]) == (409, "outdated", "proposed")
            assert "vous l'avez acceptée depuis" in copy.json["words"]
        assert wards.stands() == before


def test_a_withdrawal_again_gives_nothing_back_that_came_since(house: Asked) -> None:
    asked(house.town, house.nurse)
    accepts(house)
    assert house.press("withdrawal").status_code == 200
    assert house.press("withdrawal").status_code == 200, "a second tap"
    is_assigned(house)
    before = house.stands()
    assert house.press("withdrawal").status_code == 409
    assert house.stands() == before


@pytest.mark.parametrize("since", [is_cancelled, is_taken_back])
def test_nobody_withdraws_from_what_others_ended(house: Asked, since: Callable[[Asked], None]) -> None:
    """She taps on a page that was open: she reads what happened, and not that her withdrawal is noted."""
    asked(house.town, house.nurse)
    accepts(house)
    since(house)
    before = house.stands()
    answer = house.press("withdrawal")
    assert answer.status_code == 409
    assert "Désistement noté" not in Screen(answer).text
    assert "Ne vous déplacez pas" in Screen(answer).text
    assert house.stands() == before


def test_a_relay_again_rings_nobody(house: Asked) -> None:
    asked(house.town, house.nurse)
    said = {"colleague": house.hugo.role_id}
    assert house.press("relay", **said).status_code == 200
    assert house.press("relay", **said).status_code == 200, "a second tap"
    house.town.time_passes(minutes=1)
    accepts(house)
    before = house.stands()
    assert house.press("relay", **said).status_code == 409
    assert house.stands() == before


def test_what_is_past_is_not_handed_on(house: Asked) -> None:
    """Her time was over, and the worker had not said so yet: the colleague's phone stays silent."""
    asked(house.town, house.nurse)
    clock.advance(timedelta(hours=3))
    assert house.press("relay", colleague=house.hugo.role_id).status_code == 409
    assert house.hugo.offer() is None
    assert house.nurse.offer().state == "open"


def test_what_waits_for_a_reply_is_handed_on_with_the_time_that_was_left(house: Asked) -> None:
    asked(house.town, house.nurse)
    left = house.nurse.offer().expires_at - clock.now()
    house.press("question", question="Quel étage ?")
    house.town.time_passes(hours=3)
    assert house.press("relay", key=OTHER_KEY, colleague=house.hugo.role_id).status_code == 200
    assert house.hugo.offer().expires_at == clock.now() + left


def test_a_question_again_is_not_asked_again(house: Asked) -> None:
    asked(house.town, house.nurse)
    said = {"question": "Quel étage ?"}
    house.press("question", **said)
    with transaction():
        (inquiry,) = inquiries_about(house.nurse.offer())
        answers.reply(inquiry, "Le 4e.", by=house.town.orientation_nurse.account, now=clock.now())
    before = house.stands()
    assert house.press("question", **said).status_code == 200
    assert house.stands() == before
    assert len(inquiries_about(house.nurse.offer())) == 1


class TestTheVisit:
    @pytest.fixture
    def visit(self, house: Asked) -> Asked:
        asked(house.town, house.nurse)
        accepts(house)
        return house

    def slot(self, hours: int, sequence: int, mode: str = "home") -> dict[str, object]:
        at = clock.now().replace(minute=0) + timedelta(hours=hours)
        return {"slot": at.isoformat(), "mode": mode, "sequence": sequence}

    def test_of_two_taps_on_two_times_the_first_counts(self, visit: Asked) -> None:
        assert visit.press("appointment", **self.slot(1, 0)).status_code == 200
        before = visit.stands()
        second = visit.press("appointment", **self.slot(2, 0, "practice"))
        assert second.status_code == 409
        assert Screen(second).states == ["scheduled"]
        assert visit.stands() == before

    def test_an_old_time_does_not_come_back(self, visit: Asked) -> None:
        """Eleven, then noon; the copy of the first tap does not tell the patient eleven again."""
        for hours, sequence in ((1, 0), (2, 1)):
            assert visit.press("appointment", **self.slot(hours, sequence)).status_code == 200
        before = visit.stands()
        assert visit.press("appointment", **self.slot(2, 1)).status_code == 200, "a second tap"
        assert visit.press("appointment", **self.slot(1, 0)).status_code == 409
        assert visit.stands() == before

    @pytest.mark.parametrize("since", [gives_back, is_taken_back, is_cancelled])
    @pytest.mark.parametrize("what", ["appointment", "checklist", "start", "end"])
    def test_nothing_is_said_of_what_is_not_hers_any_more(
        self, visit: Asked, what: str, since: Callable[[Asked], None]
    ) -> None:
        since(visit)
        before = visit.stands()
        answer = visit.press(what, **self.slot(1, 0), item="0")
        if what == "checklist":  # A return home has none.
            assert answer.status_code == 422
        else:
            assert answer.status_code == 409
        assert Screen(answer).states == ["withdrawn"]
        assert "MARCHAND" not in answer.text
        assert visit.stands() == before

    @pytest.mark.parametrize("what", ["appointment", "start", "withdrawal"])
    def test_nor_of_what_is_over(self, visit: Asked, what: str) -> None:
        goes_on(visit)
        before = visit.stands()
        assert visit.press(what, **self.slot(1, 0)).status_code == 409
        assert visit.press("end").status_code == 200, "a second tap"
        assert visit.stands() == before


@pytest.mark.parametrize(
    ("since", "fate"), [(gives_back, "Votre désistement"), (is_cancelled, "La demande a été annulée")]
)
def test_the_notice_says_the_same(house: Asked, since: Callable[[Asked], None], fate: str) -> None:
    message_id = Notices().message(house.nurse)
    said = {"answer": "accept", "token": answer_token(message_id, "accept"), "key": KEY}
    taps = house.town.app.test_client()
    assert taps.post(f"/offers/notice-answers/{message_id}", json=said).status_code == 200
    house.town.time_passes(minutes=1)
    since(house)
    before = house.stands()
    copy = taps.post(f"/offers/notice-answers/{message_id}", json=said)
    assert copy.status_code == 409
    assert copy.json is not None
    assert copy.json["fate"].startswith(fate)
    assert house.stands() == before
