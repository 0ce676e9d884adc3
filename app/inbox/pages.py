"""What each page of this door shows. Before acceptance nothing of an offer identifies the patient, except to the usual
professional and to the establishment that the patient chose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app import clock
from app.accounts.models import Account
from app.appointments import queries as appointment_queries
from app.appointments.forms import AppointmentForm
from app.appointments.models import Appointment
from app.appointments.rules import Slot, next_slots
from app.appointments.words import REASON_WORDS, modes_of, places_of, wished_words
from app.attachments.queries import joined_to
from app.care_requests import queries as care_request_queries
from app.care_requests.lines import RequestLine
from app.care_requests.models import InformationCopy, State
from app.care_requests.rules import condition, read_visits
from app.care_requests.words import MOMENT_WORDS
from app.conversations.forms import OutcomeForm
from app.conversations.pages import ShownThread, thread_within
from app.conversations.rules import CONCLUDED
from app.core.htmx import Page, wants_part
from app.directory.models import PractitionerRole
from app.directory.queries import recipients_of
from app.dispatch import answers
from app.dispatch import queries as dispatch_queries
from app.dispatch.models import Inquiry, Offer, OfferState
from app.dispatch.words import REFUSALS
from app.documents.models import Document
from app.inbox import queries
from app.inbox.cards import Card, Known, card, known
from app.inbox.forms import QuestionForm
from app.inbox.queries import Numbers, Recipient, stand_in
from app.inbox.replacements import Replacement, away
from app.inbox.rows import ToDo, by_day, proposal_line, to_do, visit_line
from app.messages.queries import judgements
from app.messages.reachability import Judgement
from app.passages import calendar
from app.passages import queries as passage_queries
from app.passages.actions import CARED_FOR
from app.passages.calendar import Week
from app.passages.progress import how_far
from app.passages.words import STATES as PASSAGE_STATES
from app.passages.words import when_said
from app.pathways.schema import After
from app.patients.forms import MetForm
from app.patients.words import STATUSES
from app.relays.forms import PartingForm, ReplacementForm
from app.relays.queries import may_go_on
from app.relays.tasks import tasks
from app.relays.tour import Stop, stops_of, tour
from app.relays.words import WITHDRAWALS


@dataclass(frozen=True)
class Inbox:
    """Hers, or that of a service where she answers; `away`: who stands in for her, if somebody does."""

    recipient_id: UUID
    name: str
    accepting: bool
    away: Replacement | None
    cards: list[Card]

    @property
    def number(self) -> int:
        return len(self.cards)


@dataclass(frozen=True)
class InboxPage(Page):
    """`unexplained`: the last that was refused a moment ago, without a reason yet; asked of each, it would hide
    what waits. `free`: let pass, and nobody took it since.
    `judgement`: whether an alert reaches her; none for the part that moves, which leaves what is beside it alone."""

    template = "inbox/inbox.html"
    fragment = "inbox/_inbox.html"

    inboxes: list[Inbox]
    unexplained: Card | None
    free: list[Card]
    reasons: Mapping[str, str]
    numbers: Numbers
    judgement: Judgement | None
    now_at: datetime
    live_topics: list[str]


def inbox_of(account: Account, boxes: list[Recipient], now: datetime) -> InboxPage:
    mine = [box.recipient_id for box in boxes if box.on_call]
    waiting, numbers = queries.waiting(mine, now), queries.numbers(account.id, mine, now)
    cards: dict[UUID, list[Card]] = {}
    for offer in waiting.offers:
        cards.setdefault(offer.recipient_id, []).append(card(offer, now, waiting.answered))
    return InboxPage(
        inboxes=[
            Inbox(
                box.recipient_id,
                box.name,
                box.accepting,
                away(stand_in(box), box.replaced_until, now),
                cards.get(box.recipient_id, []),
            )
            for box in boxes
        ],
        unexplained=card(waiting.unexplained[0], now) if waiting.unexplained else None,
        free=[card(offer, now) for offer in waiting.free],
        reasons=REFUSALS,
        numbers=numbers,
        judgement=None if wants_part() else judgements([account.id], now)[account.id],
        now_at=now,
        live_topics=[f"inbox-{one}" for one in mine],
    )


@dataclass(frozen=True)
class PassageTold:
    """What was said of a passage for who cares for the patient."""

    when: str
    state: str
    line: str
    photos: Sequence[Document]


@dataclass(frozen=True)
class OfferPage(Page):
    """One offer, in whatever state it is: what stands of it always; while it is open, what may be said beside yes and
    no; and once it is hers, the visit; `wished`, `cannot`: when the patient could instead, and why not. `form`,
    `question`: with what was typed wrong, when it came back. `progress`, `stops`, `told`: of a plan, how far it came,
    what is to be said now, and what was left for the circle. `notice`: why something was not done; `typed`: the line
    that came back, with its passage; `doubts`: to which verb, and what is asked before it is done."""

    template = "inbox/offer.html"
    fragment = "inbox/_offer.html"

    card: Card
    known: Known | None
    offer: Offer
    asked_by: str
    standing: str
    reasons: Mapping[str, str]
    still_free: bool
    too_late: bool
    now_at: datetime
    live_topics: list[str]

    inquiries: Sequence[Inquiry] = ()
    question: QuestionForm | None = None
    colleagues: Sequence[PractitionerRole] = ()

    appointment: Appointment | None = None
    slots: Sequence[Slot] = ()
    form: AppointmentForm | None = None
    modes: Mapping[str, str] = field(default_factory=dict)
    places: Sequence[tuple[str, str]] = ()
    sequence: int = 0
    wished: str = ""
    cannot: str = ""
    after: After | None = None
    weeks: Sequence[Week] = ()
    moments: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    progress: str = ""
    stops: Sequence[Stop] = ()
    told: Sequence[PassageTold] = ()
    last_said: UUID | None = None
    notice: str = ""
    typed: tuple[UUID, str] | None = None
    doubts: tuple[str, Sequence[str]] = ("", ())
    tasks: Sequence[ToDo] = ()
    documents: Sequence[Document] = ()
    withdrawals: Mapping[str, str] = field(default_factory=dict)
    thread: ShownThread | None = None
    outcome: OutcomeForm | None = None
    identity: str = ""
    met: MetForm | None = None


def offer_shown(
    offer: Offer,
    account: Account,
    now: datetime,
    *,
    too_late: bool = False,
    form: AppointmentForm | None = None,
    question: QuestionForm | None = None,
    outcome: OutcomeForm | None = None,
) -> OfferPage:
    shown = OfferPage(
        card=card(offer, now),
        known=known(offer, now),
        offer=offer,
        asked_by=offer.request.organization.full_name,
        standing=queries.standing(offer),
        reasons=REFUSALS,
        still_free=queries.is_still_free(offer),
        too_late=too_late,
        now_at=now,
        live_topics=[f"inbox-{offer.recipient_id}", f"request-{offer.request_id}"],
    )
    match offer.state:
        case OfferState.WON:
            return _with_words(_with_visit(shown, account, now, form), account, now, outcome)
        case OfferState.OPEN | OfferState.PROPOSED:
            return replace(
                shown,
                inquiries=dispatch_queries.inquiries_about(offer),
                question=question or QuestionForm(formdata=None),
                colleagues=[] if offer.to_service else answers.colleagues_for(offer),
                **_calendar(offer),
            )
    return shown


def _with_visit(shown: OfferPage, account: Account, now: datetime, form: AppointmentForm | None) -> OfferPage:
    offer = shown.offer
    request, said = offer.request, condition(offer.condition or "")
    pathway, appointment = request.rulebook, appointment_queries.of_request(request.id)
    modes, chosen = modes_of(offer.role), appointment.mode if appointment else None
    at = list(dict.fromkeys([chosen or pathway.modes[0], *pathway.modes]))
    # Nothing is ticked that nobody chose: a slot says its place, and one's own time asks for it.
    given = pathway.modes[0] if len(pathway.modes) == 1 else None
    return replace(
        shown,
        appointment=appointment,
        slots=next_slots(request.window_end, now, clock.PARIS, window_start=request.window_start, at_most=4),
        form=form or AppointmentForm(pathway, modes, formdata=None, mode=given),
        modes=modes,
        places=[(mode, _place(offer, mode)) for mode in at],
        sequence=appointment.sequence if appointment else 0,
        wished=wished_words(appointment.wished, now) if appointment else "",
        cannot=REASON_WORDS.get(appointment.patient_reason or "", "") if appointment else "",
        after=pathway.after,
        **_calendar(offer),
        part=said.label if said else "",
        **(_care_that_goes_on(offer, now) if request.visits else {}),
        tasks=[to_do(task, won, now) for task, won in tasks(account.id, recipients_of(account), request.id)],
        documents=joined_to(request.episode_id),
        withdrawals=WITHDRAWALS,
        identity=STATUSES[request.patient.identity_status] if request.patient else "",
        met=MetForm(formdata=None),
    )


def _calendar(offer: Offer) -> dict[str, Any]:
    return {"weeks": calendar.weeks(read_visits(offer.request.visits)), "moments": MOMENT_WORDS}


def _with_words(shown: OfferPage, account: Account, now: datetime, outcome: OutcomeForm | None) -> OfferPage:
    """What is said after yes, and what she says of it at the end. `outcome`: with what must be mended in it."""
    request = shown.offer.request
    thread = thread_within(request, account, now, back=shown.card.url)
    waits = request.state in CONCLUDED and not (thread and thread.has_outcome)
    form = outcome or (OutcomeForm(formdata=None) if waits else None)
    topics = [*shown.live_topics, thread.topic] if thread else shown.live_topics
    return replace(shown, thread=thread, outcome=form, live_topics=topics)


TOLD_LATELY = 5


def _care_that_goes_on(offer: Offer, now: datetime) -> dict[str, Any]:
    """Of the whole plan, whoever shares it: a locum reads what her colleague left."""
    request = offer.request
    shared = care_request_queries.shared_with(request)
    passages = passage_queries.shown([each.id for each in shared])
    said = [each for each in passages if each.said_at][::-1][:TOLD_LATELY]
    photos = passage_queries.photos_of([each.id for each in said])
    return {
        "progress": how_far(shared, passages, request.review_on, now),
        "stops": stops_of(request, passages, offer.id, now),
        "last_said": next((each.id for each in said if each.request_id == request.id), None),
        "told": [
            PassageTold(when_said(each), str(PASSAGE_STATES[each.state]), each.note or "", photos.get(each.id, ()))
            for each in said
        ],
    }


def _place(offer: Offer, mode: str) -> str:
    patient = offer.request.patient
    return places_of(offer.role, patient.sex if patient else "")[mode]


@dataclass(frozen=True)
class VisitsPage(Page):
    """The tour of the day; what she took, without an hour and then by day, and the care that goes on; her yeses that
    wait for a choice; what is left to do."""

    template = "inbox/visits.html"
    fragment = "inbox/_visits.html"

    tour: list[Stop]
    notice: str
    tasks: list[ToDo]
    to_plan: list[RequestLine]
    going: list[RequestLine]
    days: list[tuple[str, list[RequestLine]]]
    proposals: list[RequestLine]
    live_topics: list[str]


def visits_of(account: Account, inboxes: Sequence[UUID], now: datetime, notice: str = "") -> VisitsPage:
    everything = queries.visits(account.id, inboxes)
    going = [one for one in everything if one.request.visits and one.request.state is State.STARTED]
    taken = [one for one in everything if one not in going]
    return VisitsPage(
        tour=tour(account.id, inboxes, now),
        notice=notice,
        going=[visit_line(replace(one, starts_at=None), now) for one in going],
        tasks=[to_do(task, offer, now) for task, offer in tasks(account.id, inboxes)],
        to_plan=[visit_line(one, now) for one in taken if one.starts_at is None],
        days=by_day(taken, now),
        proposals=[proposal_line(offer_id, request) for offer_id, request in queries.proposals(account.id, inboxes)],
        live_topics=[f"inbox-{one}" for one in inboxes],
    )


@dataclass(frozen=True)
class PartingPage(Page):
    """Handing the rest of a plan over. `people`: whom she may name, each with why; `typed`: whom she looks for."""

    template = "inbox/handover.html"

    offer: Offer
    care: str
    progress: str
    form: PartingForm
    people: list[tuple[PractitionerRole, str]]
    typed: str


def handover_of(offer: Offer, now: datetime, typed: str, form: PartingForm | None) -> PartingPage | None:
    """None unless the plan is hers and goes on."""
    request = offer.request
    if offer.state is not OfferState.WON or request.state not in CARED_FOR or not request.visits:
        return None
    people = may_go_on(offer, typed)
    fresh = form or PartingForm([role for role, _why in people], now, formdata=None, day=clock.paris(now).date())
    going = _care_that_goes_on(offer, now)
    return PartingPage(offer, card(offer, now).care, going["progress"], fresh, people, typed)


@dataclass(frozen=True)
class CopiesPage(Page):
    template = "inbox/copies.html"

    copies: Sequence[InformationCopy]


@dataclass(frozen=True)
class RolePlace:
    """One of her roles. `skills`: what it may say of itself, by title; `replacement`: none where nobody could."""

    role: PractitionerRole
    skills: dict[str, dict[str, str]]
    away: Replacement | None
    person: bool
    replacement: ReplacementForm | None


@dataclass(frozen=True)
class PracticePage(Page):
    template = "inbox/practice.html"

    places: list[RolePlace]
