"""What this room tells of a person's life: what was asked for her and what became of it, and care that comes back."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app import clock
from app.care_requests.models import CareRequest, EpisodeDocument, Step
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


def plans(asked: Asked) -> Iterator[Happening]:
    """Care that comes back, from its first passage to its last, once somebody has taken it."""
    reader = asked.reader
    if not reader.reads("visits"):
        return
    care = cares()
    goes_on = or_(CareRequest.state.in_(OPEN), CareRequest.changed_at >= asked.begins)
    taken = (
        select(CareRequest.state, CareRequest.visits, CareRequest.review_on, CareRequest.changed_at, *PERFORMER, *_NEED)
        .join(PractitionerRole, PractitionerRole.id == CareRequest.performer_id)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .join(Organization, Organization.id == PractitionerRole.organization_id)
        .where(CareRequest.patient_id == asked.patient_id, asked.of_requests(CareRequest.id))
        .where(CareRequest.created_at < asked.ends, goes_on, CareRequest.state.in_(TAKEN))
    )
    for state, visits, review_on, changed_at, *rest in db.session.execute(taken):
        *names, request_id, version_id, reason = rest
        if not visits:
            continue
        first, last = (each.day for each in read_visits((visits[0], visits[-1])))
        until = last_day(state, last, clock.paris(changed_at).date(), endless=review_on is not None)
        if first <= asked.until and until >= asked.since:
            what = care(version_id, reason) if reader.account else _("Soins qui reviennent")
            went = Went.DONE if state is State.DONE else Went.SAID
            yield Happening(first, what, performer(*names), went, until=until, opens=asked.opens(request_id))


def last_day(state: State, planned: date, changed: date, *, endless: bool) -> date:
    if state is State.DONE:
        return min(planned, changed)
    return LASTS if endless else planned


PERFORMER = Practitioner.given_name, Practitioner.family_name, Organization.name
_NEED = CareRequest.id, CareRequest.pathway_version_id, CareRequest.reason


def performer(given: str | None, family: str | None, place: str) -> str:
    """A professional by her name, else the service."""
    return f"{given} {family}" if given is not None else place


def cares() -> Any:
    """What is asked, in words, said once for each need: a plan of ninety passages says it ninety times."""

    @cache
    def care(version_id: UUID, reason: str) -> str:
        return said(version(version_id).reason(reason).care)

    return care


def joined_inside(asked: Asked) -> Any:
    """For a condition: the documents of what this reader is inside of."""
    joined = select(EpisodeDocument.document_id).join(CareRequest, CareRequest.episode_id == EpisodeDocument.episode_id)
    return joined.where(CareRequest.id.in_(asked.reader.inside))
