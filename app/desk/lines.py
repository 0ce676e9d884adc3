"""What the requester's screens say of a request and of its patient: short words, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from flask import url_for

from app import clock
from app.accounts.models import Role
from app.appointments.words import wished_words
from app.care_requests.lines import RequestFacts, RequestLine, line_of
from app.care_requests.models import CareRequest, State, Step
from app.care_requests.rules import TAKEN
from app.care_requests.words import CANCELLATIONS, OF_OPINION, SIGNS, STATES, STEPS, UNWANTED
from app.desk.queries import Happened, HourSaid
from app.directory.words import professionals
from app.dispatch.queries import Reach
from app.language.phrases import gettext as _
from app.language.phrases import later, ngettext, said, told
from app.language.words import brief, date_words, day, hour, moment, near_day
from app.organizations.models import Organization
from app.organizations.queries import territory_of
from app.passages.calendar import visits_counted

AWAITED = {
    State.DRAFT: later("Un médecin senior décide"),
    State.SEARCHING: later("En attente d'un oui"),
    State.UNANSWERED: later("La coordination reprend la main"),
    State.ACCEPTED: later("Une heure est proposée"),
    State.SCHEDULED: later("Les soins commencent"),
    State.STARTED: later("Les soins sont terminés"),
}


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


def follow_line(
    request: CareRequest | RequestFacts, reach: Reach, now: datetime, *, hour_said: HourSaid | None = None
) -> RequestLine:
    """Of the follow list: who comes, else how far the search came; the hour of the visit (`hour_said`, with what the
    patient said of it), else since when it is asked for, which says so."""
    note = request.performer.name if request.performer else reach_note(request.state, reach)
    at, said = hour_said if hour_said and request.state is State.SCHEDULED else (None, None)
    when = brief(at, now) if at else asked_at(request.created_at, now)
    return replace(line_of(request, url_of(request), when=when, note=note), answer=said or "")


def url_of(request: CareRequest | RequestFacts) -> str:
    return url_for("desk.follow", request_id=request.id)


def reach_note(state: State, reach: Reach) -> str:
    """The two figures that matter: who looked while the search lasts, who said no once it has failed."""
    if state is State.CANCELLED or not reach.asked:
        return ""
    asked = ngettext("%(num)s prévenu", "%(num)s prévenus", reach.asked)
    if state is State.UNANSWERED:
        return f"{asked}, {ngettext('%(num)s refus', '%(num)s refus', reach.refused)}"
    return f"{asked}, {ngettext('%(num)s vu', '%(num)s vus', reach.seen)}"


def since(at: datetime, now: datetime) -> str:
    """`14 h 05` today, `hier`, else `12 nov.`"""
    away = (clock.paris(now).date() - clock.paris(at).date()).days
    if away == 0:
        return hour(at)
    return near_day(-1) if away == 1 else date_words(clock.paris(at).date(), "d MMM")


def asked_at(at: datetime, now: datetime) -> str:
    return _("demandé %(when)s", when=since(at, now))


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


def found_in(request: CareRequest, steps: Sequence[Happened]) -> timedelta | None:
    """From the request, or from its last relaunch or withdrawal, to the acceptance that still holds."""
    if request.performer is None:
        return None
    began: datetime | None = None
    found: timedelta | None = None
    for step in steps:
        if step.kind in ("opened", "relaunch", "withdraw"):
            began = step.at
        elif step.kind == "accept" and began:
            found = step.at - began
    return found


def timeline(request: CareRequest, steps: Sequence[Happened], now: datetime) -> list[Moment]:
    """What happened, oldest first, and what is awaited next."""
    moments = [moment_of(step, request, now) for step in steps]
    given = request.state is State.STARTED and request.rulebook.after.opinion_hours  # Nothing else is awaited.
    awaited, wished_by = "" if given else AWAITED.get(request.state), moment(request.window_end, now)
    if awaited:
        due = request.answer_due
        until = _("réponse avant %(at)s", at=moment(due, now)) if due else _("souhaité avant %(at)s", at=wished_by)
        moments.append(Moment(awaited, None, "", until, "pending"))
    return moments


def moment_of(step: Step | Happened, request: CareRequest, now: datetime) -> Moment:
    label, author, detail = _words_of(step, request)
    earlier = clock.paris(step.at).date() != clock.paris(now).date()
    details = [day(step.at, now) if earlier else "", detail]
    return Moment(
        label, step.at, author, " · ".join(str(part) for part in details if part), SIGNS.get(step.kind, "note")
    )


def _words_of(step: Step | Happened, request: CareRequest) -> tuple[str, str, str]:
    """What happened, by whom, and what else there is to say of it."""
    of_opinion = OF_OPINION if request.rulebook.after.opinion_hours else {}
    label, author, detail = {**STEPS, **of_opinion}[step.kind], step.author_name if step.author_id else "", step.detail
    match step.kind:
        case "opened":
            draft = step.state is State.DRAFT
            return (_("Décision demandée") if draft else label), author, request.organization.name
        case "asked":
            return _("Proposée à %(whom)s", whom=professionals(request.profession, int(detail))), author, ""
        case "accept" if not detail:  # Else somebody else than the one who comes said so: chosen, or by telephone.
            return _("Acceptée par %(name)s", name=author), "", ""
        case "split":
            return label, "", visits_counted(int(detail))
        case "exhaust" if request.coordinator:
            return label, author, _("en charge : %(name)s", name=request.coordinator.name)
        case "cancel":
            closed = _("Close : personne n'a été prévenu") if detail == UNWANTED else label
            return closed, author, CANCELLATIONS.get("patient" if detail == UNWANTED else detail) or told(detail)
        case "schedule" if visit := _instant(detail):
            return label, author, moment(visit, step.at)
    return label, author, wished_words(detail.split(","), step.at) if step.kind == "wished" else told(detail)


def _instant(detail: str) -> datetime | None:
    """Of a visit; none in the steps of an older Relais, which kept words."""
    try:
        return datetime.fromisoformat(detail)
    except ValueError:
        return None


def need_line(request: RequestFacts, current: UUID) -> RequestLine:
    """Of one of the needs of an event: who comes, how often."""
    comes = request.performer.name if request.performer and request.state in TAKEN else ""
    visits = visits_counted(len(request.visits)) if request.visits else ""
    note = " · ".join(part for part in (comes, visits) if part)
    return RequestLine(
        url_of(request), request.state.value, said(request.need.label), note=note, current=request.id == current
    )


def under_way_line(request: CareRequest, now: datetime) -> RequestLine:
    """Of a patient's open request: enough to see that it is the same need."""
    when = asked_at(request.created_at, now)
    return RequestLine(
        url_of(request), request.state.value, said(request.need.label), when=when, note=STATES[request.state].lower()
    )
