"""What the board says of a request: short words, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.care_requests.models import State
from app.core.ways import way
from app.core.words import count, length, span
from app.dispatch.queries import Reach
from app.dispatch.words import answers_in_words
from app.supervision.moves import Moves
from app.supervision.watch import Kind, Watched


@dataclass(frozen=True)
class Line:
    """One request. `when` is the time left to find someone, `answers` the refusals summed, `phone` the asker's."""

    id: UUID
    url: str
    state: str
    patient: str
    care: str
    commune: str
    wanted: str
    when: str
    reach: str
    answers: str
    asked_by: str
    initials: str
    organization: str
    phone: str
    moves: Moves | None
    winner: str = ""
    current: bool = False


@dataclass(frozen=True)
class Slipping:
    """Something that should have happened: `what` it is, since `when`, and who owes it (`who`, empty: nobody named)."""

    url: str
    patient: str
    what: str
    when: str
    who: str
    icon: str


SLIPS = {
    Kind.LEFT_BEHIND: ("Soins à confier\u00a0: la personne n'exerce plus ici", "user-round-minus"),
    Kind.LATE_START: ("Les soins n'ont pas commencé", "calendar-x"),
    Kind.OVERDUE_TASK: ("À faire\u00a0: ", "timer"),
    Kind.UNDECIDED: ("Attend une décision médicale", "hourglass"),
}


def slipping(request: Watched, now: datetime) -> Slipping:
    what, icon = SLIPS[request.kind]
    return Slipping(
        way("request", request_id=request.id),
        request.about,
        what + request.task,
        f"depuis {length(now - request.since)}",
        _owes(request),
        icon,
    )


def _owes(request: Watched) -> str:
    if request.kind is Kind.UNDECIDED:
        return request.decider
    asker_owes = request.kind is Kind.OVERDUE_TASK and not request.by_performer
    return request.author if asker_owes else request.performer


def line(request: Watched, reach: Reach, moves: Moves | None, now: datetime) -> Line:
    return Line(
        id=request.id,
        url=way("request", request_id=request.id),
        state=request.state.value,
        patient=request.about,
        care=request.need.care,
        commune=request.place,
        wanted=span(request.window_start, request.window_end, now),
        when=f"reste {length(request.window_end - now)}" if request.window_end > now else "délai passé",
        reach=reach_in_words(reach),
        answers=answers_in_words(reach.answers) if request.state is State.UNANSWERED else "",
        asked_by=request.author,
        initials=request.initials,
        organization=request.organization,
        phone=request.phone,
        moves=moves,
    )


def reach_in_words(reach: Reach) -> str:
    """`7 prévenus, 4 vus, 1 refus`; nothing while nobody was asked."""
    if not reach.asked:
        return "personne encore prévenu"
    words = [count(reach.asked, "prévenu"), count(reach.seen, "vu"), count(reach.refused, "refus", "refus")]
    return ", ".join([*words, *([count(reach.unreachable, "non joint")] if reach.unreachable else [])])
