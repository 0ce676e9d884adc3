"""`Yes, but`: which part of a request one tap may take, in words."""

from dataclasses import dataclass
from datetime import datetime

from app import clock
from app.care_requests.rules import condition, possible, read_visits, shared
from app.dispatch.models import Offer
from app.language.phrases import gettext as _

FROM_TOMORROW = "from-tomorrow"


@dataclass(frozen=True)
class PlanPart:
    """`slug`: of a condition; `hint`: how much of the plan it takes."""

    slug: str
    label: str
    hint: str


def parts(offer: Offer, now: datetime) -> list[PlanPart]:
    """What she may take of it. A service, and whoever only proposes, takes all or nothing."""
    request, today = offer.request, clock.paris(now).date()
    if request.search.choice == "requester" or offer.to_service:
        return []
    visits = read_visits(request.visits)
    if visits:
        return [
            PlanPart(
                each.slug,
                each.label,
                _("%(part)s sur %(all)s", part=len(shared(visits, each, today)[0]), all=len(visits)),
            )
            for each in possible(visits, today)
        ]
    begins, ends = clock.paris(request.window_start).date(), clock.paris(request.window_end).date()
    tomorrow = condition(FROM_TOMORROW)
    return [PlanPart(FROM_TOMORROW, tomorrow.label, "")] if tomorrow and begins <= today < ends else []
