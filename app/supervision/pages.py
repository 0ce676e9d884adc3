"""What each page of this door shows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account, Role
from app.care_requests.lines import RequestLine
from app.care_requests.models import CareRequest, State
from app.core.db import db
from app.core.htmx import Page, wants_part
from app.dispatch.models import Offer
from app.dispatch.queries import Reach, answers_summed, reach
from app.dispatch.words import answers_in_words, stage
from app.relays.actions import is_left_behind
from app.relays.named import asked_professions
from app.supervision import watch
from app.supervision.call_list import Callee, answer_of, callees
from app.supervision.emergency_lines import EmergencyLine, emergencies_for
from app.supervision.lines import Unanswered, WallLine, board_line, overdue_line, unanswered, wall_line
from app.supervision.moves import Moves, moves_for
from app.supervision.rules import WALL_LINES
from app.supervision.silent_phones import Unreachable, unreachable_for
from app.supervision.trace_form import TraceForm
from app.supervision.traces import Trace


@dataclass(frozen=True)
class BoardPage(Page):
    """What nobody answered, what slips, what is searched for; files that were opened in an emergency; and beside the
    part that moves with the requests, whom no alert reaches: it changes by the day, not by the second."""

    template = "supervision/board.html"
    fragment = "supervision/_board.html"

    unanswered: list[Unanswered]
    overdue: list[RequestLine]
    searching: list[RequestLine]
    emergencies: list[EmergencyLine]
    unreachable: list[Unreachable]
    live_topics: list[str]


def board_of(coordinator: Account, now: datetime) -> BoardPage:
    waiting, late = watch.watched(coordinator, now)
    reaches, nobody = reach([each.request.id for each in waiting]), Reach()
    in_hand = [each for each in waiting if each.request.state is State.UNANSWERED]
    searching = [each.request for each in waiting if each.request.state is State.SEARCHING]
    return BoardPage(
        unanswered=[unanswered(each, reaches.get(each.request.id, nobody), now) for each in in_hand],
        overdue=[overdue_line(each, now) for each in late],
        searching=[board_line(each, reaches.get(each.id, nobody), now) for each in searching],
        emergencies=emergencies_for(coordinator),
        unreachable=[] if wants_part() else unreachable_for(coordinator, now),
        live_topics=board_topics(coordinator),
    )


def board_topics(coordinator: Account) -> list[str]:
    return [f"board-{organization}" for organization in coordinator.organizations(Role.COORDINATOR)]


@dataclass(frozen=True)
class WallPage(Page):
    """The board as a screen on a wall: three figures, the clock, the most pressing lines; nobody's name, nothing to
    touch. `more`: how many there is no room for."""

    template = "supervision/wall.html"
    fragment = "supervision/_wall.html"

    lines: list[WallLine]
    more: int
    unanswered: int
    searching: int
    unreachable: int
    live_topics: list[str]


def wall_of(coordinator: Account, now: datetime) -> WallPage:
    """Nobody loads it again by hand: what changes by the day is counted each time."""
    waiting, late = watch.watched(coordinator, now)
    in_hand = [each for each in waiting if each.request.state is State.UNANSWERED]
    lines = [wall_line(each, now) for each in [*in_hand, *late, *waiting[len(in_hand) :]]]
    return WallPage(
        lines=lines[:WALL_LINES],
        more=len(lines[WALL_LINES:]),
        unanswered=len(in_hand),
        searching=len(waiting) - len(in_hand),
        unreachable=len(unreachable_for(coordinator, now)),
        live_topics=board_topics(coordinator),
    )


@dataclass(frozen=True)
class MovedPage(Page):
    template = "supervision/moved.html"


@dataclass(frozen=True)
class EmergencyMovedPage(Page):
    template = "supervision/emergency_moved.html"


@dataclass(frozen=True)
class SearchPage(Page):
    """`asked`: each offer with what its person did and the stage that asked; `left_behind`: care has begun, and nobody
    goes on with it; `mistake`: the moment was wrong."""

    template = "supervision/search.html"
    fragment = "supervision/_search.html"

    care_request: CareRequest
    moves: Moves | None
    refusals: list[str]
    asked: list[tuple[Offer, str, str]]
    callees: list[Callee]
    left_behind: bool
    mistake: bool
    live_topics: list[str]


def search_of(care_request: CareRequest, now: datetime, mistake: bool = False) -> SearchPage:
    open_to_all = care_request.state in (State.SEARCHING, State.UNANSWERED)
    made = select(Offer).where(Offer.request_id == care_request.id)
    answers = answers_summed(care_request.id)
    offers = db.session.scalars(made.options(joinedload(Offer.role), joinedload(Offer.wave)).order_by(Offer.id)).all()
    return SearchPage(
        care_request=care_request,
        moves=moves_for(care_request, answers, now),
        refusals=answers_in_words(answers),
        asked=[(offer, answer_of(offer), stage(offer.wave.kind, offer.wave.radius_km or 0)) for offer in offers],
        callees=callees(care_request, asked_professions(care_request)) if open_to_all else [],
        left_behind=is_left_behind(care_request),
        mistake=mistake,
        live_topics=[f"request-{care_request.id}"],
    )


@dataclass(frozen=True)
class AuditPage(Page):
    """`by_request`: the request by which a patient was asked for; `full`: there are more lines than are shown."""

    template = "supervision/audit.html"

    form: TraceForm
    lines: list[Trace]
    by_request: str | None
    full: bool
