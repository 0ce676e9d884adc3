"""What the board says of a request: short words, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for

from app.care_requests.models import CareRequest, CareTask, State
from app.core.words import count, length, span
from app.dispatch.queries import Reach
from app.dispatch.words import answers_in_words
from app.supervision.moves import Moves


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


def late_start(request: CareRequest, now: datetime) -> Slipping:
    who = request.performer.name if request.performer else ""
    return _slipping(request, "Les soins n'ont pas commencé", request.start_by or now, now, who, "calendar-x")


def left_behind(request: CareRequest, now: datetime) -> Slipping:
    who = request.performer.name if request.performer else ""
    what = "Soins à confier\u00a0: la personne n'exerce plus ici"
    return _slipping(request, what, request.changed_at, now, who, "user-round-minus")


def overdue_task(task: CareTask, now: datetime) -> Slipping:
    request = task.request
    performer = request.performer.name if request.performer else ""
    who = performer if task.owner == "performer" else request.author.name
    return _slipping(request, f"À faire\u00a0: {task.label}", task.due_at, now, who, "timer")


def waiting_decision(request: CareRequest, now: datetime) -> Slipping:
    who = request.decider.name if request.decider else ""
    return _slipping(request, "Attend une décision médicale", request.created_at, now, who, "hourglass")


def _slipping(request: CareRequest, what: str, since: datetime, now: datetime, who: str, icon: str) -> Slipping:
    url = url_for("desk.follow", request_id=request.id)
    return Slipping(url, request.about, what, f"depuis {length(now - since)}", who, icon)


def line(request: CareRequest, reach: Reach, moves: Moves | None, now: datetime) -> Line:
    return Line(
        id=request.id,
        url=url_for("desk.follow", request_id=request.id),
        state=request.state.value,
        patient=request.about,
        care=request.need.care,
        commune=request.commune.name,
        wanted=span(request.window_start, request.window_end, now),
        when=f"reste {length(request.window_end - now)}" if request.window_end > now else "délai passé",
        reach=reach_in_words(reach),
        answers=answers_in_words(reach.answers) if request.state is State.UNANSWERED else "",
        asked_by=request.author.name,
        initials=request.author.initials,
        organization=request.organization.name,
        phone=request.organization.phone,
        moves=moves,
    )


def reach_in_words(reach: Reach) -> str:
    """`7 prévenus, 4 vus, 1 refus`; nothing while nobody was asked."""
    if not reach.asked:
        return "personne encore prévenu"
    words = [count(reach.asked, "prévenu"), count(reach.seen, "vu"), count(reach.refused, "refus", "refus")]
    return ", ".join([*words, *([count(reach.unreachable, "non joint")] if reach.unreachable else [])])
