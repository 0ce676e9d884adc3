"""Reads of plans, and who may read and write which. The folder says who reads; nobody reads who comes to help at home
(FACTS_COORDINATION, check 35), but for the actions that are hers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import REQUESTERS, Account
from app.appointments.models import PatientSpace
from app.care_requests.models import CareRequest
from app.core.db import db
from app.directory.models import Practitioner
from app.folders import queries as folders
from app.folders.models import Folder, FolderMember
from app.folders.rules import FolderPart, FolderState, MemberState
from app.plans.content import read, read_change
from app.plans.models import CarePlan, CarePlanAction, CarePlanAgreement, CarePlanPart, CarePlanVersion
from app.plans.rules import OVER, PartChange, PartOfPlan
from app.plans.telling import is_hers


def for_account(folder_id: UUID, account: Account, now: datetime) -> Folder | None:
    """The folder, if this person may read the plan of it."""
    found = folders.for_account(folder_id, account, now)
    return found[0] if found and found[1] in folders.READS else None


def plan_of(folder_id: UUID) -> CarePlan | None:
    return db.session.scalar(select(CarePlan).where(CarePlan.folder_id == folder_id))


def plan_of_hers(patient_id: UUID) -> UUID | None:
    """The folder whose plan the person reads in her space: one that was proposed to her, or runs."""
    hers = Folder.patient_id == patient_id, Folder.ended_at.is_(None), Folder.state != FolderState.DRAFT
    theirs = select(CarePlan.folder_id).join(Folder, Folder.id == CarePlan.folder_id).where(*hers)
    return db.session.scalar(theirs.where(CarePlan.version > 0).order_by(CarePlan.id).limit(1))


def language_of(patient_id: UUID) -> str | None:
    """In which she reads her space; none: she never said."""
    return db.session.scalar(select(PatientSpace.language).where(PatientSpace.patient_id == patient_id))


def folder_of_plan(plan_id: UUID) -> UUID | None:
    return db.session.scalar(select(CarePlan.folder_id).where(CarePlan.id == plan_id))


def parts_of(folder_id: UUID) -> list[PartOfPlan]:
    """All of them, those that are over too, in their order."""
    theirs = select(CarePlanPart).join(CarePlan).where(CarePlan.folder_id == folder_id)
    return [read(row) for row in db.session.scalars(theirs.order_by(CarePlanPart.rank, CarePlanPart.id))]


def part_of(folder_id: UUID, part_id: UUID) -> PartOfPlan | None:
    theirs = select(CarePlanPart).join(CarePlan).where(CarePlan.folder_id == folder_id, CarePlanPart.id == part_id)
    row = db.session.scalar(theirs)
    return read(row) if row else None


@dataclass(frozen=True)
class PlanVersion:
    """One change, by whom (none: the person herself) and when."""

    change: PartChange
    author: str | None
    at: datetime


def versions_of(folder_id: UUID) -> list[PlanVersion]:
    """From the first on."""
    who = joinedload(CarePlanVersion.author).lazyload(Account.memberships), joinedload(CarePlanVersion.part)
    theirs = select(CarePlanVersion).join(CarePlan).where(CarePlan.folder_id == folder_id).options(*who)
    rows = db.session.scalars(theirs.order_by(CarePlanVersion.number)).all()
    return [PlanVersion(read_change(row), row.author.name if row.author else None, row.at) for row in rows]


def agreements_of(folder_id: UUID) -> Sequence[CarePlanAgreement]:
    """The latest first."""
    who = joinedload(CarePlanAgreement.recorded_by).lazyload(Account.memberships)
    theirs = select(CarePlanAgreement).join(CarePlan).where(CarePlan.folder_id == folder_id).options(who)
    return db.session.scalars(theirs.order_by(CarePlanAgreement.id.desc())).all()


def requests_among(parts: Sequence[PartOfPlan]) -> dict[UUID, CareRequest]:
    """By action, the care request that it is."""
    ids = [each.id for each in parts if each.content.get("request")]
    if not ids:
        return {}
    theirs = select(CarePlanAction).where(CarePlanAction.part_id.in_(ids))
    rows = db.session.scalars(theirs.options(joinedload(CarePlanAction.request))).all()
    return {row.part_id: row.request for row in rows if row.request}


def linkable(patient_id: UUID) -> Sequence[CareRequest]:
    """The requests of the person that an action may be: the newest first."""
    hers = select(CareRequest).where(CareRequest.patient_id == patient_id).order_by(CareRequest.id.desc())
    return db.session.scalars(hers.limit(20)).all()


# ---- an owner's own actions


@dataclass(frozen=True)
class OwnAction:
    """An action as its owner reads it, who may not read the plan at all (`reads_plan`)."""

    part: PartOfPlan
    folder: Folder
    reads_plan: bool


def own_action(part_id: UUID, account: Account, now: datetime) -> OwnAction | None:
    """The action, if it is hers, or that of the service where she works; or if she may read the plan."""
    row = db.session.get(CarePlanPart, part_id)
    folder_id = folder_of_plan(row.plan_id) if row else None
    found = folders.for_account(folder_id, account, now) if folder_id else None
    if row is None or found is None or found[1] is FolderPart.ASKED:
        return None
    folder, reads = found[0], found[1] in folders.READS
    part = read(row)
    return OwnAction(part, folder, reads) if reads or is_hers(part.content, folder, account) else None


def own_actions(account: Account, now: datetime) -> list[OwnAction]:
    """What she, or the service where she works, is to do or was asked to, the soonest due first."""
    mine = (
        select(CarePlanPart, Folder)
        .join(CarePlanAction, CarePlanAction.part_id == CarePlanPart.id)
        .join(FolderMember, FolderMember.id == CarePlanAction.member_id)
        .join(Folder, Folder.id == FolderMember.folder_id)
        .where(FolderMember.state == MemberState.ACCEPTED, _seats(account))
        .where(Folder.ended_at.is_(None), CarePlanPart.state.not_in(OVER))
        .order_by(CarePlanAction.due.is_(None), CarePlanAction.due, CarePlanPart.id)
    )
    found = [(read(row), folder) for row, folder in db.session.execute(mine.limit(100))]
    reads = {folder: folders.part_of(folder, account, now) for folder in {folder for _part, folder in found}}
    return [
        OwnAction(part, folder, reads[folder] in folders.READS)
        for part, folder in found
        if reads[folder] and is_hers(part.content, folder, account)
    ]


def _seats(account: Account) -> ColumnElement[bool]:
    """Which of a team she may be; `is_hers` says it of each."""
    she = select(Practitioner.id).where(Practitioner.account_id == account.id)
    place = FolderMember.organization_id.in_(account.organizations(*REQUESTERS))
    there = or_(FolderMember.account_id.is_(None), FolderMember.account_id == account.id)
    return or_(FolderMember.practitioner_id.in_(she), and_(place, there))
