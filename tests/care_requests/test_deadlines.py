"""A search that begins again after its deadline has time to ask somebody, whatever began it; on both engines."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from app import clock
from app.care_requests import actions as care_requests
from app.care_requests import opening
from app.care_requests.models import CareRequest
from app.care_requests.rules import SEARCHES, TAKEN, TRANSITIONS, State, Verb
from app.core.db import db, transaction
from app.directory.models import PractitionerRole, Profession
from app.dispatch import actions as dispatch
from app.dispatch.models import Offer, OfferState
from app.pathways.library import load_catalog, pathways
from tests.conftest import A_TUESDAY
from tests.factories.town import Nurse, Town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("hours", "until", "ends", "expected"),
    [
        (96, None, 30 * DAY, 96 * HOUR),
        (96, -DAY, 30 * DAY, 96 * HOUR),  # it had passed
        (96, 100 * HOUR, 30 * DAY, 100 * HOUR),  # there was more time than that
        (96, None, 50 * HOUR, 50 * HOUR),
        (96, 100 * HOUR, 50 * HOUR, 50 * HOUR),  # the care is not wanted any more
        (96, None, -DAY, -DAY),
        (0, -DAY, 2 * DAY, 2 * DAY),
    ],
)
def test_a_search_ends_after_its_hours_and_never_past_the_window(
    hours: int, until: timedelta | None, ends: timedelta, expected: timedelta
) -> None:
    now, search = A_TUESDAY, replace(load_catalog()["home-care"].search, answer_hours=hours)
    assert search.answer_by(now + ends, now, until=None if until is None else now + until) == now + expected


def stands(town: Town, nurse: Nurse, state: State) -> UUID:
    """A request in this state, whose care is still wanted and whose deadline has passed."""
    request_id = town.asks()
    values: dict[str, object] = {"state": state, "next_move_at": None, "answer_by": clock.now() - HOUR}
    people = {State.DRAFT: "decider_id", State.UNANSWERED: "coordinator_id"}
    if state in people:
        values[people[state]] = town.coordinator.account_id
    if state in TAKEN:
        values["performer_id"] = nurse.role_id
    if state is State.SEARCHING:
        values["next_move_at"] = clock.now() + DAY
    with transaction():
        db.session.execute(update(CareRequest).where(CareRequest.id == request_id).values(**values))
        if state in TAKEN:
            dispatch._offer_to(care_requests.lock(request_id), _role(nurse), clock.now()).state = OfferState.WON
    return request_id


def _role(nurse: Nurse) -> PractitionerRole:
    return db.session.get_one(PractitionerRole, nurse.role_id)


def say(town: Town, verb: Verb, request_id: UUID, nurse: Nurse) -> bool:
    """This verb, as the room that people reach says it."""
    now, by = clock.now(), town.coordinator.account
    with transaction():
        request = care_requests.lock(request_id)
        match verb:
            case Verb.APPROVE | Verb.DECLINE:
                return dispatch.decide(request, verb is Verb.APPROVE, by=by, now=now)
            case Verb.RELAUNCH:
                return dispatch.relaunch(request, by=by, now=now, until=now + DAY)
            case Verb.WITHDRAW:
                return dispatch.withdraw(request, by=by, now=now, reason="")
            case Verb.CANCEL:
                return dispatch.cancel(request, by=by, now=now)
            case _:
                return care_requests.move(request, verb, by=by, now=now, performer=_role(nurse))


@pytest.mark.parametrize("state", State)
def test_every_verb_in_every_state_after_the_deadline(town: Town, state: State) -> None:
    """Said when the table allows it, refused otherwise; and where it begins a search, somebody new is asked."""
    nurse, hugo = town.nurse("Claire", phone=False), town.nurse("Hugo", km=2, phone=False)
    for verb in Verb:
        target = TRANSITIONS.get((state, verb))
        request_id = stands(town, nurse, state)
        assert say(town, verb, request_id, nurse) is (target is not None), verb
        assert town.request(request_id).state is (target or state), verb
        if target is State.SEARCHING:
            town.time_passes()
            assert town.request(request_id).state is State.SEARCHING, f"{verb} asked nobody"
            asked = select(Offer.recipient_id).where(Offer.request_id == request_id, Offer.state == OfferState.OPEN)
            assert hugo.practitioner_id in db.session.scalars(asked).all(), verb


def test_the_table_names_every_verb_that_begins_a_search() -> None:
    assert {Verb.APPROVE, Verb.RELAUNCH, Verb.WITHDRAW} == SEARCHES


class TestAMaternityGivenBack:
    """Answered within four days, wanted within a month: taken on the second day, given back on the fifth."""

    @pytest.fixture
    def given_back(self, town: Town) -> tuple[UUID, Nurse]:
        known = pathways()["maternity-registration"]
        near = next(stage for stage in pathways()["home-care"].search.stages if stage.kind == "near")
        stages = (*known.search.stages, near)  # As shipped, only the one that was chosen is asked.
        pathways()["maternity-registration"] = replace(known, search=replace(known.search, stages=stages))
        first = town.service("Les Coquelicots", Profession.MATERNITY)
        second = town.service("Les Bleuets", Profession.MATERNITY)
        request_id = town.asks("maternity-registration", chosen_role_id=first.role_id, window="month")
        town.time_passes(days=1)
        assert first.accepts() == 200
        town.time_passes(days=4)
        return request_id, second

    def searching_until(self, town: Town, request_id: UUID, other: Nurse) -> datetime:
        town.time_passes()
        request = town.request(request_id)
        assert request.state is State.SEARCHING
        offer = other.offer()
        assert offer is not None
        assert offer.state is OfferState.OPEN
        return request.answer_by

    def test_by_herself(self, town: Town, given_back: tuple[UUID, Nurse]) -> None:
        request_id, other = given_back
        with transaction():
            request = care_requests.lock(request_id)
            assert dispatch.withdraw(request, by=town.coordinator.account, now=clock.now(), reason="")
        assert self.searching_until(town, request_id, other) == clock.now() + 96 * HOUR

    def test_by_the_one_who_asked(self, town: Town, given_back: tuple[UUID, Nurse]) -> None:
        request_id, other = given_back
        said = {"reassignment": "silent"}
        assert town.orientation_nurse.post(f"/requests/{request_id}/reassignment", said).status_code == 303
        assert self.searching_until(town, request_id, other) == clock.now() + 96 * HOUR

    def test_but_not_once_the_care_is_not_wanted_any_more(self, town: Town, given_back: tuple[UUID, Nurse]) -> None:
        request_id, _ = given_back
        town.time_passes(days=40)
        with transaction():
            request = care_requests.lock(request_id)
            assert dispatch.withdraw(request, by=town.coordinator.account, now=clock.now(), reason="")
        town.time_passes()
        assert town.request(request_id).state is State.UNANSWERED


def test_the_rest_of_a_plan_that_is_taken_late_is_offered_to_others(town: Town) -> None:
    """Nobody answered; a late yes takes the mornings: the evenings are looked for, and not given up at once."""
    request_id = town.asks()
    with transaction():
        request = care_requests.lock(request_id)
        request.answer_by = clock.now() - HOUR
        left = opening.split(request, [], None, by=town.coordinator.account, now=clock.now())
        assert left.answer_by == request.window_end
