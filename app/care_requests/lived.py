"""What this room tells of a person's life: what was asked for her and what became of it, and care that comes back."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from app import clock
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import OPEN, TAKEN, State, read_visits
from app.care_requests.words import STATES, STEPS
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.organizations.models import Organization
from app.pathways.library import version
from app.patients.happenings import LASTS, Happening, Went
from app.patients.line_of_life import Asked

BECAME = {
    State.DONE: Went.DONE,
    State.STARTED: Went.DONE,
    State.UNANSWERED: Went.MISSED,
    State.CANCELLED: Went.MISSED,
    State.DRAFT: Went.PLANNED,
    State.SEARCHING: Went.PLANNED,
}
MOVES = frozenset(STATES) - {State.SCHEDULED}
"""What a request became that is worth a mark; an hour has its own."""


def asked_for(asked: Asked) -> Iterator[Happening]:
    """Every move of every request: asked, taken, without an answer, done."""
    if asked.reader.account is None:
        return
    care = cares()
    moves = (
        select(Step.at, Step.kind, Step.state, Step.author_name, *_NEED)
        .join(CareRequest, CareRequest.id == Step.request_id)
        .where(CareRequest.patient_id == asked.patient_id, asked.of_requests(CareRequest.id))
        .where(Step.state.in_(MOVES), asked.within(Step.at))
    )
    for at, kind, state, author, request_id, *need in db.session.execute(moves):
        what = f"{STEPS[kind]} · {care(*need)}"
        went = BECAME.get(state, Went.SAID) if state else Went.SAID
        yield Happening(clock.paris(at).date(), what, author, went, at=at, opens=asked.opens(request_id))


class Plan(NamedTuple):
    """Care that comes back. `until`: its last day, LASTS where it has no end; none: nobody has it now."""

    request_id: UUID
    care: str
    who: str
    first: date
    until: date | None
    is_over: bool


def plans_of(asked: Asked) -> list[Plan]:
    """What may have passages in that time, for `passages`, which draws both."""
    care = cares()
    goes_on = or_(CareRequest.state.in_(OPEN), CareRequest.changed_at >= asked.begins)
    found = (
        select(CareRequest.state, CareRequest.visits, CareRequest.review_on, CareRequest.changed_at, *PERFORMER, *_NEED)
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


PERFORMER = Practitioner.given_name, Practitioner.family_name, Organization.name
_NEED = CareRequest.id, CareRequest.pathway_version_id, CareRequest.reason


def performer(given: str | None, family: str | None, place: str | None) -> str:
    """A professional by her name, else the service."""
    return f"{given} {family}" if given is not None else place or ""


def cares() -> Any:
    """What is asked, in words, said once for each need: a plan of ninety passages says it ninety times."""

    @cache
    def care(version_id: UUID, reason: str) -> str:
        return said(version(version_id).reason(reason).care)

    return care
