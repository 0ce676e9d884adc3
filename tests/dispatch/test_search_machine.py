"""Whatever people, clocks and crashes do: the promises of a search, kept by the real verbs on a real database."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, event, func, select
from sqlalchemy.orm import joinedload

from app import create_app
from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest, CareTask, InformationCopy, State, Step
from app.care_requests.rules import CONDITIONS, planned
from app.core import clock
from app.core.db import db, transaction
from app.directory import actions as directory
from app.directory.geo import distance_km
from app.directory.models import PractitionerRole, Profession
from app.dispatch import actions as dispatch
from app.dispatch import answers, offers, search, words
from app.dispatch.models import Inquiry, Offer, OfferState, Wave
from app.pathways.library import pathways
from app.pathways.schema import Stage
from tests.conftest import settings_for
from tests.factories.pathways import REASONS, pathway, searches
from tests.factories.town import EVRY, Nurse, Town, role_of

REQUESTS = 2
NURSES_KM, PHYSIOTHERAPISTS_KM = (0.5, 1, 3, 7, 9, 15), (2, 6)
MATERNITIES = ("91228", "91174")
EVERYBODY = len(NURSES_KM) + len(PHYSIOTHERAPISTS_KM) + len(MATERNITIES)
USUAL, STANDS_IN, PRACTICE = 3, 1, (3, 4, 5)
"""Of the nurses: the usual one of the patient who has one, who stands in for her, and those of her practice."""

NO = (OfferState.REFUSED, OfferState.WITHDRAWN)
SEARCHING = CareRequest.state == State.SEARCHING

people, requests = st.integers(0, EVERYBODY - 1), st.integers(0, REQUESTS - 1)


class Killed(BaseException):
    """The process ends here: nothing after it runs, not even what catches errors."""


class Spoiled(Exception):
    """A bug that one request meets."""


class Machine(RuleBasedStateMachine):
    """A small town, two requests at most, each in a pathway of its own, and a worker that may die. The town stays; what
    happened in it is wiped."""

    town: Town
    people: list[Nurse]
    places: dict[UUID, tuple[str, float]]
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
                directory.accept_requests(role, True)
                directory.replace(role, None, None)
        self.requests: list[UUID] = []
        self.asks_for: dict[UUID, int | None] = {}  # by episode: who of these people asks, when it is one of them
        self.away_until = self.began
        self.off: set[UUID] = set()
        self.said_no: set[tuple[object, UUID]] = set()
        self.offers: set[UUID] = set()
        self.live: Counter[UUID] = Counter()

    # What happens

    @precondition(lambda self: len(self.requests) < REQUESTS)
    @rule(
        search=searches(),
        known=st.booleans(),
        reason=st.sampled_from(REASONS),
        chosen=st.none() | st.sampled_from(range(-len(MATERNITIES), 0)),
        plan=st.booleans(),
        window=st.sampled_from(("tomorrow", "two-days")),
        by=st.none() | people,
    )
    def asks(
        self,
        search: dict[str, Any],
        known: bool,
        reason: str,
        chosen: int | None,
        plan: bool,
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
        self.asks_for[self.town.request(request_id).episode_id] = by

    @rule()
    def works(self) -> None:
        search.advance_due(clock.now())

    @rule(minutes=st.sampled_from([1, 10, 21, 31, 60, 600]))
    def time_passes(self, minutes: int) -> None:
        clock.advance(timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([0, 21, 31, 60, 240]))
    def time_passes_and_the_worker_works(self, minutes: int) -> None:
        clock.advance(timedelta(minutes=minutes))
        moved = db.session.scalars(
            select(CareRequest.id).where(SEARCHING, CareRequest.next_move_at <= clock.now())
        ).all()
        while search.advance_due(clock.now()):
            pass
        for request_id in moved:
            self._nobody_is_forgotten(self.town.request(request_id))

    @rule(who=people, said=st.sampled_from(["", *(each.slug for each in CONDITIONS), "nonsense"]))
    def accepts(self, who: int, said: str) -> None:
        self._answers(who, lambda offer, by: answers.accept(offer, by=by, now=clock.now(), said=said))

    @rule(who=people)
    def asks_to_know_more(self, who: int) -> None:
        self._answers(who, lambda offer, by: answers.ask(offer, "Quel étage ?", by=by, now=clock.now()))

    @rule()
    def requester_answers(self) -> None:
        with transaction():
            for inquiry in db.session.scalars(select(Inquiry).where(Inquiry.answered_at.is_(None))):
                answers.reply(inquiry, "Le deuxième.", by=self.town.orientation_nurse.account, now=clock.now())

    @rule(who=people)
    def passes_it_on(self, who: int) -> None:
        def say(offer: Offer, by: Account) -> None:
            for colleague in answers.colleagues_for(offer)[:1]:
                answers.relay(offer, colleague, by=by, now=clock.now())

        self._answers(who, say)

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
    @rule(which=requests, who=people)
    def is_found_by_telephone(self, which: int, who: int) -> None:
        role_id, request = self.people[who].role_id, self.town.request(self._at(which))
        if role_id in self.off or (_need(request), self.people[who].practitioner_id) in self.said_no:
            return  # Whoever is called says so herself; what is promised is about what the search does.
        self._moves(
            which,
            lambda request, by: dispatch.assign(
                request, db.session.get_one(PractitionerRole, role_id), by=by, now=clock.now()
            ),
        )

    def _at(self, which: int) -> UUID:
        return self.requests[which % len(self.requests)]

    @rule(who=people, reason=st.sampled_from([None, "far"]))
    def refuses(self, who: int, reason: str | None) -> None:
        self._answers(who, lambda offer, by: answers.refuse(offer, reason, by=by, now=clock.now()))

    def _answers(self, who: int, say: Callable[[Offer, Account], object]) -> None:
        """About the last thing that she was offered, be it over or not."""
        asked = [(person, offer) for person in self.people if (offer := person.offer())]
        if asked:
            person, offer = asked[who % len(asked)]
            with transaction():
                say(db.session.get_one(Offer, offer.id), person.account)

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

    @rule(who=people)
    def switches(self, who: int) -> None:
        role_id = self.people[who].role_id
        self.off ^= {role_id}
        with transaction():
            directory.accept_requests(db.session.get_one(PractitionerRole, role_id), role_id not in self.off)

    @rule(hours=st.integers(0, 12))
    def the_usual_one_is_away(self, hours: int) -> None:
        self.away_until = clock.now() + timedelta(hours=hours)
        role, other = (db.session.get_one(PractitionerRole, self.people[n].role_id) for n in (USUAL, STANDS_IN))
        with transaction():
            directory.replace(role, other, self.away_until)

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
        read = joinedload(Offer.wave), joinedload(Offer.role), joinedload(Offer.request)
        offers = db.session.scalars(select(Offer).options(*read).order_by(Offer.id)).unique().all()
        self._only_those_who_may_be_asked(offers)
        for request in db.session.scalars(select(CareRequest)):
            mine = [offer for offer in offers if offer.request_id == request.id]
            self._counts(request, mine)
            self._disturbs_few(request, mine)
            self._moves_in_time(request, mine)
            self._explained(request, mine)
        self._circles_widen()
        self._plans_are_whole()
        self.offers = {offer.id for offer in offers}
        self.said_no = {(of, offer.recipient_id) for offer in offers if offer.state in NO for of in _of(offer)}

    def _only_those_who_may_be_asked(self, offers: Sequence[Offer]) -> None:
        for offer in offers:
            if offer.id not in self.offers:
                assert offer.role_id not in self.off, "an offer to somebody who is off"
                theirs = _by_the_search(offer)  # Whoever passes it on knows of this part of the plan only.
                assert (_of(offer)[theirs], offer.recipient_id) not in self.said_no, "an offer to somebody who said no"
                assert not theirs or offer.role_id in self._asked_by(offer.request, _stage(offer)), "not of this stage"

    def _asked_by(self, request: CareRequest, stage: Stage) -> set[UUID]:
        """Whose roles this stage may ask, as its file says, welcome just now or not; never whoever asks."""
        usual = request.patient_id == self.patients[True] and request.profession is Profession.NURSE
        roles, asks = [person.role_id for person in self.people], self.asks_for[request.episode_id]
        match stage.kind:
            case "circle":
                found = {roles[STANDS_IN if clock.now() < self.away_until else USUAL]} if usual else set()
            case "practice":
                found = {roles[n] for n in PRACTICE if n != USUAL} if usual else set()
            case "chosen":
                found = {request.chosen_role_id} if request.chosen_role_id else set()
            case _:
                kinds = stage.professions or (request.profession,)
                found = {role for role, (kind, km) in self.places.items() if kind in kinds and km <= stage.km}
        return found if asks is None else found - {roles[asks]}

    def _nobody_is_forgotten(self, request: CareRequest) -> None:
        """The search has just gone on, and rests: while a place is free, whoever the stage may ask was asked."""
        family = [offer for offer in db.session.scalars(select(Offer)) if _need(offer.request) == _need(request)]
        mine = [offer for offer in family if offer.request_id == request.id]
        states, policy = Counter(offer.state for offer in mine), request.rulebook.search
        busy = states[OfferState.OPEN] + states[OfferState.PROPOSED]
        assert busy or request.state is State.UNANSWERED, "it waits for nobody"
        wave = search.latest_wave(request.id)
        enough = policy.choice == "requester" and states[OfferState.PROPOSED] >= policy.proposals
        if wave and not enough and clock.now() < request.answer_by and busy < policy.stages[wave.stage].offers:
            asked = {offer.role_id for offer in mine if offer.wave.round == wave.round}
            settled = {offer.role_id for offer in family if offer.state in search.SETTLED}
            forgotten = self._asked_by(request, policy.stages[wave.stage]) - asked - settled - self.off
            assert not forgotten, "somebody is forgotten"

    def _counts(self, request: CareRequest, offers: list[Offer]) -> None:
        won = [offer.role_id for offer in offers if offer.state is OfferState.WON]
        live = [offer for offer in offers if offer.state is OfferState.OPEN]
        proposed = [offer for offer in offers if offer.state is OfferState.PROPOSED]
        assert request.state in (State.SEARCHING, State.UNANSWERED) or not proposed, "a proposal outlives its choice"
        assert request.rulebook.search.choice == "requester" or not proposed, "the first yes has it"
        assert len({offer.recipient_id for offer in live}) == len(live), "asked twice at once"
        taken = request.state is State.ACCEPTED
        assert won == ([request.performer_id] if taken else [])
        assert request.state is State.SEARCHING or not live, "an offer outlives its search"

    def _disturbs_few(self, request: CareRequest, offers: list[Offer]) -> None:
        """Whenever the search asks somebody, no more think or said yes than the stage that asks allows. Those whom an
        earlier, larger stage asked keep their offer: they only ever become fewer."""
        live = sum(offer.state is OfferState.OPEN for offer in offers)
        yes = sum(offer.state is OfferState.PROPOSED for offer in offers)
        new = [offer for offer in offers if offer.id not in self.offers and _by_the_search(offer)]
        if new:
            assert live + yes <= _stage(new[-1]).offers, "one too many"
            policy = request.rulebook.search
            assert policy.choice == "first" or yes < policy.proposals, "disturbed though the requester may pick"
        else:
            assert live <= self.live[request.id], "one too many"
        self.live[request.id] = live

    def _moves_in_time(self, request: CareRequest, offers: list[Offer]) -> None:
        """No open request without a next move; it comes before the search's end and that of every offer."""
        live = [offer for offer in offers if offer.state is OfferState.OPEN]
        assert all(offer.expires_at <= request.answer_by for offer in live), "an offer outlives its search"
        if request.state is State.SEARCHING:
            ends = [request.answer_by, *(offer.expires_at for offer in live if not offer.paused_at)]
            assert request.next_move_at is not None
            assert request.next_move_at <= max(min(ends), clock.now() + search.TRY_AGAIN), "it sleeps too long"

    def _circles_widen(self) -> None:
        """Each stage is begun once in a round, after those before it, and is what the pathway says."""
        last: dict[UUID, tuple[int, int]] = {}
        for wave, request in db.session.execute(
            select(Wave, CareRequest).join(CareRequest, CareRequest.id == Wave.request_id).order_by(Wave.id)
        ):
            stage = request.rulebook.search.stages[wave.stage]
            assert (wave.kind, wave.radius_km or 0) == (stage.kind, stage.km)
            assert (wave.round, wave.stage) > last.get(request.id, (0, -1)), "back to a narrower one"
            assert wave.ends_at >= wave.started_at + stage.patience, "a stage is cut short"
            last[request.id] = wave.round, wave.stage

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
        """Then nobody says anything any more: every search must end by itself, at its time at the latest."""
        while db.session.scalar(select(func.count()).where(SEARCHING)):
            clock.advance(timedelta(hours=12))
            while search.advance_due(clock.now()):
                pass
            self.promises_hold()
            late = select(func.count()).where(SEARCHING, CareRequest.answer_by <= clock.now())
            assert not db.session.scalar(late), "it goes on after its time"


