"""What this room tells of a person's life: care that comes back, and each of its passages."""

from collections.abc import Iterator

from sqlalchemy import select

from app.care_requests.lived import plans_of
from app.care_requests.models import CareRequest
from app.core.db import db
from app.language.phrases import gettext as _
from app.passages.models import Passage
from app.passages.rules import PassageState
from app.passages.words import STATES
from app.patients.happenings import Happening, Went
from app.patients.line_of_life import Asked


def cared(asked: Asked) -> Iterator[Happening]:
    """Each plan from its first passage to its last, and the passages of these days."""
    if not asked.reader.reads("visits"):
        return
    plans = {each.request_id: each for each in plans_of(asked)}
    for plan in plans.values():
        if plan.until and plan.first <= asked.until and plan.until >= asked.since:
            went, opens = Went.DONE if plan.is_over else Went.SAID, asked.opens(plan.request_id)
            yield Happening(plan.first, plan.care, plan.who, went, until=plan.until, opens=opens)
    # By its plan and its day, which are an index: five years are not read for one month.
    hers = select(CareRequest.id).where(CareRequest.patient_id == asked.patient_id)
    within = Passage.day >= asked.since, Passage.day <= asked.until
    found = select(Passage.day, Passage.moment, Passage.state, Passage.held, Passage.asked_at, Passage.request_id)
    told = found.where(Passage.plan_id.in_(hers), *within, Passage.request_id.in_(list(plans)))
    for day, moment, state, held, asked_at, request_id in db.session.execute(told) if plans else ():
        plan = plans[request_id]
        what = plan.care if asked.reader.account else _("Passage")
        if state not in SAID_BY_SHAPE and asked.reader.account:
            what = f"{what} · {STATES[state]}"
        elif held:
            what = f"{what} · {_('suspendu')}"
        went = became(state, asked=asked_at is not None)
        yield Happening(day, what, plan.who, went, moment=moment, opens=asked.opens(request_id))


SAID_BY_SHAPE = frozenset({PassageState.PLANNED, PassageState.DONE})


def became(state: PassageState, *, asked: bool) -> Went:
    """One that nobody spoke of in time is as one that was not."""
    if state is PassageState.DONE:
        return Went.DONE
    return Went.PLANNED if state is PassageState.PLANNED and not asked else Went.MISSED
