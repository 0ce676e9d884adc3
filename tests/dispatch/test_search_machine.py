"""Whatever pathways say, and people, clocks and crashes do: the promises of a search, kept by the real verbs."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, event, func, select

from app import clock, create_app
from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, CareTask, InformationCopy, Step
from app.care_requests.queries import shared_with
from app.care_requests.rules import CONDITIONS, planned
from app.core.db import db, transaction
from app.directory import actions as directory
from app.directory.models import PractitionerRole, Profession
from app.dispatch import actions as dispatch
from app.dispatch import answers, offers, search
from app.dispatch.models import Inquiry, Offer, OfferState, Wave
from app.passages import actions as passages
from app.passages import planning
from app.passages.actions import stays
from app.passages.models import Passage
from app.passages.planning import Replanned
from app.passages.rules import PassageState
from app.pathways.library import pathways
from app.relays import actions as relays
from tests.conftest import close_engines, settings_for
from tests.dispatch.promises import SEARCHING, People, Promises
from tests.factories.pathways import REASONS, pathway, searches
from tests.factories.town import Nurse, Town, role_of

REQUESTS = 2
NURSES_KM, PHYSIOTHERAPISTS_KM, MATERNITIES = (0.5, 1, 3, 7, 9, 15), (2, 6), ("91228", "91174")
EVERYBODY = len(NURSES_KM) + len(PHYSIOTHERAPISTS_KM) + len(MATERNITIES)
STANDS_IN, USUAL, COLLEAGUES = 1, 3, (2, 4)
"""Of the nurses: who stands in for the patient's usual one, that one, and those of her practice."""

SAYABLE_NOW = [PassageState.DONE, PassageState.DONE, PassageState.ABSENT]

people, requests = st.integers(0, EVERYBODY - 1), st.integers(0, REQUESTS - 1)
asked = st.fixed_dictionaries(
    {
        "search": searches(),
        "reason": st.sampled_from(REASONS),
        "known": st.sampled_from([True, True, False]),
        "plan": st.booleans(),
        "chosen": st.sampled_from([EVERYBODY - 2, EVERYBODY - 1, None]),
        "window": st.sampled_from(["tomorrow", "two-days"]),
        "by": st.sampled_from([None, None, None, 1, USUAL, EVERYBODY - 1]),
    }
)
"""`known`: the patient has a usual nurse; `plan`: ten visits that can be shared; `by`: one of these people asks."""


class Killed(BaseException):
    """The process ends here: nothing after it runs, not even what catches errors."""


class Spoiled(Exception):
    """A bug that one request meets."""


