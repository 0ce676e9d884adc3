"""What each page of this door shows."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from markupsafe import Markup

from app.accounts.models import REQUESTERS, Account, Role
from app.appointments import actions as appointments
from app.appointments.models import Appointment, PatientSpace
from app.appointments.reminders import is_reminded
from app.appointments.words import MODES
from app.attachments.queries import joined_to
from app.care_requests import queries as care_request_queries
from app.care_requests.lines import RequestFacts, RequestLine
from app.care_requests.models import CareRequest, CareTask, InformationCopy, State, Step
from app.care_requests.rules import OPEN, Verb, condition
from app.care_requests.words import answers_in_words
from app.conversations.pages import ShownThread, thread_within
from app.core.htmx import Page, drawn
from app.core.qr import qr_svg
from app.core.ways import public_address, way
from app.desk import lines
from app.desk import queries as desk_queries
from app.desk.changes import CancellationForm, DecisionForm, ReassignmentForm, ReplyForm, WindowForm
from app.desk.lines import Hands, Moment
from app.desk.queries import Followed, HourSaid
from app.desk.request_form import RequestForm
from app.directory.models import PractitionerRole
from app.dispatch import queries as dispatch_queries
from app.dispatch.models import Inquiry, Offer
from app.dispatch.queries import Reach, Reachable
from app.dispatch.words import answers_in_words as refusals_in_words
from app.dispatch.words import stage
from app.documents.models import Document
from app.language.phrases import language, speaking
from app.organizations.forms import CommuneField
from app.passages.calendar import Grid
from app.passages.progress import plan_shown
from app.pathways.choosing import PathwayChoice
from app.pathways.schema import Pathway, Reason
from app.patients.forms import PatientForm, PatientSearchForm
from app.patients.words import Banner, banner

BESIDE = 30
"""How many requests the list beside an open one holds: it is sent again with every change."""

LOOKED_FOR = (State.SEARCHING, State.UNANSWERED)
LATELY = timedelta(days=30)


@dataclass(frozen=True)
class FollowList(Page):
    """The follow list, alone or beside an open request. `beside`: which one; `everything`: not only what is open."""

    template = "desk/requests.html"
    fragment = "desk/_requests.html"

    lines: list[RequestLine]
    beside: UUID | None
    everything: bool
    live_topics: list[str]


def follow_list(account: Account, now: datetime, *, everything: bool, beside: UUID | None) -> FollowList:
    """What is still open, or everything when asked."""
    limit = BESIDE if beside else 100
    requests, _event, hours, unread = desk_queries.followed(account, open_only=not everything, limit=limit)
    reach = dispatch_queries.reach([each.id for each in requests])
    return FollowList(
        follow_lines((requests, hours, unread), reach, beside, now), beside, everything, follow_topics(account)
    )


def follow_lines(
    found: tuple[Sequence[RequestFacts], Mapping[UUID, HourSaid], Container[UUID]],
    reach: Mapping[UUID, Reach],
    current: UUID | None,
    now: datetime,
) -> list[RequestLine]:
    (requests, hours, unread), nobody = found, Reach()
    return [
        replace(
            lines.follow_line(each, reach.get(each.id, nobody), now, hour_said=hours.get(each.id)),
            current=each.id == current,
            unread=each.id in unread,
        )
        for each in requests
    ]


def follow_topics(account: Account) -> list[str]:
    return [f"requests-{organization}" for organization in account.organizations(*REQUESTERS)]


@dataclass(frozen=True)
class CameBack:
    """Forms with what must be mended in them, documents that wait to be joined, and the `notice` of what could not be
    done any more."""

    cancellation: CancellationForm | None = None
    reassignment: ReassignmentForm | None = None
    window: WindowForm | None = None
    reply: tuple[UUID, ReplyForm] | None = None
    wrong_document: str = ""
    waiting: Sequence[Document] = ()
    notice: str = ""


@dataclass(frozen=True)
class FollowPage(FollowList):
    """One request, from the tap to the care, and the list beside it.

    `needs`: what was asked for the same event; `progress`, `told`: of its plan, as `PlanShown`; `refusals`: summed, in
    words; `hands`: in whose it is; `won`: the offer that was taken; `farther`: whom the search would ask next, in
    words; `widens`: between which instants that comes nearer by itself. A form is none for what cannot be changed now.
    """

    template = "desk/request.html"
    fragment = "desk/_request.html"

    care_request: CareRequest
    need: Reason
    rulebook: Pathway
    banner: Banner | None
    mine: bool
    coordinates: bool
    needs: list[RequestLine]
    plan: Grid | None
    progress: str
    told: list[tuple[str, str]]
    reach: Reach
    refusals: list[str]
    won: Offer | None
    condition: str
    found_in: timedelta | None
    hands: Hands | None
    timeline: list[Moment]
    answers: list[tuple[str, str]]
    documents: Sequence[Document]
    tasks: Sequence[CareTask]
    copies: Sequence[InformationCopy]
    inquiries: Sequence[Inquiry]
    proposals: Sequence[Offer]
    appointment: Appointment | None
    modes: Mapping[str, str]
    patient_link: str | None
    qr_svg: str | None
    unreminded: bool
    farther: str
    widens: tuple[datetime, datetime] | None
    cancellation: CancellationForm | None
    reassignment: ReassignmentForm | None
    window: WindowForm | None
    reply: tuple[UUID, ReplyForm] | None
    wrong_document: str
    waiting: Sequence[Document]
    notice: str
    thread: ShownThread | None

    @classmethod
    def about(cls, found: Followed, account: Account, now: datetime, came_back: CameBack) -> Self:
        asked, steps = found.request, desk_queries.happened(found.request.id)
        mine = asked.organization_id in account.organizations(*REQUESTERS)
        beside, event, hours, unread = desk_queries.followed(
            account, open_only=True, limit=BESIDE, episode_id=asked.episode_id
        )
        reaches = dispatch_queries.reach({asked.id, *(each.id for each in beside)})
        reach = reaches.get(asked.id, Reach())
        moving = [asked.id, *(each.id for each in event if each.id != asked.id)]
        parts = [each for each in event if each.reason == asked.reason]
        care = plan_shown(parts, asked.review_on, now)
        won = None if asked.state is State.SEARCHING else found.won
        said = condition(won.condition or "") if won else None
        ahead = dispatch_queries.ahead(asked, now)
        link = patient_link(found) if mine else None
        return cls(
            lines=follow_lines((beside, hours, unread), reaches, asked.id, now),
            beside=asked.id,
            everything=False,
            live_topics=[*(f"request-{each}" for each in moving), f"conversation-{asked.id}", *follow_topics(account)],
            care_request=asked,
            need=asked.need,
            rulebook=asked.rulebook,
            banner=banner(asked.patient, now) if asked.patient else None,
            mine=mine,
            coordinates=Role.COORDINATOR in account.roles,
            needs=[lines.need_line(each, asked.id) for each in event] if len(event) > 1 else [],
            plan=care.plan,
            progress=care.progress,
            told=care.told,
            reach=reach,
            refusals=refusals_in_words(reach.answers),
            won=won,
            condition=said.label if said else "",
            found_in=lines.found_in(asked, steps),
            hands=lines.hands(asked),
            timeline=lines.timeline(asked, steps, now),
            answers=answers_in_words(asked),
            documents=joined_to(asked.episode_id) if found.documents else [],
            tasks=care_request_queries.tasks_of(asked.id) if found.tasks else [],
            copies=care_request_queries.copies_of(asked.id) if found.copies else [],
            inquiries=dispatch_queries.inquiries_of(asked) if found.inquiries else [],
            proposals=dispatch_queries.proposals_of(asked) if found.proposals else [],
            appointment=found.appointment if won else None,
            modes=MODES,
            patient_link=link,
            qr_svg=qr_svg(link) if link else None,
            unreminded=bool(link and asked.patient and not is_reminded(asked.patient, found.space)),
            farther=stage(ahead.stage.kind, ahead.stage.km) if ahead else "",
            widens=ahead.between if ahead else None,
            cancellation=came_back.cancellation or (CancellationForm() if mine and asked.state in OPEN else None),
            reassignment=came_back.reassignment
            or (ReassignmentForm() if mine and asked.state in (State.ACCEPTED, State.SCHEDULED) else None),
            window=came_back.window
            or (WindowForm(asked.rulebook, now) if mine and asked.state in LOOKED_FOR else None),
            reply=came_back.reply,
            wrong_document=came_back.wrong_document,
            waiting=came_back.waiting,
            notice=came_back.notice,
            thread=thread_within(asked, account, now, back=lines.url_of(asked), talked=found.talked)
            if found.talked or won
            else None,
        )


def patient_link(found: Followed) -> str | None:
    """The address for the patient, once someone comes; computed anew for the screen, stored nowhere."""
    if found.appointment is None or found.request.performer is None:
        return None
    return public_address(way("patient-visit", token=appointments.link_token_for(found.appointment.id, found.link)))


@dataclass(frozen=True)
class Handout(Page):
    """What goes on paper for the patient: what opens her space as a code to scan, and its two words."""

    template = "desk/_handout.html"

    care_request: CareRequest
    appointment: Appointment
    space: PatientSpace
    qr_svg: str


@dataclass(frozen=True)
class PatientCard(Page):
    """The card to hand over. `handout`: in the language that the patient reads; `reads`: which one; `large`: in large
    letters."""

    template = "desk/card.html"

    care_request: CareRequest
    handout: Markup
    reads: str
    large: bool

    @classmethod
    def of(cls, asked: CareRequest, appointment: Appointment, space: PatientSpace) -> Self:
        code = qr_svg(public_address(way("patient-space", token=space.token)))
        with speaking(space.language or language()):
            return cls(asked, drawn(Handout(asked, appointment, space, code)), language(), space.large)


@dataclass(frozen=True)
class Awaited:
    """A request that waits for a decision, with what there is to read before."""

    request: CareRequest
    banner: Banner | None
    answers: list[tuple[str, str]]
    documents: Sequence[Document]


@dataclass(frozen=True)
class DecisionsPage(Page):
    """`wrong`: the decision whose form came back. `decided`: each with the step that says when, and whether yes."""

    template = "desk/decisions.html"
    fragment = "desk/_decisions.html"

    waiting: list[Awaited]
    decided: list[tuple[CareRequest, Step, bool]]
    wrong: tuple[UUID, DecisionForm] | None
    too_late: bool
    live_topics: list[str]

    @classmethod
    def of(cls, doctor: Account, now: datetime, wrong: tuple[UUID, DecisionForm] | None, *, too_late: bool) -> Self:
        waiting = [
            Awaited(
                each,
                banner(each.patient, now) if each.patient else None,
                answers_in_words(each),
                joined_to(each.episode_id),
            )
            for each in care_request_queries.to_decide(doctor)
        ]
        since = care_request_queries.decided_since(doctor, now - LATELY)
        decided = [(request, step, step.kind == Verb.APPROVE) for request, step in since]
        return cls(waiting, decided, wrong, too_late, [f"decisions-{doctor.id}"])


@dataclass(frozen=True)
class HandedOver:
    """One request, and what happened to it since; `changes` is empty for one that is only still open."""

    line: RequestLine
    changes: list[Moment]


@dataclass(frozen=True)
class HandoverPage(Page):
    """What changed while the tablet was in other hands. `since`: the reader's last visit, none for her first. `tabs`:
    on a computer, since when one may ask."""

    template = "desk/handover.html"

    came_from: Account | None
    since: datetime | None
    changed: list[HandedOver]
    still_open: list[HandedOver]
    tabs: Sequence[tuple[str, str, bool, int]] = ()


@dataclass(frozen=True)
class PatientSearchPage(Page):
    """`found`: none as long as nobody can be looked for; `understood`: what was, in words; `hint`: what is still to be
    typed, or typed otherwise; `lends`: the pathway has needs that are about no patient."""

    template = "desk/patient.html"
    fragment = "desk/_patients.html"

    pathway: Pathway
    on_offer: PathwayChoice
    lends: bool
    form: PatientSearchForm
    found: list[tuple[UUID, Banner, str]] | None = None
    understood: str = ""
    hint: str = ""


@dataclass(frozen=True)
class NewPatientPage(Page):
    """`alike`: whom one knows already and who may be this person: id, who she is, and why."""

    template = "desk/new_patient.html"

    pathway: Pathway
    form: PatientForm
    alike: Sequence[tuple[UUID, Banner, str]] = ()


@dataclass(frozen=True)
class PlaceMeant(Page):
    """Under a place's field: what Relais understood, or what to choose among."""

    template = "organizations/_meant.html"

    field: CommuneField


@dataclass(frozen=True)
class PlanWords(Page):
    """What the plan that is being written comes to."""

    template = "desk/_plan.html"

    words: str


@dataclass(frozen=True)
class NewRequestPage(Page):
    """`who`: the patient's id, or that there is none; `places`: the establishments, with their distance (km), of which
    the `nearest` are shown at once; `profession`: one and several; `usual_kind`: of which she may have a usual one,
    whom to name here; `informed`: the usual ones who get a copy, by name; `to_name`: of which profession one would,
    if anybody were named, in words; `asked`: since when, by need; `refused`: the sheet in which the patient's refusal
    is written down stays open."""

    template = "desk/new.html"

    pathway: Pathway
    on_offer: PathwayChoice
    who: UUID | str
    banner: Banner | None
    form: RequestForm
    places: dict[str, tuple[PractitionerRole, float]]
    nearest: int
    reachable: Reachable | None
    profession: tuple[str, str]
    usual_kind: str
    informed: list[str]
    to_name: dict[str, str]
    under_way: list[RequestLine]
    asked: dict[str, str]
    chosen_twice: bool
    frozen: bool
    refused: bool
    deciders: list[tuple[str, str]]
