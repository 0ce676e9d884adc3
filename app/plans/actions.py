"""Verbs on a plan. Each locks the folder, then the plan, and leaves one version: what it did, to which part, and the
part as it is from then on. Nothing written is ever changed or removed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account
from app.audit.actions import record
from app.consents.objections import is_frozen
from app.core.db import db, insert_into, new_id
from app.folders import actions as folders
from app.folders.models import Folder, FolderMember
from app.plans import telling
from app.plans.content import MEMBER, PERSON, RELATIVE, REQUEST, content_of, day_of, id_of, read, written
from app.plans.models import CarePlan, CarePlanAction, CarePlanAgreement, CarePlanPart, CarePlanVersion
from app.plans.rules import (
    FIRST,
    OVER,
    ActionStep,
    AwaitedAction,
    Content,
    Meeting,
    PartState,
    PlanKind,
    PlanVerb,
    asks_anew,
    begins_anew,
    may_become,
    meet,
    next_due,
    next_step,
)
from app.stays.queries import has_died


class NotPlanned(StrEnum):
    """Why nothing is written."""

    DIED = "died"
    FROZEN = "frozen"
    CLOSED = "closed"  # the folder has ended
    MEANWHILE = "meanwhile"  # somebody changed it since it was read, or it cannot become that any more


@dataclass(frozen=True)
class PlanAuthor:
    """Who writes; without an account, the person herself, in her space."""

    account: Account | None = None

    @property
    def id(self) -> UUID | None:
        return self.account.id if self.account else None

    @property
    def why(self) -> str:
        return "care" if self.account else "patient"


HERSELF = PlanAuthor()


def open_plan(folder_id: UUID) -> tuple[Folder, CarePlan]:
    """The folder and its plan, made with its first word, both nobody else's until the transaction ends."""
    folder = folders.lock(folder_id)
    new = insert_into(CarePlan).values(id=new_id(), folder_id=folder_id, version=0)
    db.session.execute(new.on_conflict_do_nothing())
    found = select(CarePlan).where(CarePlan.folder_id == folder_id).with_for_update(key_share=True)
    return folder, db.session.scalars(found.execution_options(populate_existing=True)).one()


def refused(folder: Folder) -> NotPlanned | None:
    if not folder.is_running:
        return NotPlanned.CLOSED
    if has_died(folder.patient_id):
        return NotPlanned.DIED
    return NotPlanned.FROZEN if is_frozen(folder.patient_id) else None


def add(
    folder_id: UUID,
    kind: PlanKind,
    parent_id: UUID | None,
    content: Content,
    *,
    key: UUID,
    by: PlanAuthor,
    now: datetime,
) -> NotPlanned | None:
    """A new part, the last of its likes. `key`: its id, given when its form was shown: sent twice, it is one."""
    folder, plan = open_plan(folder_id)
    if db.session.get(CarePlanPart, key):
        return None
    if no := refused(folder):
        return no
    likes = CarePlanPart.plan_id == plan.id, CarePlanPart.kind == kind
    last = db.session.scalar(select(func.max(CarePlanPart.rank)).where(*likes)) or 0
    part = CarePlanPart(
        id=key,
        plan_id=plan.id,
        kind=kind,
        parent_id=parent_id,
        rank=last + 1,
        state=_first(folder, kind, content, by),
        content=written(content),
        version=plan.version + 1,
    )
    db.session.add(part)
    db.session.flush()
    _write(folder, plan, part, PlanVerb.ADDED, by, now)
    _ask(folder, part, by, now, anew=True)
    return None


