"""Reads of coordination folders, and who may read which. The whole house asks here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app import clock
from app.accounts.models import REQUESTERS, Account, Role
from app.assessments.queries import WITHOUT_SECRETS_OF_HEALTH
from app.consents.objections import keeps_the_team_apart, refuses
from app.core.db import db
from app.directory.models import Practitioner
from app.folders.models import Folder, FolderMember, FolderStep
from app.folders.rules import ANSWER_WITHIN, COORDINATED, PRESENT, SHARED, FolderPart, FolderState, MemberState
from app.organizations.models import Organization
from app.patients import queries as patients
from app.patients.models import Patient

MOST = 200

_TEAM = selectinload(Folder.members).joinedload(FolderMember.account).lazyload(Account.memberships)

READS = frozenset({FolderPart.LEADS, FolderPart.TAKES_PART, FolderPart.OPENED})
"""Parts that read why, the level and what is written in it; `HELPS` and `ASKED` read who coordinates, and no more."""


WITH_ITS_RECORD = Folder.patient_id.in_(select(Patient.id).where(Patient.merged_into_id.is_not(None)))
"""Stayed behind with a record that became one with another, which had a folder of its own: nobody opens it until the
two are two again, so nobody is asked for it either."""


def folder_of(patient_id: UUID) -> Folder | None:
    """The folder that runs for this person, with its team: the first of several territories. Nothing is asked here of
    who reads it: see `part_of`."""
    return next(iter(running_for(patient_id)), None)


def told_to_her(patient_id: UUID) -> Folder | None:
    """The folder of which the person was told: she reads it in her space, and may refuse it."""
    return next((each for each in running_for(patient_id) if each.informed_at), None)


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
    mine, apart = seat_of(folder, account), keeps_the_team_apart(folder.patient_id)
    if mine and mine.state is MemberState.ASKED and is_shared(folder, apart=apart) and folder.is_running:
        return None if refuses(folder.patient_id, account) else FolderPart.ASKED
    return part_within(folder, account, apart=apart) if patients.may_open(account, folder.patient_id, now) else None


def is_shared(folder: Folder, *, apart: bool) -> bool:
    """Do others read it than where it was opened? `apart`: she keeps her teams apart."""
    return folder.state in SHARED and folder.agreed_at is not None and not apart


def part_within(folder: Folder, account: Account, *, apart: bool) -> FolderPart | None:
    """The same of who may open the person, for a page that has asked that already."""
    mine, shared = seat_of(folder, account), is_shared(folder, apart=apart)
    if mine and mine.state is MemberState.ASKED and shared and folder.is_running:
        return FolderPart.ASKED
    if mine and mine.state is MemberState.ACCEPTED and shared:
        if knows_nothing_of_health(mine):
            return FolderPart.HELPS
        return FolderPart.LEADS if mine.is_referent else FolderPart.TAKES_PART
    return FolderPart.OPENED if opened_where_she_works(folder, account) else None


def may_read(folder: Folder, account: Account, now: datetime) -> bool:
    """May she read what is written in it: why, the level, and what rooms above keep of it (its plan)?"""
    return part_of(folder, account, now) in READS


def changes(folder: Folder, part: FolderPart) -> bool:
    """The référent does; whoever works where it was opened too, as long as nobody coordinates it yet or any more."""
    led = folder.referent is not None and folder.referent.state is MemberState.ACCEPTED
    return part is FolderPart.LEADS or (part in READS and (not led or folder.state is FolderState.DRAFT))


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


# ---- lists


def seats_of(account: Account) -> Sequence[FolderMember]:
    """Where she takes part or is asked, in folders that run; those to answer first."""
    works = account.organizations(*REQUESTERS)
    hers: list[ColumnElement[bool]] = [
        FolderMember.organization_id.in_(works)
        & (FolderMember.account_id.is_(None) | (FolderMember.account_id == account.id))
    ]
    if account.organizations(Role.PRACTITIONER):
        herself = select(Practitioner.id).where(Practitioner.account_id == account.id)
        hers.append(FolderMember.practitioner_id.in_(herself))
    there = FolderMember.state.in_((MemberState.ASKED, MemberState.ACCEPTED)), Folder.ended_at.is_(None)
    found = select(FolderMember).join(FolderMember.folder).where(or_(*hers), *there).limit(MOST)
    with_folder = found.options(contains_eager(FolderMember.folder).options(_TEAM, joinedload(Folder.patient)))
    return db.session.scalars(with_folder.order_by(Folder.ask_at.is_(None), Folder.ask_at)).unique().all()


def drafts_of(account: Account, now: datetime) -> Sequence[Folder]:
    """What is being prepared where she works."""
    mine = Folder.organization_id.in_(account.organizations(*REQUESTERS)), Folder.state == FolderState.DRAFT
    hers = select(Folder).where(*mine, Folder.patient_id.in_(patients.openable_by(account, now)))
    return db.session.scalars(
        hers.options(_TEAM, joinedload(Folder.patient)).order_by(Folder.id.desc()).limit(MOST)
    ).all()


def silent_in(territory_ids: Collection[UUID], now: datetime) -> Sequence[Folder]:
    """What a coordinator looks at, the longest first."""
    found = select(Folder).where(*_silent(territory_ids, now)).options(_TEAM, joinedload(Folder.organization))
    return db.session.scalars(found.order_by(Folder.changed_at).limit(MOST)).all()


def how_many_silent(account: Account, now: datetime) -> int:
    """The same for the page where she begins."""
    theirs = _silent(account.organizations(Role.COORDINATOR), now)
    return db.session.scalar(select(func.count()).select_from(Folder).where(*theirs)) or 0


def _silent(territory_ids: Collection[UUID], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Nobody coordinates any more, the date of a review passed without a word, or the team was asked and does not
    answer."""
    since = now - ANSWER_WITHIN
    led = FolderMember.is_referent & (FolderMember.state == MemberState.ACCEPTED)
    without = ~select(FolderMember.id).where(FolderMember.folder_id == Folder.id, led).exists()
    silent = or_(
        Folder.asked_at < since,
        Folder.state.in_(COORDINATED) & without,
        (Folder.state == FolderState.PROPOSED) & (Folder.changed_at < since),
    )
    return Folder.territory_id.in_(territory_ids), Folder.ended_at.is_(None), silent


def led_by(account: Account) -> Sequence[FolderMember]:
    """The folders that this person coordinates."""
    herself = select(Practitioner.id).where(Practitioner.account_id == account.id)
    hers = or_(FolderMember.account_id == account.id, FolderMember.practitioner_id.in_(herself))
    led = select(FolderMember).join(Folder, Folder.id == FolderMember.folder_id)
    return db.session.scalars(
        led.where(hers, FolderMember.is_referent, FolderMember.state == MemberState.ACCEPTED, Folder.ended_at.is_(None))
    ).all()
