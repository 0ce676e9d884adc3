"""A plan that runs, as whoever has it in her hands changes or ends it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from app import clock
from app.care_requests.models import CareRequest
from app.core.htmx import Page
from app.language.phrases import said
from app.passages.calendar import plan_in_words
from app.passages.forms import RenewForm, ReplanForm, StopForm
from app.passages.planning import part_of
from app.passages.progress import how_far_it_came


@dataclass(frozen=True)
class RunningPlan:
    """Whose it is and how it goes now; `back`: the page from which one came."""

    care_request: CareRequest
    about: str
    care: str
    plan: str
    progress: str
    back: str

    @classmethod
    def of(cls, request: CareRequest, back: str, now: datetime, **more: object) -> Self:
        today = clock.paris(now).date()
        coming = [visit for visit in part_of(request).visits if visit.day >= today]
        words = plan_in_words(coming, request.review_on)
        progress = how_far_it_came(request, now)
        return cls(request, request.about, said(request.need.care), words, progress, back, **more)


@dataclass(frozen=True)
class StopPage(RunningPlan, Page):
    """`whole`: every part of it."""

    template = "passages/stop.html"

    form: StopForm
    whole: bool


@dataclass(frozen=True)
class ReplanPage(RunningPlan, Page):
    template = "passages/change.html"

    form: ReplanForm


@dataclass(frozen=True)
class ReviewPage(RunningPlan, Page):
    template = "passages/review.html"

    form: RenewForm
