"""What the board says of a request: short words, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.care_requests.lines import RequestFacts, RequestLine, line_of
from app.core.ways import way
from app.dispatch.queries import Reach
from app.dispatch.words import answers_in_words
from app.language.phrases import gettext as _
from app.language.phrases import later, ngettext, said
from app.language.words import due, length, near_day, wanted
from app.supervision.moves import Moves, moves_of
from app.supervision.watch import Watched, WatchKind


@dataclass(frozen=True)
class Unanswered:
    """A request that nobody took, for who has it in her hands. `answers`: the refusals summed, the most frequent
    first; `author`, `organization`, `phone`: who asks, and where to call her."""

    id: UUID
    line: RequestLine
    answers: list[str]
    author: str
    organization: str
    phone: str
    moves: Moves | None


SLIPS = {
    WatchKind.LEFT_BEHIND: (later("Soins à confier : la personne n'exerce plus ici"), "user-round-minus"),
    WatchKind.LATE_START: (later("Les soins n'ont pas commencé"), "calendar-x"),
    WatchKind.OVERDUE_TASK: (later("À faire : %(task)s"), "timer"),
    WatchKind.UNDECIDED: (later("Attend une décision médicale"), "hourglass"),
}


LATE_OPINION = later("L'avis n'est pas rendu"), "calendar-x"


def slipped(watched: Watched) -> tuple[str, str]:
    """What should have happened, in words, and its icon."""
    if watched.kind is WatchKind.LATE_START and watched.request.rulebook.after.opinion_hours:
        return LATE_OPINION
    what, icon = SLIPS[watched.kind]
    return what % {"task": said(watched.task)}, icon


def url_of(request: RequestFacts) -> str:
    return way("request", request_id=request.id)


def overdue_line(watched: Watched, now: datetime) -> RequestLine:
    """Of something that should have happened: what it is, since when, and who owes it (empty: nobody named)."""
    request, (what, icon) = watched.request, slipped(watched)
    rest = way("search", request_id=request.id) if watched.kind is WatchKind.LEFT_BEHIND else ""  # One tap from there.
    return RequestLine(
        rest or url_of(request),
        request.state.value,
        request.about,
        what,
        _("depuis %(length)s", length=length(now - watched.since)),
        _owes(watched),
        overdue=icon,
    )


def _owes(watched: Watched) -> str:
    if watched.kind is WatchKind.UNDECIDED:
        return watched.decider
    asker_owes = watched.kind is WatchKind.OVERDUE_TASK and not watched.by_performer
    performer = watched.request.performer
    return watched.author if asker_owes else performer.name if performer else ""


def board_line(request: RequestFacts, reach: Reach, now: datetime) -> RequestLine:
    """With until when someone is to be found, and how far the search came."""
    return line_of(request, url_of(request), when=due(request.window_end, now), note=reach_in_words(reach))


def unanswered(watched: Watched, reach: Reach, now: datetime) -> Unanswered:
    request = watched.request
    return Unanswered(
        id=request.id,
        line=board_line(request, reach, now),
        answers=answers_in_words(reach.answers),
        author=watched.author,
        organization=watched.organization,
        phone=watched.phone,
        moves=moves_of(request, watched.reached or 0, reach.answers, now),
    )


@dataclass(frozen=True)
class WallLine:
    """A request where the public walks: nothing of whom it is about; where it stands as two instants, from the question
    to the latest hour. `late`: what should have happened by now."""

    state: str
    late: str
    wanted: str
    what: str
    place: str
    started_at: datetime
    ends_at: datetime
    since: str


def wall_line(watched: Watched, now: datetime) -> WallLine:
    request, late = watched.request, watched.kind is not WatchKind.ON_BOARD
    return WallLine(
        state=request.state.value,
        late=slipped(watched)[0] if late else "",
        wanted=wanted(request.window_start, request.window_end, now).removeprefix(f"{near_day(0)}, "),
        what=said(request.need.care),
        place=request.place,
        started_at=request.created_at,
        ends_at=request.window_end,
        since=length(now - (watched.since if late else request.created_at)),
    )


def reach_in_words(reach: Reach) -> str:
    """`7 prévenus · 4 vus · 1 refus`, without what did not happen."""
    if not reach.asked:
        return _("personne n'est encore prévenu")
    said = [
        (reach.asked, ngettext("%(num)s prévenu", "%(num)s prévenus", reach.asked)),
        (reach.seen, ngettext("%(num)s vu", "%(num)s vus", reach.seen)),
        (reach.refused, ngettext("%(num)s refus", "%(num)s refus", reach.refused)),
        (reach.unreachable, ngettext("%(num)s injoignable", "%(num)s injoignables", reach.unreachable)),
    ]
    return " · ".join(words for number, words in said if number)
