"""What this room tells of a person's life: care that comes back, and each of its passages."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from app import clock
from app.care_requests.lived import NEED, PERFORMER, cares, performer
from app.care_requests.models import CareRequest
from app.care_requests.rules import OPEN, TAKEN, State, read_visits
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.happenings.asking import Asked
from app.happenings.rules import LASTS, Happening, Went
from app.language.phrases import gettext as _
from app.organizations.models import Organization
from app.passages.models import Passage
from app.passages.rules import PassageState
from app.passages.words import STATES


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


class Plan(NamedTuple):
    """Care that comes back. `until`: its last day, LASTS where it has no end; none: nobody has it now."""

    request_id: UUID
    care: str
    who: str
    first: date
    until: date | None
    is_over: bool


def plans_of(asked: Asked) -> list[Plan]:
    """What may have passages in that time."""
    care = cares()
    goes_on = or_(CareRequest.state.in_(OPEN), CareRequest.changed_at >= asked.begins)
    found = (
        select(CareRequest.state, CareRequest.visits, CareRequest.review_on, CareRequest.changed_at, *PERFORMER, *NEED)
        .outerjoin(PractitionerRole, PractitionerRole.id == CareRequest.performer_id)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .outerjoin(Organization, Organization.id == PractitionerRole.organization_id)
        .where(CareRequest.patient_id == asked.patient_id, asked.of_requests(CareRequest.id))
        .where(CareRequest.created_at < asked.ends, goes_on)
    )
    plans = []
    for state, visits, review_on, changed_at, *rest in db.session.execute(found):
        *names, request_id, version_id, reason = rest
        if visits:
            first, last = (each.day for each in read_visits((visits[0], visits[-1])))
            until = last_day(state, last, clock.paris(changed_at).date(), endless=review_on is not None)
            words = care(version_id, reason) if asked.reader.account else _("Soins qui reviennent")
            plans.append(Plan(request_id, words, performer(*names), first, until, state is State.DONE))
    return plans


def last_day(state: State, planned: date, changed: date, *, endless: bool) -> date | None:
    if state not in TAKEN:
        return None
    if state is State.DONE:
        return min(planned, changed)
    return LASTS if endless else planned
