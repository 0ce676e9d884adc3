"""`Yes, but`: which part of a plan one tap may take, in words."""

from dataclasses import dataclass
from datetime import datetime

from app import clock
from app.care_requests.rules import possible, read_rhythm, read_visits, shared
from app.dispatch.models import Offer
from app.language.phrases import gettext as _


@dataclass(frozen=True)
class PlanPart:
    """`slug`: of a condition; `hint`: how much of the plan it takes, where the plan has an end."""

    slug: str
    label: str
    hint: str


def parts(offer: Offer, now: datetime) -> list[PlanPart]:
    """What she may take of it: of a single visit nothing, and whoever only proposes takes all or nothing."""
    request, today = offer.request, clock.paris(now).date()
    if request.search.choice == "requester":
        return []
    visits, rhythm = read_visits(request.visits), read_rhythm(request.rhythm)
    return [
        PlanPart(
            each.slug,
            each.label,
            "" if rhythm else _("%(part)s sur %(all)s", part=len(shared(visits, each, today)[0]), all=len(visits)),
        )
        for each in possible(visits, today, rhythm)
    ]
