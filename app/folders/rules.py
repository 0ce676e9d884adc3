"""The one table of what may follow what in the life of a coordination folder, who is enough to open it, and when it is
looked at again. Plain values in, plain values out."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID


class FolderState(enum.StrEnum):
    DRAFT = "draft"  # being prepared by the team that opens it, and read by nobody else
    PROPOSED = "proposed"  # the person agrees; the team was asked
    OPEN = "open"
    PAUSED = "paused"  # she is in hospital
    CLOSED = "closed"
    OBJECTED = "objected"  # the person does not want it: closed to others, its trace stays


class FolderVerb(enum.StrEnum):
    PROPOSE = "propose"
    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    OBJECT = "object"


_S, _V = FolderState, FolderVerb

FOLDER_TRANSITIONS: dict[tuple[FolderState, FolderVerb], FolderState] = {
    (_S.DRAFT, _V.PROPOSE): _S.PROPOSED,
    (_S.DRAFT, _V.CLOSE): _S.CLOSED,
    (_S.DRAFT, _V.OBJECT): _S.OBJECTED,
    (_S.PROPOSED, _V.OPEN): _S.OPEN,
    (_S.PROPOSED, _V.CLOSE): _S.CLOSED,
    (_S.PROPOSED, _V.OBJECT): _S.OBJECTED,
    (_S.OPEN, _V.PAUSE): _S.PAUSED,
    (_S.OPEN, _V.CLOSE): _S.CLOSED,
    (_S.OPEN, _V.OBJECT): _S.OBJECTED,
    (_S.PAUSED, _V.RESUME): _S.OPEN,
    (_S.PAUSED, _V.CLOSE): _S.CLOSED,
    (_S.PAUSED, _V.OBJECT): _S.OBJECTED,
}

RUNNING_FOLDER = frozenset({FolderState.DRAFT, FolderState.PROPOSED, FolderState.OPEN, FolderState.PAUSED})
SHARED = frozenset({FolderState.PROPOSED, FolderState.OPEN, FolderState.PAUSED, FolderState.CLOSED})
"""States in which others than the team that opens it may read it, as long as the person agrees."""

COORDINATED = frozenset({FolderState.OPEN, FolderState.PAUSED})
"""States in which somebody coordinates."""


def ways_of(verb: FolderVerb) -> list[tuple[FolderState, FolderState]]:
    return [(before, after) for (before, said), after in FOLDER_TRANSITIONS.items() if said is verb]


class CriticalMoment(enum.StrEnum):
    """What opens coordination: a moment at which acting changes what follows (FACTS_COORDINATION 1.1)."""

    RETURN = "return"  # home from hospital, or into a nursing home
    UNPLANNED = "unplanned"  # admission that nobody had planned
    DIAGNOSIS = "diagnosis"
    CHRONIC = "chronic"  # an illness that lasts and gets out of hand
    FRAILTY = "frailty"
    LIFE = "life"  # a change of life: alone from now on, carer worn out, housing
    OTHER = "other"


class FolderEnding(enum.StrEnum):
    """Why a folder was closed. `DIED` and `ABANDONED` are said by the house, or by whoever prepared it."""

    GOALS = "goals"  # what was wanted is reached
    USUAL = "usual"  # the usual carers go on without it
    ELSEWHERE = "elsewhere"  # another team, another territory, a nursing home
    LOST = "lost"  # she does not want to be accompanied any more, or is not to be found
    ABANDONED = "abandoned"  # prepared, and not opened
    DIED = "died"


SAID_ENDINGS = (FolderEnding.GOALS, FolderEnding.USUAL, FolderEnding.ELSEWHERE, FolderEnding.LOST)
"""Those that somebody chooses, each with who goes on."""


class MemberState(enum.StrEnum):
    NAMED = "named"  # chosen, and not asked yet
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LEFT = "left"


PRESENT = frozenset({MemberState.NAMED, MemberState.ASKED, MemberState.ACCEPTED})


class FolderPart(enum.StrEnum):
    """In which part somebody reads a folder."""

    LEADS = "leads"  # the référent
    TAKES_PART = "takes-part"
    ASKED = "asked"
    OPENED = "opened"  # works where it was opened
    HELPS = "helps"  # of the team, from a place that knows nothing of health (check 35)


LEVELS = (1, 2, 3)
"""Usual: the person and her doctor coordinate; reinforced: several professionals nearby; complex: outside support."""

REVIEW_AFTER = {1: timedelta(days=180), 2: timedelta(days=90), 3: timedelta(days=30)}
"""How long a folder of each level goes without being looked at again, when nobody says otherwise."""

LATEST_REVIEW = timedelta(days=365)

TEAM = 2
"""A team is two at least: one alone is care, not coordination."""

ANSWER_WITHIN = timedelta(days=7)
"""After that, silence is shown to the coordinator, and a draft that nobody goes on with makes room for another."""


ASKED_AT = timedelta(hours=9)
"""After midnight, on the day of a review."""


def review_by_default(level: int, today: date) -> date:
    return today + REVIEW_AFTER[level]


def is_possible_review(on: date, today: date) -> bool:
    return today < on <= today + LATEST_REVIEW


@dataclass(frozen=True)
class Seat:
    """One of the team. `leads`: she is, or was asked to be, the référent."""

    state: MemberState
    leads: bool


def may_begin(team: Iterable[Seat]) -> bool:
    """Is it a team: the référent said yes, and one more at least? Silence is never a yes."""
    there = [each for each in team if each.state is MemberState.ACCEPTED]
    return len(there) >= TEAM and any(each.leads for each in there)


def may_be_proposed(team: Iterable[Seat]) -> bool:
    """Were enough people chosen for it to become a team?"""
    there = [each for each in team if each.state in PRESENT]
    return len(there) >= TEAM and any(each.leads for each in there)


SEVERAL = 2
"""Needs of one event from which on it is worth asking whether somebody coordinates it."""

LATELY = timedelta(days=14)
"""How long after a discharge was prepared Relais still proposes a folder."""


def has_several_needs(needs: Iterable[tuple[UUID, str, datetime]], now: datetime) -> bool:
    """Were several kinds of care asked for one event lately? Of each open request: its event, its reason, since when.
    Parts into which one plan was shared are one need."""
    found: dict[UUID, set[str]] = {}
    for event, reason, since in needs:
        if now - since <= LATELY:
            found.setdefault(event, set()).add(reason)
    return any(len(reasons) >= SEVERAL for reasons in found.values())


def is_forgotten(changed_at: datetime, now: datetime) -> bool:
    """Has nobody gone on with this draft? Then it keeps nobody else from opening a folder."""
    return now >= changed_at + ANSWER_WITHIN
