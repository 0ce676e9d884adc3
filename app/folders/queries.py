"""Reads of coordination folders, and who may read which. The whole house asks here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app import clock
from app.accounts.models import REQUESTERS, Account, Role
from app.assessments.queries import WITHOUT_SECRETS_OF_HEALTH
from app.consents.objections import keeps_the_team_apart, refuses
from app.core.db import db
from app.folders.models import Folder, FolderMember, FolderStep
from app.folders.rules import PRESENT, SHARED, FolderPart, FolderState, MemberState
from app.organizations.models import Organization
from app.patients import queries as patients

_TEAM = selectinload(Folder.members).joinedload(FolderMember.account).lazyload(Account.memberships)

_READS = frozenset({FolderPart.LEADS, FolderPart.TAKES_PART, FolderPart.OPENED})
"""Parts that read why, the level and what is written in it; `HELPS` and `ASKED` read who coordinates, and no more."""


def folder_of(patient_id: UUID) -> Folder | None:
    """The folder that runs for this person, with its team: the first of several territories. Nothing is asked here of
    who reads it: see `part_of`."""
    return next(iter(running_for(patient_id)), None)


def running_for(patient_id: UUID) -> Sequence[Folder]:
    theirs = Folder.patient_id == patient_id, Folder.ended_at.is_(None)
    return db.session.scalars(select(Folder).where(*theirs).options(_TEAM).order_by(Folder.id)).all()


def folders_of(patient_id: UUID) -> Sequence[Folder]:
    """All of them, the newest first."""
    theirs = select(Folder).where(Folder.patient_id == patient_id).options(_TEAM)
    return db.session.scalars(theirs.order_by(Folder.id.desc())).all()


def for_account(folder_id: UUID, account: Account, now: datetime) -> tuple[Folder, FolderPart] | None:
    """The folder, if this person may read it, and in which part."""
    folder = db.session.get(Folder, folder_id, options=[_TEAM])
    part = part_of(folder, account, now) if folder else None
    return (folder, part) if folder and part else None


def part_of(folder: Folder, account: Account, now: datetime) -> FolderPart | None:
    """In which part this person reads the folder now; none: not at all.

    Before the person agreed, after she objected, and while she keeps her teams apart, only where it was opened
    (FACTS_COORDINATION, checks 5 and 6). Whoever may not open the person reads nothing, but for that she was asked.
    """
    mine = seat_of(folder, account)
    shared = folder.state in SHARED and folder.agreed_at is not None and not keeps_the_team_apart(folder.patient_id)
    if mine and mine.state is MemberState.ASKED and shared and folder.is_running:
        return None if refuses(folder.patient_id, account) else FolderPart.ASKED
    if not patients.may_open(account, folder.patient_id, now):
        return None
    if mine and mine.state is MemberState.ACCEPTED and shared:
        if knows_nothing_of_health(mine):
            return FolderPart.HELPS
        return FolderPart.LEADS if mine.is_referent else FolderPart.TAKES_PART
    return FolderPart.OPENED if opened_where_she_works(folder, account) else None


def may_read(folder: Folder, account: Account, now: datetime) -> bool:
    """May she read what is written in it: why, the level, and what rooms above keep of it (its plan)?"""
    return part_of(folder, account, now) in _READS


def may_change(folder: Folder, account: Account, now: datetime) -> bool:
    """The référent does; whoever works where it was opened too, as long as nobody coordinates it yet or any more."""
    part = part_of(folder, account, now)
    led = folder.referent is not None and folder.referent.state is MemberState.ACCEPTED
    return part is FolderPart.LEADS or (part in _READS and (not led or folder.state is FolderState.DRAFT))


def seat_of(folder: Folder, account: Account) -> FolderMember | None:
    """Her place in the team, or that of the service where she works; her own first."""
    hers = [each for each in folder.members if each.state in PRESENT and _is_hers(each, account)]
    return next(
        iter(sorted(hers, key=lambda each: (each.state is not MemberState.ACCEPTED, not each.is_referent))), None
    )


def _is_hers(member: FolderMember, account: Account) -> bool:
    if member.practitioner:
        answers = account.organizations(Role.PRACTITIONER)
        return bool(answers) and member.practitioner.account_id == account.id
    works_there = member.organization_id in account.organizations(*REQUESTERS)
    return works_there and member.account_id in (None, account.id)


def knows_nothing_of_health(member: FolderMember) -> bool:
    return member.organization is not None and member.organization.kind in WITHOUT_SECRETS_OF_HEALTH


def opened_where_she_works(folder: Folder, account: Account) -> bool:
    return folder.organization_id in account.organizations(*REQUESTERS)


def places_of_opening(account: Account) -> Sequence[Organization]:
    """Where this person works and may open a folder: not where nothing is known of health."""
    mine = Organization.id.in_(account.organizations(*REQUESTERS)), Organization.kind.not_in(WITHOUT_SECRETS_OF_HEALTH)
    return db.session.scalars(select(Organization).where(*mine).order_by(Organization.name)).all()


def steps_of(folder_id: UUID, limit: int = 60) -> Sequence[FolderStep]:
    """Its life, the latest first."""
    who = joinedload(FolderStep.author).lazyload(Account.memberships)
    mine = select(FolderStep).where(FolderStep.folder_id == folder_id).options(who)
    return db.session.scalars(mine.order_by(FolderStep.id.desc()).limit(limit)).all()


def may_listen_to(account: Account, folder_id: UUID) -> bool:
    return for_account(folder_id, account, clock.now()) is not None
