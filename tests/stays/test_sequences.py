"""Whatever is said of a person in whatever order: one running stay at most, and nothing suspended without one."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.models import Account
from app.care_requests.models import CareRequest
from app.care_requests.rules import OPEN, State
from app.core.db import db, new_id, transaction
from app.dispatch.models import Offer, OfferState
from app.stays import actions, queries
from app.stays.models import LifeEvent, Stay
from tests.factories.town import Town

VERBS = ("admit", "admit elsewhere", "transfer", "unknown", "home", "die", "undo", "ask", "accept", "hours", "exit")


class Life:
    """One person, and what is said of her."""

    def __init__(self, town: Town) -> None:
        self.town, self.patient = town, town.patient()
        self.wards = [town.emergency_id, town.hospital_id]
        self.nurse = town.nurse("Maya", phone=False)
        self.by = town.orientation_nurse.account_id

    def say(self, verb: str) -> None:
        match verb:
            case "ask":
                if not queries.has_died(self.patient):
                    self.town.asks(patient=self.patient)
            case "accept":
                if self.nurse.offer():
                    self.nurse.accepts()
            case "hours":
                self.town.time_passes(hours=3)
            case _:
                with transaction():
                    self._said(verb, db.session.get_one(Account, self.by))

    def _said(self, verb: str, by: Account) -> None:
        now, running = clock.now(), queries.running(self.patient)
        said: dict[str, Callable[[], object]] = {
            "admit": lambda: actions.admit(self.patient, self.wards[0], by=by, now=now),
            "admit elsewhere": lambda: actions.admit(self.patient, self.wards[1], by=by, now=now),
            "transfer": lambda: actions.admit(
                self.patient, self.wards[1], by=by, now=now, over=running.id if running else None
            ),
            "unknown": lambda: actions.admit(self.patient, None, by=by, now=now),
            "home": lambda: running and actions.come_home(running, by=by, now=now),
            "exit": lambda: running and actions.expect_exit(running, clock.paris(now).date(), "", by=by, now=now),
            "die": lambda: actions.say_died(self.patient, clock.paris(now).date(), by=by, now=now),
            "undo": lambda: actions.undo_death(self.patient, by=by, now=now),
        }
        said[verb]()

    def check(self) -> None:
        db.session.rollback()
        running = db.session.scalars(select(Stay.id).where(Stay.until.is_(None))).all()
        assert len(running) <= 1
        waiting = db.session.scalars(select(CareRequest).where(CareRequest.stay_id.is_not(None))).all()
        assert {each.stay_id for each in waiting} <= set(running)
        assert all(each.state in OPEN for each in waiting)
        if queries.has_died(self.patient):
            assert not running
            alive = CareRequest.patient_id == self.patient, CareRequest.state.in_(OPEN)
            assert db.session.scalar(select(func.count()).where(*alive)) == 0
        # Whoever is asked, is asked for a search that goes on.
        for offer in db.session.scalars(select(Offer).where(Offer.state == OfferState.OPEN)):
            assert offer.request.state is State.SEARCHING
            assert offer.request.stay_id is None


@given(st.lists(st.sampled_from(VERBS), min_size=3, max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_leaves_one_truth(town: Town, verbs: list[str]) -> None:
    """Each example is another person in the same town."""
    with transaction():
        for stay in db.session.scalars(select(Stay).where(Stay.until.is_(None))).all():
            actions.come_home(stay, by=db.session.get_one(Account, town.orientation_nurse.account_id), now=clock.now())
    life = Life(town)
    for verb in verbs:
        life.say(verb)
        life.check()


def test_the_database_holds_it_too(town: Town) -> None:
    patient, by = town.patient(), town.orientation_nurse.account_id

    def two(row: Callable[[], object]) -> None:
        with pytest.raises(IntegrityError), transaction():
            db.session.add_all([row(), row()])

    two(lambda: Stay(id=new_id(), patient_id=patient, since=clock.now(), said_by_id=by))
    died = {"kind": "died", "on": clock.now().date(), "said_by_id": by, "at": clock.now()}
    two(lambda: LifeEvent(id=new_id(), patient_id=patient, **died))
