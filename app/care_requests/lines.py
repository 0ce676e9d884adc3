"""A request in a list: what is read of it, in one question, and the line that every door shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app.care_requests.models import NOBODY, CareRequest, FollowsPathway
from app.care_requests.rules import State
from app.directory.models import Practitioner, PractitionerRole
from app.language.phrases import said
from app.organizations.models import Commune, Organization
from app.patients.models import Patient, shown_name


class Performer(NamedTuple):
    """Who took a request: a professional, or the service of an establishment."""

    name: str
    initials: str


@dataclass(slots=True)
class RequestFacts(FollowsPathway):
    """A request as lists read it: only what they show is read, and unsealed."""

    id: UUID
    episode_id: UUID
    organization_id: UUID
    pathway_version_id: UUID
    reason: str
    state: State
    created_at: datetime
    window_start: datetime
    window_end: datetime
    visits: list[str]
    about: str
    place: str
    stay_id: UUID | None
    performer: Performer | None


_PERFORMING = aliased(Organization)
_COLUMNS = (
    *(CareRequest.id, CareRequest.episode_id, CareRequest.organization_id, CareRequest.pathway_version_id),
    *(CareRequest.reason, CareRequest.state, CareRequest.created_at),
    *(CareRequest.window_start, CareRequest.window_end, CareRequest.visits, CareRequest.stay_id),
    *(Patient.given_names, Patient.birth_name, Commune.name),
    *(Practitioner.given_name, Practitioner.family_name, _PERFORMING.name),
)


def listing(*more: Any) -> Select[*tuple[Any, ...]]:
    """The statement of a list of requests; `more`: columns that it reads beside, of what it joins to them."""
    return (
        select(*more, *_COLUMNS)
        .select_from(CareRequest)
        .join(Commune, Commune.code == CareRequest.commune_code)
        .outerjoin(Patient, Patient.id == CareRequest.patient_id)
        .outerjoin(PractitionerRole, PractitionerRole.id == CareRequest.performer_id)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .outerjoin(_PERFORMING, _PERFORMING.id == PractitionerRole.organization_id)
    )


def facts_of(row: Sequence[Any]) -> RequestFacts:
    """From a row of a `listing`, whatever it holds before."""
    *facts, stay_id, given_names, birth_name, place, given_name, family_name, organization = row[-len(_COLUMNS) :]
    about = NOBODY if given_names is None else shown_name(given_names, birth_name)
    performer = None
    if given_name is not None:
        performer = Performer(f"{given_name} {family_name}", (given_name[:1] + family_name[:1]).upper())
    elif organization is not None:
        performer = Performer(organization, organization[:2].upper())
    facts += [about, place, stay_id, performer]
    return RequestFacts(*facts)


@dataclass(frozen=True)
class RequestLine:
    """One line of a list, in words: of a request, or of an offer of it.

    `state`: of whichever it is; `suspended` while its patient is in hospital. `title`: whom it is about; what is asked,
    where nobody is to be named or all are one patient's. `note` stands beside the state: who comes, how far the search
    came, what the patient said. `overdue`: the icon of what should have happened by now, which then stands for the
    state; empty when nothing is late. `answer`: what the patient said of the hour, `confirmed` or `declined`, which is
    part of the state in words.
    """

    url: str
    state: str
    title: str
    what: str = ""
    when: str = ""
    note: str = ""
    current: bool = False
    overdue: str = ""
    answer: str = ""


SUSPENDED = "suspended"
"""How a request reads that waits for its patient's return, whatever its state."""


def line_of(
    request: CareRequest | RequestFacts, url: str, *, when: str = "", note: str = "", current: bool = False
) -> RequestLine:
    """With the patient's name, for who may know it."""
    what = f"{said(request.need.care)} · {request.place}"
    state = SUSPENDED if request.stay_id else request.state.value
    return RequestLine(url, state, request.about, what, when, note, current)
