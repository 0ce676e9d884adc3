"""What a plan is made of, what two edits of it come to, what is late and who hears of it. Plain values in, plain values
out (HAS, plan personnalisé de coordination en santé, 2019; FACTS_COORDINATION 1.1)."""

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from app import clock

Content = Mapping[str, str]
"""What one part says, by the name of its field; a field that says nothing is left out."""


class PlanKind(enum.StrEnum):
    WISH = "wish"  # what matters to her, in her words
    PROBLEM = "problem"
    OBJECTIVE = "objective"
    ACTION = "action"
    ALERT = "alert"  # if this happens, call


class PartState(enum.StrEnum):
    """Where a part stands. A wish, a problem and an alert stand until they end; an objective and an action are proposed
    first: silence never agrees."""

    STANDING = "standing"
    ENDED = "ended"
    SOLVED = "solved"
    DROPPED = "dropped"
    PROPOSED = "proposed"
    AGREED = "agreed"  # by the person
    DECLINED = "declined"
    REACHED = "reached"
    NOT_REACHED = "not-reached"
    ABANDONED = "abandoned"
    ACCEPTED = "accepted"  # by the owner
    REFUSED = "refused"
    DONE = "done"
    NOT_DONE = "not-done"


S = PartState

FIRST = {
    PlanKind.WISH: S.STANDING,
    PlanKind.PROBLEM: S.STANDING,
    PlanKind.OBJECTIVE: S.PROPOSED,
    PlanKind.ACTION: S.PROPOSED,
    PlanKind.ALERT: S.STANDING,
}

_OBJECTIVE_ENDS = frozenset({S.REACHED, S.NOT_REACHED, S.ABANDONED})

BECOMES: dict[tuple[PlanKind, PartState], frozenset[PartState]] = {
    (PlanKind.WISH, S.STANDING): frozenset({S.ENDED}),
    (PlanKind.WISH, S.ENDED): frozenset({S.STANDING}),
    (PlanKind.ALERT, S.STANDING): frozenset({S.ENDED}),
    (PlanKind.ALERT, S.ENDED): frozenset({S.STANDING}),
    (PlanKind.PROBLEM, S.STANDING): frozenset({S.SOLVED, S.DROPPED}),
    (PlanKind.PROBLEM, S.SOLVED): frozenset({S.STANDING}),
    (PlanKind.PROBLEM, S.DROPPED): frozenset({S.STANDING}),
    (PlanKind.OBJECTIVE, S.PROPOSED): frozenset({S.AGREED, S.DECLINED}) | _OBJECTIVE_ENDS,
    (PlanKind.OBJECTIVE, S.AGREED): frozenset({S.DECLINED}) | _OBJECTIVE_ENDS,
    (PlanKind.OBJECTIVE, S.DECLINED): frozenset({S.AGREED, S.ABANDONED}),
    **{(PlanKind.OBJECTIVE, over): frozenset({S.PROPOSED}) for over in _OBJECTIVE_ENDS},
    (PlanKind.ACTION, S.PROPOSED): frozenset({S.ACCEPTED, S.REFUSED, S.DONE, S.NOT_DONE}),
    (PlanKind.ACTION, S.ACCEPTED): frozenset({S.REFUSED, S.DONE, S.NOT_DONE}),
    (PlanKind.ACTION, S.REFUSED): frozenset({S.ACCEPTED, S.DONE, S.NOT_DONE}),
    (PlanKind.ACTION, S.DONE): frozenset({S.PROPOSED}),
    (PlanKind.ACTION, S.NOT_DONE): frozenset({S.PROPOSED}),
}
"""By kind and state, what a part may become."""

OVER = frozenset({S.ENDED, S.SOLVED, S.DROPPED, S.DONE, S.NOT_DONE}) | _OBJECTIVE_ENDS

SAID_NOT_DONE = frozenset({S.NOT_REACHED, S.ABANDONED, S.NOT_DONE})
"""What was formulated and not achieved: the fourth part of the HAS's plan."""

ASKS_WHY = SAID_NOT_DONE | {S.DROPPED}


def may_become(kind: PlanKind, state: PartState, wanted: PartState) -> bool:
    return wanted in BECOMES[kind, state]