class Machine(RuleBasedStateMachine):
    """A small town, two requests at most, each in a pathway of its own, and a worker that may die. The town stays; what
    happened in it is wiped."""

    town: Town
    people: list[Nurse]
    patients: list[UUID]
    facts: People
    patch: pytest.MonkeyPatch
    began: datetime

    def __init__(self) -> None:
        super().__init__()
        clock.stop_at(self.began)
        with transaction():
            # The audit trail cannot be wiped.
            for table in (Passage, Inquiry, Offer, Wave, Step, CareTask, InformationCopy, CareRequest):
                db.session.execute(delete(table))
            for role in db.session.scalars(select(PractitionerRole)):
                directory.accept_requests(role, True)
                directory.replace(role, None, None)
        self.requests: list[UUID] = []
        self.promises = Promises(self.facts, away_until=self.began)

    # What happens

    @initialize(need=asked)
    def begins(self, need: dict[str, Any]) -> None:
        self._asks(**need)
        self._works()

    @precondition(lambda self: len(self.requests) < REQUESTS)
    @rule(need=asked)
    def asks(self, need: dict[str, Any]) -> None:
        self._asks(**need)

    def _asks(
        self,
        search: dict[str, Any],
        reason: str,
        known: bool,
        plan: bool,
        chosen: int | None,
        window: str,
        by: int | None,
    ) -> None:
        pathways()["drawn"] = pathway(search)
        first = clock.paris(clock.now()).date()
        request_id = self.town.asks(
            "drawn",
            patient=self.patients[known],
            by=None if by is None else self.people[by],
            reason=reason,
            window=window,
            visits=planned(first, first + timedelta(days=4), ["morning", "evening"]) if plan else (),
            chosen_role_id=None if chosen is None else self.people[chosen].role_id,
        )
        self.requests.append(request_id)
        if by is not None:
            self.promises.asks[self.town.request(request_id).episode_id] = self.people[by].role_id

    @rule(minutes=st.sampled_from([1, 10, 21, 60, 600]))
    def time_passes(self, minutes: int) -> None:
        clock.advance(timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([0, 0, 5, 21, 31, 60, 240]))
    def time_passes_and_the_worker_works(self, minutes: int) -> None:
        clock.advance(timedelta(minutes=minutes))
        self._works()

    def _works(self) -> None:
        db.session.rollback()
        due = db.session.scalars(select(CareRequest.id).where(SEARCHING, CareRequest.next_move_at <= clock.now())).all()
        while search.advance_due(clock.now()):
            pass
        for request_id in due:
            self.promises.nobody_is_forgotten(request_id)

    @rule(who=people, said=st.sampled_from(["", "", *(each.slug for each in CONDITIONS), "nonsense"]))
    def accepts(self, who: int, said: str) -> None:
        self._answers(who, lambda offer, by: answers.accept(offer, by=by, now=clock.now(), said=said))

    @rule(who=people, reason=st.sampled_from([None, "far"]))
    def refuses(self, who: int, reason: str | None) -> None:
        self._answers(who, lambda offer, by: answers.refuse(offer, reason, by=by, now=clock.now()))

    @rule(who=people, other=people)
    def one_refuses_and_all_begins_again(self, who: int, other: int) -> None:
        """A new round, in which silence may be asked again and a no may not."""
        self.refuses(who, "far")
        self.promises.hold()
        self._works()
        self.promises.hold()
        self._begins_again(other)

    @rule(who=people | st.integers(EVERYBODY - len(MATERNITIES), EVERYBODY - 1), other=people)
    def one_switches_off_and_all_begins_again(self, who: int, other: int) -> None:
        if self.people[who].role_id not in self.promises.off:
            self.switches(who)
        self._begins_again(other)

    def _begins_again(self, who: int) -> None:
        """Somebody takes it and gives it back."""
        self.accepts(who, "")
        self.promises.hold()
        for which in range(len(self.requests)):
            self.withdraws(which)
        self._works()

    @rule(who=people)
    def asks_to_know_more(self, who: int) -> None:
        self._answers(who, lambda offer, by: answers.ask(offer, "Quel étage ?", by=by, now=clock.now()))

    @rule(who=people)
    def passes_it_on(self, who: int) -> None:
        def say(offer: Offer, by: Account) -> None:
            for colleague in answers.colleagues_for(offer)[:1]:
                answers.relay(offer, colleague, by=by, now=clock.now())

        self._answers(who, say)

    def _answers(self, who: int, say: Callable[[Offer, Account], object]) -> None:
        """About an offer made to somebody, be it over or not; about one that waits, as long as there is one."""
        with transaction():
            made = db.session.scalars(select(Offer).order_by(Offer.state == OfferState.OPEN, Offer.id)).all()
            if made:
                offer = made[-1 - who % min(len(made), 4)]
                by = next(person for person in self.people if person.role_id == offer.role_id)
                say(offer, by.account)

    @rule()
    def requester_answers(self) -> None:
        with transaction():
            for inquiry in db.session.scalars(select(Inquiry).where(Inquiry.answered_at.is_(None))):
                answers.reply(inquiry, "Le deuxième.", by=self.town.orientation_nurse.account, now=clock.now())

    @rule()
    def requester_picks(self) -> None:
        with transaction():
            proposed = db.session.scalars(select(Offer).where(Offer.state == OfferState.PROPOSED)).first()
            if proposed:
                assert dispatch.choose(proposed, by=self.town.orientation_nurse.account, now=clock.now())

    @rule(which=requests, days=st.integers(0, 3))
    def wants_it_at_another_time(self, which: int, days: int) -> None:
        start, end = clock.now(), clock.now() + timedelta(days=days, hours=1)
        self._moves(which, lambda request, by: dispatch.reschedule(request, start, end, by=by, now=clock.now()))

    @rule(which=requests, stage=st.integers(0, 4))
    def asks_farther_out_or_again(self, which: int, stage: int) -> None:
        def say(request: CareRequest, by: Account) -> None:
            until, stages = clock.now() + timedelta(hours=12), len(request.rulebook.search.stages)
            if not dispatch.widen_now(request, by=by, now=clock.now(), stage=stage or None):
                dispatch.relaunch(request, by=by, now=clock.now(), until=until, stage=stage % stages)

        self._moves(which, say)

    @rule(which=requests)
    def withdraws(self, which: int) -> None:
        self._moves(which, lambda request, by: dispatch.withdraw(request, by=by, now=clock.now(), reason=""))

    @rule(said=st.sampled_from(SAYABLE_NOW), late=st.booleans())
    def comes_and_says_so(self, said: PassageState, late: bool) -> None:
        """Whoever has a plan does what is due, or cannot; the first of it, or the last."""
        with transaction():
            due = select(Passage).where(Passage.day <= clock.paris(clock.now()).date())
            rows = db.session.scalars(due.where(Passage.state == PassageState.PLANNED).order_by(Passage.id)).all()
            if rows:
                by = next(person for person in self.people if person.role_id == rows[-late].role_id)
                passages.say(rows[-late], said, by=by.account, now=clock.now())

    @rule(which=requests, days=st.integers(0, 5))
    def leaves_from_a_day(self, which: int, days: int) -> None:
        """Who has a plan cannot go on: the rest is looked for, and is a need like any other."""
        day = clock.paris(clock.now()).date() + timedelta(days=days)

        def say(request: CareRequest, by: Account) -> None:
            left = relays.leave(request, day, by=by, now=clock.now(), reason="")
            if left and left.id not in self.requests:
                self.requests.append(left.id)

        self._moves(which, say)

    @rule(which=requests, days=st.integers(0, 5), whole=st.booleans())
    def stops_from_a_day(self, which: int, days: int, whole: bool) -> None:
        """Who asked ends all of a plan, or who comes her part: nobody is to come from that day on."""
        day = clock.paris(clock.now()).date() + timedelta(days=days)

        def say(request: CareRequest, by: Account) -> None:
            parts = shared_with(request) if whole else [request]
            if planning.stop(request, day, "", whole=whole, by=by, now=clock.now()):
                self.promises.plans[request.episode_id] = _visits(request)
            waiting = select(Passage).where(Passage.request_id.in_([each.id for each in parts]), Passage.day >= day)
            assert not db.session.scalars(waiting.where(Passage.state == PassageState.PLANNED)).all(), "she still comes"

        self._moves(which, say)

    @rule(which=requests, days=st.integers(0, 4), moments=st.sampled_from([["morning"], ["midday", "evening"]]))
    def changes_from_a_day(self, which: int, days: int, moments: list[str]) -> None:
        """Other moments, for as long as it pleases: what was said stays, and nobody has what is another's."""
        day = clock.paris(clock.now()).date() + timedelta(days=days)
        wanted = planned(day, day + timedelta(days=3), moments)

        def say(request: CareRequest, by: Account) -> None:
            before = _visits(request)
            became = planning.replan(request, day, wanted, by=by, now=clock.now())
            if became is Replanned.DONE:
                self.promises.plans[request.episode_id] = _visits(request)
                assert {str(visit) for visit in wanted} <= _visits(request) | _said(), "a visit was lost"
            else:
                assert _visits(request) == before, "a part of it was changed"

        self._moves(which, say)

    @rule(which=requests, who=st.none() | people)
    def ends(self, which: int, who: int | None) -> None:
        """Somebody is found by telephone, or nobody is needed any more."""
        role_id = None if who is None else self.people[who].role_id

        def say(request: CareRequest, by: Account) -> None:
            if role_id is None:
                dispatch.cancel(request, by=by, now=clock.now())
                return
            role = db.session.get_one(PractitionerRole, role_id)
            if role_id not in self.promises.off:
                dispatch.assign(request, role, by=by, now=clock.now())

        self._moves(which, say)

    def _moves(self, which: int, say: Callable[[CareRequest, Account], object]) -> None:
        with transaction():
            request = db.session.get_one(CareRequest, self.requests[which % len(self.requests)])
            say(request, self.town.orientation_nurse.account)

    @rule(who=people)
    def switches(self, who: int) -> None:
        role_id = self.people[who].role_id
        self.promises.off ^= {role_id}
        with transaction():
            directory.accept_requests(role_of(self.people[who]), role_id not in self.promises.off)

    @rule(hours=st.integers(0, 12))
    def the_usual_one_is_away(self, hours: int) -> None:
        self.promises.away_until = clock.now() + timedelta(hours=hours)
        with transaction():
            usual, other = role_of(self.people[USUAL]), role_of(self.people[STANDS_IN])
            directory.replace(usual, other, self.promises.away_until)

    @rule(after=st.integers(1, 12))
    def worker_dies(self, after: int) -> None:
        """In the middle of what it was doing: of a transaction, most often."""
        before = self._everything()
        try:
            with self.patch.context() as patch:
                self._break(patch, after, Killed)
                search.advance_due(clock.now())
        except Killed:
            assert self._everything() == before, "a part of it was kept"

    @rule(after=st.integers(1, 12))
    def meets_a_bug(self, after: int) -> None:
        with self.patch.context() as patch:
            self._break(patch, after, Spoiled)
            patch.setattr(search.log, "exception", lambda *_a, **_k: None)
            search.advance_due(clock.now())

    def _break(self, patch: pytest.MonkeyPatch, after: int, error: type[BaseException]) -> None:
        """The so-manieth thing that the search writes fails, and what follows it."""
        calls = count(1)

        def breaking(act: Callable[..., object]) -> Callable[..., object]:
            def acts(*args: object, **kwargs: object) -> object:
                result = act(*args, **kwargs)
                if next(calls) >= after:
                    raise error
                return result

            return acts

        patch.setattr(offers, "record", breaking(offers.record))
        patch.setattr(search, "_begin", breaking(search._begin))
        patch.setattr(care_requests, "note", breaking(care_requests.note))

    def _everything(self) -> list[object]:
        db.session.rollback()
        rows = [db.session.scalar(select(func.count()).select_from(table)) for table in (AuditEvent, Offer, Wave, Step)]
        facts = db.session.execute(select(CareRequest.id, CareRequest.state, CareRequest.next_move_at)).all()
        return [*rows, sorted(facts)]

    @invariant()
    def promises_hold(self) -> None:
        self.promises.hold()

    def teardown(self) -> None:
        """Then nobody says anything any more: every search must end by itself, at its time at the latest."""
        while db.session.scalar(select(func.count()).where(SEARCHING)):
            clock.advance(timedelta(hours=12))
            self._works()
            self.promises.hold()
            late = select(func.count()).where(SEARCHING, CareRequest.answer_by <= clock.now())
            assert not db.session.scalar(late), "it goes on after its time"


