"""What the board says of a request: short words, ready to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import url_for

from app.care_requests.models import CareRequest
from app.core.words import count, length, span
from app.dispatch.queries import Reach
from app.dispatch.words import answers_in_words


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
    winner: str = ""
    current: bool = False


def line(request: CareRequest, reach: Reach, answers: Mapping[str, int], now: datetime) -> Line:
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
        answers=answers_in_words(answers),
        asked_by=request.author.name,
        initials=request.author.initials,
        organization=request.organization.name,
        phone=request.organization.phone,
    )


def reach_in_words(reach: Reach) -> str:
    """`7 prévenus, 4 vus, 1 refus`; nothing while nobody was asked."""
    if not reach.asked:
        return "personne encore prévenu"
    words = [count(reach.asked, "prévenu"), count(reach.seen, "vu"), count(reach.refused, "refus", "refus")]
    return ", ".join([*words, *([count(reach.unreachable, "non joint")] if reach.unreachable else [])])
