"""One search played by the rules of production without a database: a heap of answers to come. The simulation plays
invented people, the replay those who were really there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from uuid import UUID

from app.dispatch.rules import Ask, Candidate, GiveUp, SearchPolicy, SearchState, Widen, first_stage, next_move

SimulatedAnswer = tuple[bool, timedelta] | None
"""Yes or no, and how long after the alert; None: never."""


@dataclass
class Play:
    """`people`: by stage, those who could be asked, best first. `answer`: what somebody says once alerted.

    The first yes ends it, also where the requester picks among several: what is timed is the first good news.
    """

    plan: SearchPolicy
    people: Callable[[int], Sequence[Candidate]]
    answer: Callable[[UUID], SimulatedAnswer]
    begins: datetime
    deadline: datetime
    urgent: bool
    asked: set[UUID] = field(default_factory=set)
    _live: dict[UUID, datetime] = field(default_factory=dict)
    _answers: list[tuple[datetime, int, UUID, bool]] = field(default_factory=list)
    _read: int = 0

    def until_yes(self) -> datetime | None:
        """The moment of the first yes, if there is one."""
        now, stage = self.begins, first_stage(self.plan, urgent=self.urgent, now=self.begins)
        people, empty = self.people(0), True
        while True:
            room = self.plan.stages[stage.stage].offers - len(self._live)
            match next_move(self.plan, self._state(stage, empty), self._next(people, room), now):
                case GiveUp():
                    return None
                case Widen() as stage:
                    people, empty, self._read = self.people(stage.stage), True, 0
                    continue
                case Ask(candidates, until, come_back_at):
                    empty = False
                    for candidate in candidates:
                        self._alert(candidate.recipient_id, now, until)
                case move:
                    come_back_at = move.come_back_at
            now, won = self._go_on(max(now, come_back_at))  # A stage that is over asks for another look at once.
            if won:
                return now

    def _state(self, stage: Widen, empty: bool) -> SearchState:
        # Nobody who was asked is among the candidates any more, so that the rules need not look for them again.
        live = tuple(self._live.values())
        return SearchState(
            stage.stage, stage.ends_at, self.deadline, frozenset(), live, urgent=self.urgent, empty=empty
        )

    def _next(self, people: Sequence[Candidate], room: int) -> list[Candidate]:
        """The next ones of this stage who were not asked; whoever stands before `_read` was."""
        while self._read < len(people) and people[self._read].recipient_id in self.asked:
            self._read += 1
        found: list[Candidate] = []
        for candidate in people[self._read :]:
            if len(found) >= room:
                break
            if candidate.recipient_id not in self.asked:
                found.append(candidate)
        return found

    def _alert(self, who: UUID, now: datetime, until: datetime) -> None:
        self.asked.add(who)
        self._live[who] = until
        answer = self.answer(who)
        if answer and now + answer[1] < until:
            heappush(self._answers, (now + answer[1], len(self.asked), who, answer[0]))

    def _go_on(self, come_back_at: datetime) -> tuple[datetime, bool]:
        """To the next answer, or to then; with whether it is a yes."""
        now, yes = come_back_at, False
        if self._answers and self._answers[0][0] <= come_back_at:
            now, _rank, who, yes = heappop(self._answers)
            self._live.pop(who, None)
        if not yes and self._live and min(self._live.values()) <= now:
            self._live = {who: until for who, until in self._live.items() if until > now}
        return now, yes
