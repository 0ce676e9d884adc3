"""Verbs on estimates, on requests to funders and on the contract. Each locks the person first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from app import clock
from app.accounts.models import Account
from app.assessments.actions import NotWritten, why_not_written
from app.audit.actions import record
from app.core.db import db, lock_in_order
from app.costs.counting import count
from app.costs.library import days_paid_in_hospital, rates_on
from app.costs.terms import ContractHelp, FundingSituation, Payer, ServiceKind, WantedService
from app.funding import queries
from app.funding.models import AssistanceContract, Estimate, FundingRequest
from app.funding.rules import (
    BEFORE_EXIT,
    FOLLOWS,
    FUND,
    MOVES,
    PAUSED,
    UNDER_WAY,
    EstimateState,
    Funder,
    FundingConflict,
    FundingState,
    conflict,
    next_alarm,
    pause_alarm,
)
from app.live.actions import changed
from app.messages import actions as messages
from app.patients.models import Patient
from app.stays import queries as stays
from app.stays.actions import BackHome, DeathUndone, ExitExpected, Hospitalised


@dataclass(frozen=True)
class WrittenBy:
    """Who writes, for which of her places, and when. `key`: the id of what is written, given when its form was shown:
    sent twice, it is one."""

    account: Account
    place: UUID
    key: UUID
    now: datetime


def _lock(patient_id: UUID) -> None:
    lock_in_order(Patient, Patient.id == patient_id)


# ---- estimates


def begin_estimate(patient_id: UUID, situation: FundingSituation, by: WrittenBy) -> NotWritten | None:
    """A draft without any service yet."""
    _lock(patient_id)
    if db.session.get(Estimate, by.key):
        return None
    if refused := why_not_written(patient_id):
        return refused
    made = Estimate(
        id=by.key,
        patient_id=patient_id,
        state=EstimateState.DRAFT,
        author_id=by.account.id,
        organization_id=by.place,
        at=by.now,
    )
    _reckon(made, situation, (), by.now)
    db.session.add(made)
    db.session.flush()
    record("estimate.made", made, by.account, now=by.now, rates=made.rates)
    changed("patient", patient_id)
    return None


Draft = tuple[FundingSituation, Sequence[WantedService]]
"""What an estimate is reckoned from."""


def change_situation(estimate: Estimate, situation: FundingSituation, *, now: datetime) -> bool:
    """What was said of the person was not right, or has changed. False when it is no draft any more."""
    return _redraft(estimate, lambda _before, services: (situation, services), now)


def set_service(estimate: Estimate, service: WantedService, *, now: datetime) -> bool:
    """One of each kind, in the order of the kinds. False when it is no draft any more."""
    order = list(ServiceKind)

    def added(situation: FundingSituation, services: Sequence[WantedService]) -> Draft:
        others = (each for each in services if each.kind is not service.kind)
        return situation, sorted((*others, service), key=lambda each: order.index(each.kind))

    return _redraft(estimate, added, now)


def drop_service(estimate: Estimate, kind: ServiceKind, *, now: datetime) -> bool:
    return _redraft(estimate, lambda said, services: (said, [each for each in services if each.kind is not kind]), now)


def _redraft(
    estimate: Estimate, change: Callable[[FundingSituation, Sequence[WantedService]], Draft], now: datetime
) -> bool:
    _lock(estimate.patient_id)
    db.session.refresh(estimate)
    if estimate.state is not EstimateState.DRAFT:
        return False
    _reckon(estimate, *change(situation_of(estimate), services_of(estimate)), now)
    db.session.flush()
    changed("patient", estimate.patient_id)
    return True


def _reckon(estimate: Estimate, situation: FundingSituation, services: Sequence[WantedService], now: datetime) -> None:
    """With the rates of today, whose name is kept; a file that comes later changes nothing here."""
    today = clock.paris(now).date()
    rates, contract = rates_on(today), queries.contract_of(estimate.patient_id)
    hours = ContractHelp(Decimal(contract.hours)) if contract else None
    estimate.rates = rates.slug
    estimate.situation = _json(situation)
    estimate.services = _json(services)
    estimate.counted = _json(count(situation, services, rates, today, hours))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def situation_of(estimate: Estimate) -> FundingSituation:
    return msgspec.json.decode(estimate.situation, type=FundingSituation)


def services_of(estimate: Estimate) -> list[WantedService]:
    return msgspec.json.decode(estimate.services, type=list[WantedService])


def move_estimate(estimate: Estimate, to: EstimateState, *, by: Account, now: datetime) -> bool:
    """Shown to the person, accepted by her, or not true any more. Said twice, it was once; False when it cannot
    follow."""
    _lock(estimate.patient_id)
    db.session.refresh(estimate)
    if estimate.state is to:
        return True
    if to not in FOLLOWS[estimate.state]:
        return False
    estimate.state = to
    if to is EstimateState.SHOWN:
        estimate.shown_at = now
    db.session.flush()
    record("estimate.moved", estimate, by, now=now, to=to.value)
    changed("patient", estimate.patient_id)
    return True


# ---- requests to funders


def ask_funder(
    patient_id: UUID, funder: Funder, deadline: date | None, note: str, by: WrittenBy
) -> NotWritten | FundingConflict | None:
    """Something to be asked for, by who writes it down. What the law excludes is refused here, with its rule."""
    _lock(patient_id)
    if db.session.get(FundingRequest, by.key):
        return None
    refused = why_not_written(patient_id) or conflict(funder, _others(patient_id, funder))
    if refused:
        return refused
    asked = FundingRequest(
        id=by.key,
        patient_id=patient_id,
        funder=funder,
        state=FundingState.TO_PREPARE,
        note=note,
        deadline=deadline,
        owner_id=by.account.id,
        organization_id=by.place,
        at=by.now,
    )
    _set_clock(asked, queries.exit_day(patient_id), None, by.now)
    db.session.add(asked)
    db.session.flush()
    record("funding.asked", asked, by.account, now=by.now, funder=funder.value)
    changed("patient", patient_id)
    return None


def _others(patient_id: UUID, wanted: Funder) -> set[Funder]:
    """What runs already, or was granted; and for a retirement fund, an allowance that an estimate says was granted."""
    runs = FundingRequest.state.in_((*UNDER_WAY, FundingState.GRANTED))
    found = db.session.scalars(select(FundingRequest.funder).where(FundingRequest.patient_id == patient_id, runs))
    others = set(found)
    if wanted in FUND:
        stands = Estimate.patient_id == patient_id, Estimate.state != EstimateState.OUTDATED
        last = db.session.scalars(select(Estimate).where(*stands).order_by(Estimate.id.desc()).limit(1)).first()
        if last and situation_of(last).granted is Payer.APA:
            others.add(Funder.APA)
    return others


@dataclass(frozen=True)
class FunderSaid:
    """What a funder answered. `amount`: in euros as it was written; `why`, `appeal_by`: of a refusal."""

    amount: str = ""
    why: str = ""
    appeal_by: date | None = None


def move_request(asked: FundingRequest, to: FundingState, said: FunderSaid, *, by: Account, now: datetime) -> bool:
    """Sent, complete, granted or refused. Said twice, it was once; False when it cannot follow."""
    _lock(asked.patient_id)
    db.session.refresh(asked)
    if asked.state is to:
        return True
    if to not in MOVES[asked.state]:
        return False
    asked.state, today = to, clock.paris(now).date()
    if to is FundingState.SENT:
        asked.sent_on = today
    if to in (FundingState.GRANTED, FundingState.REFUSED):
        asked.answered_on = today
        asked.amount, asked.why, asked.appeal_by = said.amount, said.why, said.appeal_by
    asked.warned_for = None
    _set_clock(asked, None, queries.admitted_on(asked.patient_id), now)
    db.session.flush()
    messages.drop(asked.id)
    record("funding.moved", asked, by, now=now, to=to.value)
    changed("patient", asked.patient_id)
    return True


def take_over(asked: FundingRequest, *, by: Account, place: UUID, now: datetime) -> None:
    """From now on she sees to it, and the clock speaks to her."""
    _lock(asked.patient_id)
    db.session.refresh(asked)
    if asked.owner_id != by.id:
        asked.owner_id, asked.organization_id = by.id, place
        db.session.flush()
        record("funding.taken_over", asked, by, now=now)
        changed("patient", asked.patient_id)


# ---- the clock of requests


def follow_stay(fact: Hospitalised | ExitExpected | BackHome | DeathUndone) -> None:
    """Her days in hospital move the deadlines: what must be asked before an exit, and the pause of an allowance."""
    now, patient_id = fact.news.now, fact.patient_id
    went_home = clock.paris(now).date() if isinstance(fact, BackHome) else None
    day, admitted = went_home or queries.exit_day(patient_id), queries.admitted_on(patient_id)
    theirs = FundingRequest.patient_id == patient_id
    for asked in db.session.scalars(select(FundingRequest).where(theirs).order_by(FundingRequest.id)):
        _set_clock(asked, day, admitted, now)


def _set_clock(asked: FundingRequest, exit_on: date | None, admitted: date | None, now: datetime) -> None:
    if asked.funder in BEFORE_EXIT and exit_on and asked.state is FundingState.TO_PREPARE:
        asked.deadline = exit_on
    if asked.state is FundingState.GRANTED and asked.funder in PAUSED:
        asked.next_alarm_at = pause_alarm(
            admitted, days_paid_in_hospital(clock.paris(now).date()), asked.warned_for, now
        )
    else:
        asked.next_alarm_at = next_alarm(asked.state, asked.deadline, asked.warned_for, now)


def sound(asked: FundingRequest, *, now: datetime) -> bool:
    """What the clock does with a request that is due: the deadline has passed, or whoever sees to it is to be told, and
    then is: True."""
    if stays.has_died(asked.patient_id):
        asked.next_alarm_at = None
        return False
    if asked.state is FundingState.TO_PREPARE and asked.warned_for == asked.deadline:
        asked.state, asked.next_alarm_at = FundingState.EXPIRED, None
        db.session.flush()
        record("funding.moved", asked, None, now=now, to=FundingState.EXPIRED.value)
        changed("patient", asked.patient_id)
        return False
    admitted = queries.admitted_on(asked.patient_id)
    asked.warned_for = asked.deadline if asked.state is FundingState.TO_PREPARE else admitted
    _set_clock(asked, None, admitted, now)
    return True


# ---- the contract


@dataclass(frozen=True)
class ContractSaid:
    """As it stands in the contract."""

    insurer: str
    number: str
    phone: str
    hours: int
    least_nights: int | None
    within_days: int | None
    before_exit: bool
    terms: str


def write_contract(patient_id: UUID, said: ContractSaid, by: WrittenBy) -> NotWritten | None:
    """It takes the place of the one that counted. Estimates keep what they were reckoned with."""
    _lock(patient_id)
    if db.session.get(AssistanceContract, by.key):
        return None
    if refused := why_not_written(patient_id):
        return refused
    former = AssistanceContract.patient_id == patient_id, AssistanceContract.replaced_at.is_(None)
    db.session.execute(update(AssistanceContract).where(*former).values(replaced_at=by.now))
    typed = AssistanceContract(
        id=by.key,
        patient_id=patient_id,
        author_id=by.account.id,
        organization_id=by.place,
        at=by.now,
        **vars(said),
    )
    db.session.add(typed)
    db.session.flush()
    record("contract.typed", typed, by.account, now=by.now)
    changed("patient", patient_id)
    return None