class PlanVerb(enum.StrEnum):
    """What a version did to one part."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"  # up or down among its likes
    BECAME = "became"  # another state


@dataclass(frozen=True)
class PartOfPlan:
    """One line of the plan. `parent`: of an objective its problem, of an action its objective. `rank`: among its likes,
    the first being the least. `version`: the one of the plan that changed it last."""

    id: UUID
    kind: PlanKind
    parent: UUID | None
    rank: int
    state: PartState
    content: Content
    version: int


@dataclass(frozen=True)
class PartChange:
    """One version: what it did, to which part, and the part as it was from then on."""

    number: int
    verb: PlanVerb
    part: PartOfPlan


def plan_at(changes: Iterable[PartChange], number: int) -> dict[UUID, PartOfPlan]:
    """The plan as it stood at this version: of each part the last that was written."""
    parts: dict[UUID, PartOfPlan] = {}
    for change in sorted(changes, key=lambda each: each.number):
        if change.number <= number:
            parts[change.part.id] = change.part
    return parts


def before(changes: Iterable[PartChange], change: PartChange) -> PartOfPlan | None:
    """The part as this change found it; none: it made it."""
    return plan_at(changes, change.number - 1).get(change.part.id)


# ---- two edits of one part


@dataclass(frozen=True)
class FieldDifference:
    """What one field said and what it says; empty: nothing."""

    name: str
    was: str
    now: str


def differences(was: Content, now: Content) -> list[FieldDifference]:
    both = [FieldDifference(name, was.get(name, ""), now.get(name, "")) for name in _names(was, now)]
    return [each for each in both if each.was != each.now]


def _names(*contents: Content) -> list[str]:
    """Each once, in the order in which they come."""
    return list(dict.fromkeys(name for content in contents for name in content))


def _differ(name: str, one: Content, other: Content) -> bool:
    return one.get(name, "") != other.get(name, "")


WORDS = ("words", "criterion")
"""Fields of which two can stand together."""


@dataclass(frozen=True)
class FieldClash:
    """A field that both changed, each in another way."""

    name: str
    was: str
    theirs: str
    mine: str

    @property
    def joined(self) -> str:
        """Words stand one under the other; of a day or a choice there is one, mine until I say otherwise."""
        if self.name in WORDS and self.theirs and self.mine:
            return f"{self.theirs}\n{self.mine}"
        return self.mine or self.theirs


@dataclass(frozen=True)
class Meeting:
    """What two edits of one part come to. `content`: of each field what one of both changed; where they clash, what
    joins them."""

    content: dict[str, str]
    clashes: tuple[FieldClash, ...]


def meet(was: Content, theirs: Content, mine: Content) -> Meeting:
    """`was`: what I had before my eyes; `theirs`: what it became meanwhile; `mine`: what I send."""
    content: dict[str, str] = {}
    clashes: list[FieldClash] = []
    for name in _names(was, theirs, mine):
        said = mine if _differ(name, was, mine) else theirs
        content[name] = said.get(name, "")
        if _differ(name, was, mine) and _differ(name, was, theirs) and _differ(name, mine, theirs):
            clash = FieldClash(name, was.get(name, ""), theirs.get(name, ""), mine.get(name, ""))
            clashes.append(clash)
            content[name] = clash.joined
    return Meeting({name: words for name, words in content.items() if words}, tuple(clashes))


AGREED_TO = ("words", "criterion", "due")
"""Of an objective: whoever changes these proposes another one."""

ASKED_OF = ("words", "owner", "due")
"""Of an action: whoever changes these asks again."""


def asks_anew(kind: PlanKind, was: Content, now: Content) -> bool:
    """What she agreed to, or an owner accepted, is what was written then and nothing else."""
    meant = {PlanKind.OBJECTIVE: AGREED_TO, PlanKind.ACTION: ASKED_OF}.get(kind, ())
    return any(_differ(name, was, now) for name in meant)


def begins_anew(kind: PlanKind, state: PartState, was: Content, now: Content) -> bool:
    """Is a part whose words were changed proposed anew? What is over stays so."""
    return state not in OVER and asks_anew(kind, was, now)


# ---- agreement to a version


def changes_since(changes: Iterable[PartChange], number: int) -> int:
    """How many versions after this one changed what the plan says: what somebody accepts or does is what it foresaw."""
    return sum(each.number > number and each.verb in (PlanVerb.ADDED, PlanVerb.CHANGED) for each in changes)


# ---- who does what, until when


class ActionStep(enum.StrEnum):
    """What an action makes people hear, each once for one owner and one due date."""

    SILENT = "silent"  # nobody answered: the référent
    LATE = "late"  # its owner
    CLIMBED = "climbed"  # still late: the référent


ANSWERED_WITHIN = timedelta(days=3)
CLIMBS_AFTER = timedelta(days=2)
MORNING = time(8)


@dataclass(frozen=True)
class AwaitedAction:
    """An action that somebody is to do. `asked_at`: since when its owner knows; `said`: what was heard already;
    `over_elsewhere`: the request that does it has ended, whatever the plan says."""

    state: PartState
    due: date | None
    asked_at: datetime
    said: frozenset[ActionStep] = frozenset()
    over_elsewhere: bool = False


def _steps(awaited: AwaitedAction) -> Iterator[tuple[datetime, ActionStep]]:
    if awaited.state in OVER or awaited.over_elsewhere:
        return
    if awaited.state is S.PROPOSED:
        yield awaited.asked_at + ANSWERED_WITHIN, ActionStep.SILENT
    if awaited.due:
        late_at = datetime.combine(awaited.due + timedelta(days=1), MORNING, clock.PARIS)
        yield late_at, ActionStep.LATE
        yield late_at + CLIMBS_AFTER, ActionStep.CLIMBED


def next_step(awaited: AwaitedAction) -> tuple[datetime, ActionStep] | None:
    """When somebody is to hear of it next, and what; none: never again as it stands."""
    return min((each for each in _steps(awaited) if each[1] not in awaited.said), default=None)


def is_late(state: PartState, due: date | None, today: date) -> bool:
    return state not in OVER and due is not None and due < today


WEEKLY, FORTNIGHTLY, MONTHLY = "week", "fortnight", "month"
EVERY = (WEEKLY, FORTNIGHTLY, MONTHLY)


def next_due(due: date, every: str, done_on: date) -> date:
    """When what comes again is due after it was done: by the days first set, and never in the past."""
    following, months = due, 0
    while following <= max(due, done_on):
        months += 1
        following = _month_later(due, months) if every == MONTHLY else following + _STRIDES[every]
    return following


_STRIDES = {WEEKLY: timedelta(weeks=1), FORTNIGHTLY: timedelta(weeks=2)}


def _month_later(due: date, months: int) -> date:
    """The same day, or the last one of a month that has it not."""
    month = due.month - 1 + months
    first = date(due.year + month // 12, month % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=due.day - 1), last)