def _visits(request: CareRequest) -> set[str]:
    """Of its plan, whoever has them."""
    return {visit for each in shared_with(request) for visit in each.visits}


def _said() -> set[str]:
    return {f"{row.day}/{row.moment}" for row in db.session.scalars(select(Passage)) if stays(row)}


def _people(town: Town) -> list[Nurse]:
    people = [town.nurse(f"N{n}", km=km, phone=False) for n, km in enumerate(NURSES_KM)]
    for km in PHYSIOTHERAPISTS_KM:
        people.append(town.professional(f"P{km}", Profession.PHYSIOTHERAPIST, km=km, phone=False))
    for commune in MATERNITIES:
        people.append(town.service(f"M{commune}", Profession.MATERNITY, commune=commune, phone=False))
    with transaction():
        practice = role_of(people[USUAL]).organization_id
        for n in COLLEAGUES:
            role_of(people[n]).organization_id = practice
    return people


def _facts(people: list[Nurse], her_patient: UUID) -> People:
    roles = db.session.scalars(select(PractitionerRole))
    places = {role.id: (role.profession.value, role.latitude, role.longitude) for role in roles}
    colleagues = frozenset(people[n].role_id for n in COLLEAGUES)
    return People(places, her_patient, people[USUAL].role_id, people[STANDS_IN].role_id, colleagues)


@pytest.fixture
def machine(
    sqlite_model: str, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[type[Machine]]:
    file = tmp_path / "machine.sqlite3"
    shutil.copy(sqlite_model, file)
    app = create_app(settings_for(f"sqlite:///{file}", tmp_path))
    with app.app_context():
        # Thousands of transactions: here none has to survive a power cut.
        event.listen(db.engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
        town = Town(app)
        Machine.town, Machine.patch, Machine.began = town, monkeypatch, now
        Machine.people = _people(town)
        Machine.patients = [town.patient("Seule"), town.patient("Connue", usual=[Machine.people[USUAL]])]
        Machine.facts = _facts(Machine.people, Machine.patients[True])
        yield Machine
        db.session.remove()
        close_engines()


@pytest.mark.long
def test_a_search_keeps_its_promises(machine: type[Machine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            # A tale of twenty steps is read sooner than it is shortened.
            phases=[Phase.explicit, Phase.generate],
        ),
    )
