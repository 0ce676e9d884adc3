"""Whatever a pathway says and whatever people answer: the promises of the one decision of the search, without a
database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.dispatch import rules
from app.dispatch.rules import Ask, Candidate, GiveUp, SearchState, Wait, Widen, next_move
from app.pathways import schema
from tests.factories.pathways import pathway, searches

BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOST_MOVES = 1000


@dataclass(frozen=True)
class Answer:
    """What somebody says, and after how many minutes. `never_mind`: a yes that she takes back, so much later."""

    after: float
    says: Literal["yes", "no"] = "no"
    never_mind: float | None = None


@dataclass
class Live:
    """An offer that awaits an answer. `ends`: when nothing more is expected of it."""

    ends: datetime
    says_at: datetime | None


@dataclass
class Play:
    """One search played to its end. `people`: those of each stage, best first; `answers`: none is silence."""

    policy: schema.Search
    people: list[list[Candidate]]
    answers: dict[UUID, Answer]
    deadline: datetime
    urgent: bool
    now: datetime = BEGAN
    at: Widen = field(init=False)
    empty: bool = True
    live: dict[UUID, Live] = field(default_factory=dict)
    yes: dict[UUID, datetime | None] = field(default_factory=dict)  # and when she takes it back
    asked: set[UUID] = field(default_factory=set)
    taken: bool = False

    def run(self) -> None:
        self.at = rules.first_stage(self.policy, urgent=self.urgent, now=self.now)
        for _ in range(MOST_MOVES):
            match next_move(self.policy, self._state(), self.people[self.at.stage], self.now):
                case GiveUp():
                    return self._gives_up()
                case Widen() as to:
                    self._widens(to)
                case Ask() as ask:
                    self._asks(ask)
                case Wait(come_back_at):
                    self._waits(come_back_at)
            if self.taken:
                return None
        raise AssertionError("the search never ends")

    @property
    def stage(self) -> schema.Stage:
        return self.policy.stages[self.at.stage]

    @property
    def busy(self) -> int:
        return len(self.live) + len(self.yes)

    @property
    def enough(self) -> bool:
        return self.policy.choice == "requester" and len(self.yes) >= self.policy.proposals

    @property
    def fresh(self) -> list[Candidate]:
        return [someone for someone in self.people[self.at.stage] if someone.recipient_id not in self.asked]

    def _state(self) -> SearchState:
        ends = tuple(offer.ends for offer in self.live.values())
        asked, ends_at = frozenset(self.asked), self.at.ends_at
        return SearchState(
            self.at.stage, ends_at, self.deadline, asked, ends, len(self.yes), urgent=self.urgent, empty=self.empty
        )

    # What is promised of each decision

    def _asks(self, ask: Ask) -> None:
        assert not self.enough, "somebody is disturbed though the requester may pick"
        assert list(ask.candidates) == self.fresh[: len(ask.candidates)], "asked twice, or not the best first"
        assert self.now < ask.until <= self.deadline
        assert ask.until >= min(self.now + self.stage.offer_patience, self.deadline), "she is hurried"
        free = self.stage.offers - self.busy
        assert len(ask.candidates) == min(free, len(self.fresh)), "fewer than may be, or more"
        for candidate in ask.candidates:
            answer = self.answers.get(candidate.recipient_id)
            says_at = self.now + timedelta(minutes=answer.after) if answer else None
            self.live[candidate.recipient_id] = Live(ask.until, says_at)
            self.asked.add(candidate.recipient_id)
        assert self.busy <= self.stage.offers, "more than this stage asks at once"
        self.empty = False
        # At once only when the stage is over: there may be room for a wider one.
        self._sleeps(ask.come_back_at, at_once=self.at.ends_at <= self.now)

    def _waits(self, come_back_at: datetime) -> None:
        assert self.live or self.yes, "it waits for nobody"
        assert self.enough or not self.fresh or self.busy >= self.stage.offers, "somebody could be asked meanwhile"
        self._sleeps(come_back_at)

    def _sleeps(self, until: datetime, *, at_once: bool = False) -> None:
        assert until > self.now or at_once, "it turns without an end"
        assert until <= min([self.deadline, *(offer.ends for offer in self.live.values())]), "it sleeps too long"
        more = self.at.stage + 1 < len(self.policy.stages)
        assert not more or self.at.ends_at <= self.now or until <= self.at.ends_at, "the stage is over meanwhile"
        self._until(until)

    def _widens(self, to: Widen) -> None:
        assert to.stage == self.at.stage + 1, "a stage is passed over"
        assert to.ends_at >= self.now + self.policy.stages[to.stage].patience
        assert not self.enough, "it goes farther out though the requester may pick"
        assert not self.fresh or self.busy >= self.stage.offers, "somebody nearer could be asked"
        over = self.empty or self.now >= self.at.ends_at
        assert not self.live or over, "those who still think are given no time"
        assert not self.live or self.policy.stages[to.stage].offers > self.busy, "farther out for nothing"
        self.at, self.empty = to, True

    def _gives_up(self) -> None:
        if self.now < self.deadline:
            assert self.at.stage == len(self.policy.stages) - 1
            assert not self.fresh and not self.live and not self.yes

    # What happens

    def _until(self, then: datetime) -> None:
        """Time goes on until then, or until somebody says something: it makes the search due at once."""
        says = [offer.says_at for offer in self.live.values() if offer.says_at]
        backs = [back for back in self.yes.values() if back]
        self.now = max(self.now, min([then, *says, *backs]))
        self.yes = {who: back for who, back in self.yes.items() if back is None or back > self.now}
        for who, offer in list(self.live.items()):
            if offer.says_at and offer.says_at <= self.now:
                self._says(who, self.answers[who])
            elif offer.ends <= self.now:
                del self.live[who]

    def _says(self, who: UUID, answer: Answer) -> None:
        del self.live[who]
        if answer.says == "yes" and self.policy.choice == "first":
            self.taken = True
        elif answer.says == "yes":
            back = answer.never_mind
            self.yes[who] = None if back is None else self.now + timedelta(minutes=back)


@st.composite
def plays(draw: st.DrawFn) -> Play:
    policy = pathway(draw(searches())).search
    people = _people(policy, draw)
    everyone = sorted({someone.recipient_id for here in people for someone in here})
    delays = st.floats(0.01, 300)
    said = st.none() | st.builds(Answer, delays, st.sampled_from(("yes", "no", "no")), st.none() | delays)
    answers = {who: answer for who in everyone if (answer := draw(said))}
    deadline = BEGAN + timedelta(minutes=draw(st.integers(1, 4 * 24 * 60)))
    return Play(policy, people, answers, deadline, draw(st.booleans()))


def _people(policy: schema.Search, draw: st.DrawFn) -> list[list[Candidate]]:
    """A wider circle of the same professions holds those of the narrower; anybody may be of several stages."""
    town = [Candidate(UUID(int=1000 + n), UUID(int=n), float(n)) for n in range(15)]
    within: dict[tuple[str, ...], list[Candidate]] = {}
    stages = []
    for stage in policy.stages:
        most = 8 if stage.km else 1 if stage.kind in ("circle", "chosen") else 4
        here = draw(st.lists(st.sampled_from(town), max_size=most, unique=True))
        if stage.km:
            known = within.get(stage.professions, [])
            here = within[stage.professions] = known + [someone for someone in here if someone not in known]
        stages.append(here)
    return stages


@settings(max_examples=300, deadline=None)
@given(plays())
def test_every_search_ends_and_keeps_its_promises_to_those_who_are_asked(play: Play) -> None:
    play.run()
    assert play.now <= play.deadline
