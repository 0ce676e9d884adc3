"""Whatever people, clocks and crashes do: the promises of a search, kept by the real verbs on a real database."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace
from sqlalchemy import delete, event, func, select

from app import create_app
from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest, CareTask, InformationCopy, State, Step
from app.care_requests.rules import CONDITIONS, planned
from app.core import clock
from app.core.db import db, transaction
from app.directory.actions import accept_requests
from app.directory.models import PractitionerRole
from app.dispatch import actions as dispatch
from app.dispatch import answers, offers, search
from app.dispatch.models import Inquiry, Offer, OfferState, Wave
from app.pathways.library import pathways
from tests.conftest import settings_for
from tests.factories.town import Nurse, Town

LIVE_OFFERS, REQUESTS = 2, 2
DISTANCES_KM = (0.5, 1, 3, 7, 9, 15)
NO = (OfferState.REFUSED, OfferState.WITHDRAWN)
PATHWAYS = ("home-care", "every-day", "pick-one")
"""One visit, a plan that can be shared, and a pathway in which the requester picks among two proposals."""

nurses, requests = st.integers(0, len(DISTANCES_KM) - 1), st.integers(0, REQUESTS - 1)


class Killed(BaseException):
    """The process ends here: nothing after it runs, not even what catches errors."""


class Spoiled(Exception):
    """A bug that one request meets."""


class Machine(RuleBasedStateMachine):
    """Six nurses, two requests at most, and a worker that may die. The town stays; what happened in it is wiped."""

    town: Town
    people: list[Nurse]
    patients: list[UUID]
    patch: pytest.MonkeyPatch
    began: datetime

    def __init__(self) -> None:
        super().__init__()
        clock.stop_at(self.began)
        with transaction():
            for table in (
                Inquiry,
                Offer,
                Wave,
                Step,
                CareTask,
                InformationCopy,
                CareRequest,
            ):  # The audit trail cannot be wiped.
                db.session.execute(delete(table))
            for role in db.session.scalars(select(PractitionerRole)):
                accept_requests(role, True)
        self.requests: list[UUID] = []
        self.off: set[UUID] = set()
        self.said_no: set[tuple[UUID, UUID]] = set()
        self.offers: set[UUID] = set()

    # What happens

    @precondition(lambda self: len(self.requests) < REQUESTS)
    @rule(known=st.booleans(), kind=st.sampled_from(PATHWAYS), urgent=st.booleans())
    def asks(self, known: bool, kind: str, urgent: bool) -> None:
        first = clock.paris(clock.now()).date()
        plan = planned(first, first + timedelta(days=4), ["morning", "evening"]) if kind == "every-day" else ()
        pathway = "pick-one" if kind == "pick-one" else "home-care"
        reason = "urgent" if urgent else ""
        self.requests.append(self.town.asks(pathway, patient=self.patients[known], visits=plan, reason=reason))

    @rule()
    def works(self) -> None:
        search.advance_due(clock.now())

    @rule(minutes=st.sampled_from([1, 10, 21, 31, 60, 600]))
    def time_passes(self, minutes: int) -> None:
        clock.advance(timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([0, 21, 31, 60]))
    def time_passes_and_the_worker_works(self, minutes: int) -> None:
        clock.advance(timedelta(minutes=minutes))
        while search.advance_due(clock.now()):
            pass

    @rule(nurse=nurses, said=st.sampled_from(["", *(each.slug for each in CONDITIONS), "nonsense"]))
    def accepts(self, nurse: int, said: str) -> None:
        self._answers(nurse, lambda offer, by: answers.accept(offer, by=by, now=clock.now(), said=said))

    @rule(nurse=nurses)
    def asks_to_know_more(self, nurse: int) -> None:
        self._answers(nurse, lambda offer, by: answers.ask(offer, "Quel étage ?", by=by, now=clock.now()))

    @rule()
    def requester_answers(self) -> None:
        with transaction():
            for inquiry in db.session.scalars(select(Inquiry).where(Inquiry.answered_at.is_(None))):
                answers.reply(inquiry, "Le deuxième.", by=self.town.orientation_nurse.account, now=clock.now())

    @rule(nurse=nurses)
    def passes_it_on(self, nurse: int) -> None:
        def say(offer: Offer, by: Account) -> None:
            for colleague in answers.colleagues_for(offer)[:1]:
                answers.relay(offer, colleague, by=by, now=clock.now())

        self._answers(nurse, say)

    @rule()
    def requester_picks(self) -> None:
        with transaction():
            proposed = db.session.scalars(select(Offer).where(Offer.state == OfferState.PROPOSED)).first()
            if proposed:
                assert dispatch.choose(proposed, by=self.town.orientation_nurse.account, now=clock.now())

    @precondition(lambda self: self.requests)
    @rule(which=requests)
    def widens(self, which: int) -> None:
        self._moves(which, lambda request, by: dispatch.widen_now(request, by=by, now=clock.now()))

    @precondition(lambda self: self.requests)
    @rule(which=requests, days=st.integers(0, 3))
    def wants_it_at_another_time(self, which: int, days: int) -> None:
        start, end = clock.now(), clock.now() + timedelta(days=days, hours=1)
        self._moves(which, lambda request, by: dispatch.reschedule(request, start, end, by=by, now=clock.now()))

    @precondition(lambda self: self.requests)
    @rule(which=requests, nurse=nurses)
    def is_found_by_telephone(self, which: int, nurse: int) -> None:
        role_id = self.people[nurse].role_id
        if role_id in self.off or (self._at(which), self.people[nurse].practitioner_id) in self.said_no:
            return  # Whoever is called says so herself; what is promised is about what the search does.
        self._moves(
            which,
            lambda request, by: dispatch.assign(
                request, db.session.get_one(PractitionerRole, role_id), by=by, now=clock.now()
            ),
        )

    def _at(self, which: int) -> UUID:
        return self.requests[which % len(self.requests)]

    @rule(nurse=nurses, reason=st.sampled_from([None, "far"]))
    def refuses(self, nurse: int, reason: str | None) -> None:
        self._answers(nurse, lambda offer, by: answers.refuse(offer, reason, by=by, now=clock.now()))

    def _answers(self, nurse: int, say: Callable[[Offer, Account], object]) -> None:
        """About the last thing that she was offered, be it over or not."""
        offer = self.people[nurse].offer()
        if offer:
            with transaction():
                say(db.session.get_one(Offer, offer.id), self.people[nurse].account)

    @precondition(lambda self: self.requests)
    @rule(which=requests)
    def withdraws(self, which: int) -> None:
        self._moves(which, lambda request, by: dispatch.withdraw(request, by=by, now=clock.now(), reason=""))

    @precondition(lambda self: self.requests)
    @rule(which=requests)
    def cancels(self, which: int) -> None:
        self._moves(which, lambda request, by: dispatch.cancel(request, by=by, now=clock.now()))

    @precondition(lambda self: self.requests)
    @rule(which=requests)
    def relaunches(self, which: int) -> None:
        until = clock.now() + timedelta(hours=12)
        self._moves(which, lambda request, by: dispatch.relaunch(request, by=by, now=clock.now(), until=until))

    def _moves(self, which: int, say: Callable[[CareRequest, Account], object]) -> None:
        with transaction():
            request = db.session.get_one(CareRequest, self._at(which))
            say(request, self.town.orientation_nurse.account)

    @rule(nurse=nurses)
    def switches(self, nurse: int) -> None:
        role_id = self.people[nurse].role_id
        self.off ^= {role_id}
        with transaction():
            accept_requests(db.session.get_one(PractitionerRole, role_id), role_id not in self.off)

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
        patch.setattr(search, "_keep", breaking(search._keep))
        patch.setattr(offers, "touch", breaking(offers.touch))

    def _everything(self) -> list[object]:
        db.session.rollback()
        rows = [db.session.scalar(select(func.count()).select_from(table)) for table in (AuditEvent, Offer, Wave, Step)]
        facts = db.session.execute(select(CareRequest.id, CareRequest.state, CareRequest.next_move_at)).all()
        return [*rows, sorted(facts)]

    # What is promised

    @invariant()
    def promises_hold(self) -> None:
        db.session.rollback()
        offers = db.session.scalars(select(Offer).order_by(Offer.id)).all()
        self._only_those_who_may_be_asked(offers)
        for request in db.session.scalars(select(CareRequest)):
            mine = [offer for offer in offers if offer.request_id == request.id]
            self._counts(request, mine)
            self._explained(request, mine)
        self._plans_are_whole()

    def _only_those_who_may_be_asked(self, offers: Sequence[Offer]) -> None:
        for offer in offers:
            who = (offer.request_id, offer.recipient_id)
            if offer.id not in self.offers:
                assert offer.role_id not in self.off, "an offer to somebody who is off"
                assert who not in self.said_no, "an offer to somebody who said no"
                self.offers.add(offer.id)
        self.said_no = {(offer.request_id, offer.recipient_id) for offer in offers if offer.state in NO}

    def _counts(self, request: CareRequest, offers: list[Offer]) -> None:
        won = [offer.role_id for offer in offers if offer.state is OfferState.WON]
        live = [offer for offer in offers if offer.state is OfferState.OPEN]
        proposed = [offer for offer in offers if offer.state is OfferState.PROPOSED]
        assert request.state in (State.SEARCHING, State.UNANSWERED) or not proposed, "a proposal outlives its choice"
        assert len({offer.recipient_id for offer in live}) == len(live), "asked twice at once"
        taken = request.state is State.ACCEPTED
        assert won == ([request.performer_id] if taken else [])
        assert len(live) <= LIVE_OFFERS
        assert request.state is State.SEARCHING or not live, "an offer outlives its search"
        assert request.state is not State.SEARCHING or request.next_move_at is not None

    def _explained(self, request: CareRequest, offers: list[Offer]) -> None:
        moves = [step for step in request.steps if step.state]
        assert moves[-1].state is request.state
        assert (request.state is State.UNANSWERED) <= (request.coordinator_id is not None)
        assert self._lines("request.opened", [request.id]) == 1
        assert self._lines("request.moved", [request.id]) == len(moves) - 1
        made = [offer.id for offer in offers if "téléphone" not in offer.rank_line]
        assert self._lines("offer.made", made) == len(made)
        answered = [offer.id for offer in offers if offer.state in (OfferState.REFUSED, OfferState.PROPOSED)]
        assert self._lines("offer.answered", answered) >= len(answered)

    def _plans_are_whole(self) -> None:
        """However often a plan is shared, every visit is somebody's to do or to be found for, and none is twice."""
        episodes: dict[UUID, list[str]] = {}
        for request in db.session.scalars(select(CareRequest)):
            episodes.setdefault(request.episode_id, []).extend(request.visits)
        for visits in episodes.values():
            assert len(visits) == len(set(visits)), "a visit is in two parts"
            assert len(visits) in (0, 10), "a visit was lost"

    def _lines(self, event: str, subjects: list[UUID]) -> int:
        lines = select(func.count()).where(AuditEvent.event == event, AuditEvent.subject_id.in_(subjects))
        return db.session.scalar(lines) or 0

    def teardown(self) -> None:
        """Then nobody says anything any more: every search must end by itself."""
        for _ in range(6):
            clock.advance(timedelta(hours=12))
            while search.advance_due(clock.now()):
                pass
        self.promises_hold()
        searching = select(func.count()).where(CareRequest.state == State.SEARCHING)
        assert db.session.scalar(searching) == 0


def _pathways() -> None:
    known = pathways()["home-care"]
    urgent = replace(known.reasons[0], slug="urgent", urgent=True)
    pathways()["home-care"] = replace(known, reasons=(*known.reasons, urgent))
    chosen = replace(pathways()["home-care"].search, choice="requester", proposals=2)
    pathways()["pick-one"] = replace(pathways()["home-care"], slug="pick-one", search=chosen)


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
        town.asks_at_once("home-care", LIVE_OFFERS)
        _pathways()
        Machine.town, Machine.patch, Machine.began = town, monkeypatch, now
        Machine.people = [town.nurse(f"N{n}", km=km, phone=False) for n, km in enumerate(DISTANCES_KM)]
        Machine.patients = [town.patient("Seule"), town.patient("Connue", usual=Machine.people[3:4])]
        yield Machine
        db.session.remove()
        db.engine.dispose()


def test_a_search_keeps_its_promises(machine: type[Machine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
