"""What this room tells of a person's life: what was asked for her and what became of it, and care that comes back."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import State
from app.care_requests.words import STATES, STEPS
from app.core.db import db
from app.directory.models import Practitioner
from app.happenings.asking import Asked
from app.happenings.rules import Happening, Went
from app.language.phrases import said
from app.organizations.models import Organization
from app.pathways.library import version

BECAME = {
    State.DONE: Went.DONE,
    State.STARTED: Went.DONE,
    State.UNANSWERED: Went.MISSED,
    State.CANCELLED: Went.MISSED,
}
MOVES = frozenset(STATES) - {State.SCHEDULED}
"""What a request became that is worth a mark; an hour has its own."""


def asked_for(asked: Asked) -> Iterator[Happening]:
    """Every move of every request: asked, taken, without an answer, done."""
    if asked.reader.account is None:
        return
    care = cares()
    moves = (
        select(Step.at, Step.kind, Step.state, Step.author_name, *NEED)
        .join(CareRequest, CareRequest.id == Step.request_id)
        .where(CareRequest.patient_id == asked.patient_id, asked.of_requests(CareRequest.id))
        .where(Step.state.in_(MOVES), asked.within(Step.at))
    )
    for at, kind, state, author, request_id, *need in db.session.execute(moves):
        what = f"{STEPS[kind]} · {care(*need)}"
        went = BECAME.get(state, Went.SAID) if state else Went.SAID
        yield Happening(clock.paris(at).date(), what, author, went, at=at, opens=asked.opens(request_id))


PERFORMER = Practitioner.given_name, Practitioner.family_name, Organization.name
NEED = CareRequest.id, CareRequest.pathway_version_id, CareRequest.reason


def performer(given: str | None, family: str | None, place: str | None) -> str:
    """A professional by her name, else the service."""
    return f"{given} {family}" if given is not None else place or ""


def cares() -> Any:
    """What is asked, in words, said once for each need: a plan of ninety passages says it ninety times."""

    @cache
    def care(version_id: UUID, reason: str) -> str:
        return said(version(version_id).reason(reason).care)

    return care
