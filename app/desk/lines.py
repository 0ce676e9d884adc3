"""What the requester's screens say of a request and of its patient: short words, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from babel.dates import format_date
from flask import url_for

from app.accounts.models import Role
from app.care_requests.models import CareRequest, State, Step
from app.care_requests.words import STEPS
from app.core import clock
from app.core.words import count, day, hour, moment
from app.directory.models import Organization
from app.directory.queries import territory_of
from app.directory.words import professionals
from app.dispatch.queries import Reach

SIGNS = {
    "opened": "searching",
    "asked": "wave",
    "refused": "refusal",
    "widened": "wave",
    "accept": "accepted",
    "exhaust": "unanswered",
    "relaunch": "searching",
    "schedule": "scheduled",
    "start": "started",
    "finish": "done",
    "cancel": "cancelled",
}
"""How a step is drawn in the timeline; whatever is not here is a note."""

AWAITED = {
    State.SEARCHING: "Quelqu'un accepte",
    State.UNANSWERED: "La coordination reprend la main",
    State.ACCEPTED: "Une heure est proposée",
    State.SCHEDULED: "Les soins commencent",
    State.STARTED: "Les soins sont terminés",
}


@dataclass(frozen=True)
class Row:
    """One line of the follow list; `note` is the winner's name, else how far the search came."""

    url: str
    state: str
    patient: str
    care: str
    commune: str
    when: str
    winner: str
    reach: str
    current: bool


@dataclass(frozen=True)
class Moment:
    """One step of the timeline; `at` is none while it is awaited."""

    label: str
    at: datetime | None
    author: str
    detail: str
    kind: str


@dataclass(frozen=True)
class Hands:
    """The human who has an unanswered request, and where to call her."""

    name: str
    initials: str
    organization: str
    phone: str


def row(request: CareRequest, reach: Reach, now: datetime, current: UUID | None = None) -> Row:
    performer = request.performer
    return Row(
        url=url_for("desk.follow", request_id=request.id),
        state=request.state.value,
        patient=request.about,
        care=care(request),
        commune=request.commune.name,
        when=since(request.created_at, now),
        winner=performer.name if performer else "",
        reach=reach_note(request.state, reach),
        current=request.id == current,
    )


def care(request: CareRequest) -> str:
    return request.need.care


def reach_note(state: State, reach: Reach) -> str:
    """The two figures that matter: who looked while the search lasts, who said no once it has failed."""
    if state is State.CANCELLED or not reach.asked:
        return ""
    told = count(reach.refused, "refus", "refus") if state is State.UNANSWERED else count(reach.seen, "vu")
    return f"{count(reach.asked, 'prévenu')}, {told}"


def since(at: datetime, now: datetime) -> str:
    """`14 h 05` today, `hier`, else `12 nov.`"""
    away = (clock.paris(now).date() - clock.paris(at).date()).days
    if away == 0:
        return hour(at)
    return "hier" if away == 1 else str(format_date(clock.paris(at).date(), "d MMM", locale="fr"))


def hands(request: CareRequest) -> Hands | None:
    """None unless nobody answered. Without a coordinator the request came back to the one who asked."""
    person = request.coordinator
    if request.state is not State.UNANSWERED or person is None:
        return None
    place: Organization = request.organization
    territory = territory_of(request.commune_code)
    if territory is not None and territory.id in person.organizations(Role.COORDINATOR):
        place = territory
    return Hands(person.name, person.initials, place.name, place.phone)


def found_in(request: CareRequest) -> timedelta | None:
    """From the request, or from its last relaunch or withdrawal, to the acceptance that still holds."""
    if request.performer is None:
        return None
    began: datetime | None = None
    found: timedelta | None = None
    for step in request.steps:
        if step.kind in ("opened", "relaunch", "withdraw"):
            began = step.at
        elif step.kind == "accept" and began:
            found = step.at - began
    return found


def timeline(request: CareRequest, now: datetime) -> list[Moment]:
    """What happened, oldest first, and what is awaited next."""
    moments = [told(step, request, now) for step in request.steps]
    awaited = AWAITED.get(request.state)
    if awaited:
        moments.append(Moment(awaited, None, "", f"souhaité avant {moment(request.window_end, now)}", "pending"))
    return moments


def told(step: Step, request: CareRequest, now: datetime) -> Moment:
    label, author, detail = STEPS[step.kind], step.author_name if step.author_id else "", step.detail
    match step.kind:
        case "opened":
            detail = request.organization.name
        case "asked":
            label, detail = f"Proposée à {professionals(request.profession, int(step.detail))}", ""
        case "widened":
            detail = f"jusqu'à {step.detail}"
        case "accept":
            label, author = f"Acceptée par {author}", ""
        case "exhaust" if request.coordinator:
            detail = f"en charge\u00a0: {request.coordinator.name}"
    earlier = clock.paris(step.at).date() != clock.paris(now).date()
    details = [day(step.at, now) if earlier else "", detail]
    return Moment(label, step.at, author, " · ".join(part for part in details if part), SIGNS.get(step.kind, "note"))


def rows(requests: Sequence[CareRequest], reach: dict[UUID, Reach], now: datetime, current: UUID | None) -> list[Row]:
    return [row(request, reach.get(request.id, Reach()), now, current) for request in requests]