def change(
    folder_id: UUID, part_id: UUID, seen: int, mine: Content, *, by: PlanAuthor, now: datetime
) -> NotPlanned | Meeting | None:
    """`mine`: what the part shall say, by who had version `seen` of it before her eyes. What others changed meanwhile
    stays; where both changed the same, nothing is written, and both are given back."""
    folder, plan = open_plan(folder_id)
    if no := refused(folder):
        return no
    part = _part(plan, part_id)
    was = read(part).content
    met = meet(_as_seen(part, seen), was, mine)
    if met.clashes:
        return met
    if met.content != was:
        anew = begins_anew(part.kind, part.state, was, met.content)
        part.state = _first(folder, part.kind, met.content, by) if anew else part.state
        part.content = written(met.content)
        _write(folder, plan, part, PlanVerb.CHANGED, by, now)
        _ask(folder, part, by, now, anew=anew)
    return None


def become(
    folder_id: UUID, part_id: UUID, wanted: PartState, seen: int, facts: Content, *, by: PlanAuthor, now: datetime
) -> NotPlanned | None:
    """`facts`: what is said with it: why, how and when she told it. Said twice, it was once; of something else than
    what was written when it was `seen`, it is not said at all."""
    folder, plan = open_plan(folder_id)
    if no := refused(folder):
        return no
    part = _part(plan, part_id)
    if part.state is wanted:
        return None
    was = read(part).content
    if not may_become(part.kind, part.state, wanted) or asks_anew(part.kind, _as_seen(part, seen), was):
        return NotPlanned.MEANWHILE
    kept = {name: words for name, words in was.items() if name not in ("why", "told_how", "told_on")}
    part.state, content = wanted, {**kept, **facts}
    due, today = day_of(content), clock.paris(now).date()
    if wanted is PartState.DONE and due and content.get("every"):  # It comes again.
        part.state = PartState.ACCEPTED
        content |= {"due": next_due(due, content["every"], today).isoformat(), "done_on": today.isoformat()}
    part.content = written(content)
    _write(folder, plan, part, PlanVerb.BECAME, by, now)
    _ask(folder, part, by, now, anew=wanted in FIRST.values() or part.state is not wanted)
    if wanted in (PartState.REFUSED, PartState.DECLINED):
        telling.tell(telling.who_leads(folder, now), part, telling.ANSWERED[wanted], now, but=by.id)
    return None


def move(folder_id: UUID, part_id: UUID, *, up: bool, by: PlanAuthor, now: datetime) -> NotPlanned | None:
    """One place up or down among its likes that are not over; the other one moves too."""
    folder, plan = open_plan(folder_id)
    if no := refused(folder):
        return no
    part = _part(plan, part_id)
    same = CarePlanPart.kind == part.kind, CarePlanPart.parent_id.is_not_distinct_from(part.parent_id)
    beside = CarePlanPart.rank < part.rank if up else CarePlanPart.rank > part.rank
    likes = select(CarePlanPart).where(CarePlanPart.plan_id == plan.id, *same, CarePlanPart.state.not_in(OVER), beside)
    order = CarePlanPart.rank.desc() if up else CarePlanPart.rank
    other = db.session.scalars(likes.order_by(order).limit(1)).first()
    if other:
        part.rank, other.rank = other.rank, part.rank
        for each in (part, other):
            _write(folder, plan, each, PlanVerb.MOVED, by, now)
    return None


def agree(
    folder_id: UUID,
    version: int,
    how: str,
    on: date,
    copies: Collection[FolderMember],
    *,
    by: PlanAuthor,
    now: datetime,
) -> NotPlanned | None:
    """She agrees to the plan as it stood at `version`; `copies`: of whose team each reads that she did. Said twice, it
    was once."""
    folder, plan = open_plan(folder_id)
    if no := refused(folder):
        return no
    if not 0 < version <= plan.version:
        return NotPlanned.MEANWHILE
    same = CarePlanAgreement.plan_id == plan.id, CarePlanAgreement.version == version, CarePlanAgreement.on == on
    if db.session.scalar(select(CarePlanAgreement.id).where(*same, CarePlanAgreement.how == how)):
        return None
    given = CarePlanAgreement(
        id=new_id(),
        plan_id=plan.id,
        version=version,
        how=how,
        on=on,
        copies=", ".join(each.name for each in copies),
        recorded_by_id=by.id,
        at=now,
    )
    db.session.add(given)
    db.session.flush()
    record("care_plan.agreed", given, by.account, now=now, patient=folder.patient_id, why=by.why, version=version)
    folders.refresh_screens(folder)
    for each in copies:
        telling.tell(telling.who_answers(each, folder, now), given, telling.COPY, now, but=by.id)
    return None