def _need(request: CareRequest) -> tuple[UUID, str]:
    """The same for all parts of a plan: whoever said no to one is not asked for another."""
    return request.episode_id, request.reason


def _of(offer: Offer) -> tuple[object, object]:
    return offer.request_id, _need(offer.request)


def _stage(offer: Offer) -> Stage:
    return offer.request.rulebook.search.stages[offer.wave.stage]


def _by_the_search(offer: Offer) -> bool:
    """And not by a colleague who passed it on, or for what was said by telephone."""
    return not offer.relayed_by and words.BY_PHONE not in offer.rank_line


def _people(town: Town) -> list[Nurse]:
    people = [town.nurse(f"N{n}", km=km, phone=False) for n, km in enumerate(NURSES_KM)]
    for km in PHYSIOTHERAPISTS_KM:
        people.append(town.professional(f"P{km}", Profession.PHYSIOTHERAPIST, km=km, phone=False))
    for commune in MATERNITIES:
        people.append(town.service(f"M{commune}", Profession.MATERNITY, commune=commune, phone=False))
    with transaction():
        practice = role_of(people[USUAL]).organization_id
        for n in PRACTICE:
            role_of(people[n]).organization_id = practice
    return people


def _places() -> dict[UUID, tuple[str, float]]:
    roles = db.session.scalars(select(PractitionerRole))
    return {role.id: (role.profession, distance_km(*EVRY, role.latitude, role.longitude)) for role in roles}


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
        Machine.places = _places()
        Machine.patients = [town.patient("Seule"), town.patient("Connue", usual=[Machine.people[USUAL]])]
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
