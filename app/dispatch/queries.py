"""Reads of the search: a practitioner's inbox, the truth about reach, who could be asked."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.care_requests.models import CareRequest, State, Step, Verb
from app.care_requests.rules import OPEN
from app.circles.models import CareTeamMember
from app.circles.queries import asked_first
from app.core.db import db
from app.directory import queries as directory
from app.directory.models import Profession
from app.dispatch import rules
from app.dispatch.models import ALERT, Inquiry, Offer, OfferState, Wave
from app.messages.funnel import Funnel, beside, read_beside
from app.pathways.schema import Search, Stage
from app.patients.models import Patient
from app.push.rules import Channel

ANSWERED = (OfferState.WON, OfferState.REFUSED, OfferState.RELAYED, OfferState.PROPOSED)
"""Of an offer to which its person said something."""

COUNTED = 99
"""More people than that are all the same to a requester, and would cost a big town seconds."""


class OfferRow(NamedTuple):
    """What became of an offer; `funnel`: of the alert about it."""

    id: UUID
    request_id: UUID
    recipient_id: UUID
    state: OfferState
    seen_at: datetime | None
    refusal_reason: str | None
    funnel: Funnel


@dataclass(frozen=True)
class Reach:
    """How many people were asked, and what became of it: people, not messages.

    `by_mail`, `by_sms`: whose phone said nothing, and who were told so instead. `answers`: as `answers_summed` counts
    them.
    """

    asked: int = 0
    received: int = 0
    seen: int = 0
    refused: int = 0
    unreachable: int = 0
    by_mail: int = 0
    by_sms: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ahead:
    """The `stage` that a search has not reached yet. `between`: from when its present one lasts until when it goes on
    by itself; none where that depends on what those who are asked say."""

    stage: Stage
    between: tuple[datetime, datetime] | None


@dataclass(frozen=True)
class Reachable:
    """Who could be asked, before anything is sent: `number` of them, or `more`. `usual`: who usually cares for her;
    `first`: the names of those who are asked for that, whoever stands in for her; none when nobody there can answer."""

    number: int
    more: bool
    radius_km: int
    usual: CareTeamMember | None
    first: Sequence[str]


def won_offers(recipients: Collection[UUID], limit: int = 50) -> Sequence[Offer]:
    """What was taken in these inboxes and is not finished, in the order it is wanted."""
    statement = (
        select(Offer)
        .join(CareRequest, CareRequest.id == Offer.request_id)
        .options(joinedload(Offer.request).joinedload(CareRequest.patient))
        .where(
            Offer.recipient_id.in_(recipients),
            Offer.state == OfferState.WON,
            CareRequest.state.in_(OPEN),
        )
        .order_by(CareRequest.window_start)
        .limit(limit)
    )
    return db.session.scalars(statement).all()


_ASKED = beside(
    select(*(Offer.id, Offer.request_id, Offer.recipient_id, Offer.state, Offer.seen_at, Offer.refusal_reason)).where(
        Offer.request_id.in_(bindparam("requests", expanding=True))
    ),
    Offer.id,
)


def reach(request_ids: Iterable[UUID]) -> dict[UUID, Reach]:
    """Per request: people asked, and of those whose phone received it, who saw it, refused, or could not be reached."""
    offers: dict[UUID, list[OfferRow]] = {}
    for facts, funnel in read_beside(_ASKED, ALERT, requests=list(request_ids)):
        offer = OfferRow._make([*facts, funnel])
        offers.setdefault(offer.request_id, []).append(offer)
    return {request_id: _reach(made) for request_id, made in offers.items()}


def _reach(offers: list[OfferRow]) -> Reach:
    people: dict[UUID, list[OfferRow]] = {}
    for offer in offers:
        people.setdefault(offer.recipient_id, []).append(offer)

    def number(fact: Callable[[OfferRow], bool]) -> int:
        return sum(any(fact(offer) for offer in made) for made in people.values())

    return Reach(
        asked=len(people),
        received=number(lambda o: o.funnel.received or _was_seen(o)),
        seen=number(_was_seen),
        refused=number(lambda o: o.state is OfferState.REFUSED),
        by_mail=number(lambda o: o.funnel.carrier is Channel.EMAIL),
        by_sms=number(lambda o: o.funnel.carrier is Channel.SMS),
        unreachable=len(people) - number(lambda o: o.funnel.alerted or _was_seen(o)),
        answers=dict(_summed((offer.state, offer.refusal_reason) for offer in offers)),
    )


def _was_seen(offer: OfferRow) -> bool:
    """Whoever answers has seen it, also from the lock screen, where no page opens to say so."""
    return offer.seen_at is not None or offer.state in ANSWERED


def answers_summed(request_id: UUID) -> Counter[str]:
    """Refusals by reason (`none` when unsaid) and silences (`silent`), for the human who takes over."""
    facts = select(Offer.state, Offer.refusal_reason).where(Offer.request_id == request_id)
    return _summed((state, reason) for state, reason in db.session.execute(facts))


def _summed(answers: Iterable[tuple[OfferState, str | None]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for state, reason in answers:
        if state is OfferState.REFUSED:
            counts[reason or "none"] += 1
        elif state is OfferState.EXPIRED:
            counts["silent"] += 1
    return counts


def reachable(patient: Patient, search: Search, usual: CareTeamMember | None, now: datetime) -> Reachable | None:
    """The smallest of the pathway's circles that holds enough people, or its widest; none when it asks no circle.
    `usual`: who usually does this for her."""
    circles = [stage for stage in search.stages if stage.kind == "near"]
    if search.skilled or not circles:  # Who has the skill is known once the need is.
        return None
    place, profession = patient.commune, Profession(search.profession)
    first = [role.name for role in asked_first(usual, now)] if usual else []
    near = directory.near(profession, place.latitude, place.longitude, circles[-1].km, COUNTED + 1)
    for circle in circles:
        number = sum(found.km <= circle.km for found in near)
        if number >= circle.offers:
            break
    return Reachable(min(number, COUNTED), number > COUNTED, circle.km, usual, first)


def proposals_of(request: CareRequest) -> Sequence[Offer]:
    """The yeses among which the requester picks, the nearest first."""
    proposed = select(Offer).where(Offer.request_id == request.id, Offer.state == OfferState.PROPOSED)
    return db.session.scalars(proposed.order_by(Offer.km)).all()


def given_back(offer: Offer) -> bool:
    """Of one that was won and withdrawn: by whoever had accepted it, and not by those who had asked."""
    moment = Step.request_id == offer.request_id, Step.kind == Verb.WITHDRAW.value, Step.at == offer.ended_at
    author_id = db.session.scalar(select(Step.author_id).where(*moment).limit(1))
    return author_id in directory.accounts_of([offer.role_id]).get(offer.role_id, [])


def inquiries_of(request: CareRequest) -> Sequence[Inquiry]:
    """Questions about this request, those without an answer first."""
    asked = select(Inquiry).where(Inquiry.request_id == request.id).options(joinedload(Inquiry.offer))
    return db.session.scalars(asked.order_by(Inquiry.answered_at.is_not(None), Inquiry.id)).all()


def inquiry_about(request: CareRequest, inquiry_id: UUID) -> Inquiry | None:
    """The question, if it is about this request."""
    inquiry = db.session.get(Inquiry, inquiry_id)
    return inquiry if inquiry and inquiry.request_id == request.id else None


def proposal_for(request: CareRequest, offer_id: UUID) -> Offer | None:
    """The offer, if it was made for this request."""
    offer = db.session.get(Offer, offer_id)
    return offer if offer and offer.request_id == request.id else None


def ahead(request: CareRequest, now: datetime) -> Ahead | None:
    """Where the search goes next; none at its end, or while nobody is looked for."""
    if request.state is not State.SEARCHING:
        return None
    live = (Offer.request_id == Wave.request_id) & Offer.state.in_((OfferState.OPEN, OfferState.PROPOSED))
    waves = (
        select(Wave, Offer.state, Offer.expires_at, Offer.paused_at)
        .outerjoin(Offer, live)
        .where(Wave.request_id == request.id)
        .order_by(Wave.round.desc(), Wave.stage.desc())
    )
    rows = db.session.execute(waves).all()
    stages = request.search.stages
    if not rows or rows[0][0].stage + 1 >= len(stages):
        return None
    wave: Wave = rows[0][0]
    offers = [(state, ends, paused) for each, state, ends, paused in rows if each is wave and state]
    state = rules.SearchState(
        stage=wave.stage,
        stage_ends_at=wave.ends_at,
        deadline=request.answer_by,
        asked=frozenset(),
        live_until=tuple(
            request.answer_by if paused else ends for state, ends, paused in offers if state is OfferState.OPEN
        ),
        proposals=sum(state is OfferState.PROPOSED for state, _, _ in offers),
        urgent=request.urgent,
    )
    sure = rules.widens_by_itself(request.search, state, now)
    return Ahead(stages[wave.stage + 1], (wave.started_at, wave.ends_at) if sure else None)


def inquiries_about(offer: Offer) -> Sequence[Inquiry]:
    """What this person asked about this offer, the latest last."""
    return db.session.scalars(select(Inquiry).where(Inquiry.offer_id == offer.id).order_by(Inquiry.id)).all()


def may_listen_to_inbox(account: Account, recipient_id: UUID) -> bool:
    return recipient_id in directory.recipients_of(account)
