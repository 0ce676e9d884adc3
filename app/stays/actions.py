"""Verbs on a person's life: she is in hospital, may leave on a day, is home again; she died; she moved.

Each locks the person first, so that two who speak of her at once speak one after the other. What a verb does to her
requests and visits is not said here: the rooms above hear the facts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select, update

from app.accounts.models import Account
from app.audit.actions import record
from app.circles.queries import circle_of
from app.core.db import db, lock_in_order, new_id
from app.core.events import announce
from app.directory.queries import accounts_of
from app.live.actions import changed
from app.messages import actions as messages
from app.messages.models import Notice
from app.patients.correcting import PatientCorrected
from app.patients.models import Cause, Patient
from app.patients.relations import Holder, end_all_but, relate
from app.stays import queries, rules
from app.stays.models import ExpectedExit, LifeEvent, Stay
from app.stays.rules import AFTERWARDS, Admission, LifeKind, StayEnding
from app.stays.words import AGAIN_NOTICE, AWAY_NOTICE, EXIT_NOTICE, HOME_NOTICE, MOVED_NOTICE


@dataclass(frozen=True)
class News:
    """What whoever cares for the person is told. Under one subject and step nobody hears it twice, however many parts
    she has in the care; and not who said it (`by`)."""

    subject_id: UUID
    step: str
    notice: Notice
    by: UUID
    now: datetime


@dataclass(frozen=True)
class Hospitalised:
    """She is in hospital, here (none: nobody knows where), from now on."""

    patient_id: UUID
    stay_id: UUID
    organization_id: UUID | None
    news: News


@dataclass(frozen=True)
class ExitExpected:
    """Another day was said on which she may leave."""

    patient_id: UUID
    news: News


@dataclass(frozen=True)
class BackHome:
    patient_id: UUID
    news: News


@dataclass(frozen=True)
class Died:
    patient_id: UUID
    news: News


@dataclass(frozen=True)
class DeathUndone:
    """She is alive: what was closed at `said_at` was closed by mistake."""

    patient_id: UUID
    said_at: datetime
    news: News


@dataclass(frozen=True)
class MovedAway:
    """She lives elsewhere."""

    patient_id: UUID
    news: News


def tell(account_ids: Collection[UUID], news: News) -> None:
    """Each of them once, in one order; the phone says nothing of whom it is about."""
    until = news.now + rules.WORTH_TELLING
    for account_id in sorted({*account_ids} - {news.by}):
        messages.alert(account_id, news.subject_id, news.step, news.notice, now=news.now, expires_at=until)


def admit(
    patient_id: UUID, organization_id: UUID | None, *, by: Account, now: datetime, over: UUID | None = None
) -> Admission:
    """She is in hospital there from now on; the ward finds and opens her. Nothing changes but what the answer says.

    `over`: the stay elsewhere that ends with this one, of which `by` has read.
    """
    _lock(patient_id)
    running = queries.running(patient_id)
    lasting = (running.id, running.organization_id) if running else None
    said = rules.admission(lasting, organization_id, over, dead=queries.has_died(patient_id))
    if said in (Admission.BEGINS, Admission.TRANSFER):
        if running:
            _end(running, StayEnding.TRANSFERRED, by, now)
        _begin(patient_id, organization_id, by, now)
    return said


def _begin(patient_id: UUID, organization_id: UUID | None, by: Account, now: datetime) -> None:
    stay = Stay(id=new_id(), patient_id=patient_id, organization_id=organization_id, since=now, said_by_id=by.id)
    db.session.add(stay)
    db.session.flush()
    if organization_id:
        relate(patient_id, Holder(organization_id), Cause.STAY, by=by.id, now=now)
    record("stay.began", stay, by, now=now, ward=str(organization_id or ""))
    _announce_away(stay, by, now)


def _announce_away(stay: Stay, by: Account, now: datetime) -> None:
    news = _news(stay, "away", AWAY_NOTICE, by, now)
    _spread(Hospitalised(stay.patient_id, stay.id, stay.organization_id, news), stay.patient_id, news)


def expect_exit(stay: Stay, on: date, why: str, *, by: Account, now: datetime) -> bool:
    """The day on which she may leave, as it is known now. Said again, nothing changes. False when she has left."""
    _lock(stay.patient_id)
    db.session.refresh(stay)
    if stay.until:
        return False
    if stay.expected and stay.expected[-1].on == on:
        return True
    db.session.add(ExpectedExit(id=new_id(), stay_id=stay.id, on=on, why=why, said_by_id=by.id, at=now))
    db.session.flush()
    db.session.expire(stay, ["expected"])
    record("stay.exit_expected", stay, by, now=now, on=on.isoformat())
    news = _news(stay, "exit", EXIT_NOTICE, by, now)
    _spread(ExitExpected(stay.patient_id, news), stay.patient_id, news)
    return True


def come_home(stay: Stay, *, by: Account, now: datetime) -> bool:
    """She is home: what waited for it goes on. Said twice, it was once. False when the stay ended otherwise."""
    _lock(stay.patient_id)
    db.session.refresh(stay)
    if stay.until:
        return stay.ended is StayEnding.HOME
    _end(stay, StayEnding.HOME, by, now)
    news = _news(stay, "home", HOME_NOTICE, by, now)
    _spread(BackHome(stay.patient_id, news), stay.patient_id, news)
    return True


def _end(stay: Stay, ended: StayEnding, by: Account, now: datetime) -> None:
    stay.until, stay.ended, stay.ended_by_id = now, ended, by.id
    record("stay.ended", stay, by, now=now, how=ended.value)
    db.session.flush()
    until = now + AFTERWARDS if ended is StayEnding.DIED else now
    end_all_but(stay.patient_id, Cause.STAY, (), until=until)


def say_died(patient_id: UUID, on: date, *, by: Account, now: datetime) -> LifeEvent:
    """Everything of hers ends at once; the professionals concerned read it, and nobody of her family is written to.
    Said twice, it was the first time."""
    _lock(patient_id)
    if known := queries.death_of(patient_id):
        return known
    if stay := queries.running(patient_id):
        _end(stay, StayEnding.DIED, by, now)
    event = LifeEvent(id=new_id(), patient_id=patient_id, kind=LifeKind.DIED, on=on, said_by_id=by.id, at=now)
    db.session.add(event)
    db.session.flush()
    record("life.died", event, by, now=now)
    news = _news(event, "died", AWAY_NOTICE, by, now)
    _spread(Died(patient_id, news), patient_id, news)
    return event


def undo_death(patient_id: UUID, *, by: Account, now: datetime) -> bool:
    """It was a mistake: what it closed is as it was, her stay too. False when nobody said so, or too long ago."""
    _lock(patient_id)
    event = queries.death_of(patient_id)
    if event is None or not rules.may_undo(event.at, now):
        return False
    event.undone_at, event.undone_by_id = now, by.id
    db.session.flush()
    record("life.death_undone", event, by, now=now)
    news = _news(event, "undone", AGAIN_NOTICE, by, now)
    _spread(DeathUndone(patient_id, event.at, news), patient_id, news)
    _take_up_stay(patient_id, event.at, by, now)
    return True


def _take_up_stay(patient_id: UUID, ended_at: datetime, by: Account, now: datetime) -> None:
    """She is still where she was when somebody said that she had died."""
    same = Stay.patient_id == patient_id, Stay.ended == StayEnding.DIED, Stay.until == ended_at
    stay = db.session.scalar(select(Stay).where(*same))
    if stay is None:
        return
    stay.until = stay.ended = stay.ended_by_id = None
    db.session.flush()
    if stay.organization_id:
        relate(patient_id, Holder(stay.organization_id), Cause.STAY, by=by.id, now=now)
    _announce_away(stay, by, now)


def move_away(patient_id: UUID, on: date, *, address_unknown: bool, by: Account, now: datetime) -> LifeEvent:
    """She lives elsewhere. Where to, if it is known, was written by a correction before."""
    _lock(patient_id)
    event = LifeEvent(
        id=new_id(),
        patient_id=patient_id,
        kind=LifeKind.MOVED,
        on=on,
        address_unknown=address_unknown,
        said_by_id=by.id,
        at=now,
    )
    db.session.add(event)
    db.session.flush()
    record("life.moved", event, by, now=now)
    news = _news(event, "moved", MOVED_NOTICE, by, now)
    _spread(MovedAway(patient_id, news), patient_id, news)
    return event


WHERE_SHE_LIVES = frozenset({"address", "commune_code"})


def find_address(fact: PatientCorrected) -> None:
    """Somebody has written down where she lives now."""
    if fact.traits & WHERE_SHE_LIVES:
        moved = LifeEvent.patient_id == fact.patient_id, LifeEvent.address_unknown.is_(True)
        db.session.execute(update(LifeEvent).where(*moved).values(address_unknown=False))


def _lock(patient_id: UUID) -> None:
    lock_in_order(Patient, Patient.id == patient_id)


def _news(about: Stay | LifeEvent, step: str, notice: Notice, by: Account, now: datetime) -> News:
    """Opened by a tap, it is the person's page."""
    return News(about.id, step, replace(notice, path=f"patients/{about.patient_id}"), by.id, now)


def _spread(fact: object, patient_id: UUID, news: News) -> None:
    """Her page moves, the rooms above do what follows, and who usually cares for her is told."""
    changed("patient", patient_id)
    announce(fact)
    tell(usual_carers(patient_id), news)


def usual_carers(patient_id: UUID) -> list[UUID]:
    """The accounts of her circle."""
    roles = [member.practitioner.role.id for member in circle_of(patient_id) if member.practitioner.role]
    return [account for accounts in accounts_of(roles).values() for account in accounts]