def _part(plan: CarePlan, part_id: UUID) -> CarePlanPart:
    """Fresh, now that the plan is locked. Raises NoResultFound for another plan's: whoever asks has looked."""
    mine = select(CarePlanPart).where(CarePlanPart.id == part_id, CarePlanPart.plan_id == plan.id)
    return db.session.scalars(mine.execution_options(populate_existing=True)).one()


def _as_seen(part: CarePlanPart, seen: int) -> Content:
    """What the part said at this version of the plan; what it says, when it was not there yet."""
    if seen >= part.version:
        return read(part).content
    versions = select(CarePlanVersion).where(CarePlanVersion.part_id == part.id, CarePlanVersion.number <= seen)
    found = db.session.scalars(versions.order_by(CarePlanVersion.number.desc()).limit(1)).first()
    return content_of(found) if found else read(part).content


def _write(folder: Folder, plan: CarePlan, part: CarePlanPart, verb: PlanVerb, by: PlanAuthor, now: datetime) -> None:
    plan.version += 1
    part.version = plan.version
    db.session.add(
        CarePlanVersion(
            id=new_id(),
            plan_id=plan.id,
            number=plan.version,
            part_id=part.id,
            verb=verb,
            parent_id=part.parent_id,
            rank=part.rank,
            state=part.state,
            content=part.content,
            author_id=by.id,
            at=now,
        )
    )
    db.session.flush()
    record(
        "care_plan.changed",
        part,
        by.account,
        now=now,
        patient=folder.patient_id,
        why=by.why,
        kind=part.kind.value,
        verb=verb.value,
        version=plan.version,
    )
    folders.refresh_screens(folder)


def _first(folder: Folder, kind: PlanKind, content: Content, by: PlanAuthor) -> PartState:
    """As it begins; whoever gives herself something to do has accepted it."""
    hers = kind is PlanKind.ACTION and (
        telling.is_hers(content, folder, by.account) if by.account else content.get("owner") == PERSON
    )
    return PartState.ACCEPTED if hers else FIRST[kind]


def _ask(folder: Folder, part: CarePlanPart, by: PlanAuthor, now: datetime, *, anew: bool) -> None:
    """What the clock and the owner's list need of it; `anew`: its owner is asked from now on."""
    if part.kind is not PlanKind.ACTION:
        return
    content = read(part).content
    action = db.session.get(CarePlanAction, part.id)
    if action is None:
        action = CarePlanAction(part_id=part.id, asked_at=now)
        db.session.add(action)
    action.member_id, action.related_id = id_of(content, "owner", MEMBER), id_of(content, "owner", RELATIVE)
    action.request_id, action.due = id_of(content, "request", REQUEST), day_of(content)
    if anew:
        action.asked_at, action.said = now, []
    set_clock(action, part)
    db.session.flush()
    if anew and part.state is PartState.PROPOSED and (member := telling.member_of(content, folder)):
        telling.tell(telling.who_answers(member, folder, now), part, telling.ASKED, now, but=by.id)


def set_clock(action: CarePlanAction, part: CarePlanPart) -> tuple[datetime, ActionStep] | None:
    """When somebody hears of it next, and what; kept with the action."""
    over = action.request_id is not None and telling.is_done(action.request_id)
    said = frozenset(ActionStep(each) for each in action.said or ())
    following = next_step(AwaitedAction(part.state, action.due, action.asked_at, said, over_elsewhere=over))
    action.look_at = following[0] if following else None
    return following
