"""What befalls a person befalls her folder: it waits while she is in hospital, goes on when she is home, and ends when
she dies. Whom she refuses leaves its team; what she takes back closes it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.consents.agreements import FOLDER, ConsentWithdrawn
from app.consents.objections import Objected
from app.core.db import db
from app.folders import actions, team
from app.folders.actions import lock, move
from app.folders.models import Folder, FolderMember, FolderStep
from app.folders.rules import FolderEnding, FolderState, FolderVerb, MemberState
from app.patients.models import Cause
from app.patients.relations import relate
from app.stays.actions import BackHome, DeathUndone, Died, ExitExpected, Hospitalised, MovedAway, tell


def pause(fact: Hospitalised) -> None:
    for folder in running(fact.patient_id):
        move(folder, FolderVerb.PAUSE, by=fact.news.by, now=fact.news.now)
        tell(team.team_accounts(folder), fact.news)


def resume(fact: BackHome) -> None:
    for folder in running(fact.patient_id):
        move(folder, FolderVerb.RESUME, by=fact.news.by, now=fact.news.now)
        tell(team.team_accounts(folder), fact.news)


def pass_on(fact: ExitExpected | MovedAway) -> None:
    for folder in running(fact.patient_id):
        tell(team.team_accounts(folder), fact.news)


def end(fact: Died) -> None:
    for folder in running(fact.patient_id):
        told = team.team_accounts(folder)
        move(folder, FolderVerb.CLOSE, by=fact.news.by, now=fact.news.now, ending=FolderEnding.DIED)
        tell(told, fact.news)


def restore(fact: DeathUndone) -> None:
    """Each folder that the mistake closed is again what it was, which its own steps say; unless another runs there. It
    is the one way out of `closed`: no verb leads there."""
    closed = Folder.patient_id == fact.patient_id, Folder.ending == FolderEnding.DIED, Folder.ended_at == fact.said_at
    for folder in _locked(db.session.scalars(select(Folder.id).where(*closed)).all()):
        if not _another_runs(folder):
            _take_back(folder, fact)


def _another_runs(folder: Folder) -> bool:
    same = Folder.patient_id == folder.patient_id, Folder.territory_id == folder.territory_id
    return db.session.scalar(select(Folder.id).where(*same, Folder.ended_at.is_(None)).limit(1)) is not None


def _take_back(folder: Folder, fact: DeathUndone) -> None:
    now = fact.news.now
    folder.state, folder.changed_at = _state_before(folder, fact.said_at), now
    folder.ended_at = folder.ending = None
    folder.ask_at = actions.ask_at(folder.review_on) if folder.state is FolderState.OPEN else None
    db.session.flush()
    actions.note(folder, "restored", by=fact.news.by, state=folder.state, now=now)
    if folder.state is not FolderState.DRAFT:
        for member in folder.members:
            if member.state is MemberState.ACCEPTED:
                relate(folder.patient_id, member.holder, Cause.FOLDER, by=fact.news.by, now=now)
    tell(team.team_accounts(folder), fact.news)


def _state_before(folder: Folder, ended_at: datetime) -> FolderState:
    before = FolderStep.folder_id == folder.id, FolderStep.state.is_not(None), FolderStep.state != FolderState.CLOSED
    found = select(FolderStep.state).where(*before, FolderStep.at <= ended_at).order_by(FolderStep.id.desc()).limit(1)
    return next(state for state in db.session.scalars(found) if state)


def end_with_agreement(withdrawn: ConsentWithdrawn) -> None:
    """She takes her agreement back: that is an objection."""
    if withdrawn.scope == FOLDER and withdrawn.about_id:
        for folder in _locked([withdrawn.about_id]):
            team.object_to(folder, by=withdrawn.by_id, now=withdrawn.now)


def let_go_of(objected: Objected) -> None:
    """Whom she refuses by name is in no team of hers."""
    for folder in running(objected.patient_id):
        for member in folder.team:
            if _is(member, objected):
                by = objected.by_id or member.named_by_id
                team.leave(folder, member, by=by, why="patient", now=objected.now)


def _is(member: FolderMember, objected: Objected) -> bool:
    who = (member.practitioner_id, objected.practitioner_id), (member.account_id, objected.account_id)
    return any(one is not None and one == other for one, other in who)


def running(patient_id: UUID) -> Sequence[Folder]:
    """Those that run for her, locked."""
    hers = select(Folder.id).where(Folder.patient_id == patient_id, Folder.ended_at.is_(None))
    return _locked(db.session.scalars(hers).all())


def _locked(folder_ids: Sequence[UUID]) -> list[Folder]:
    return [lock(folder_id) for folder_id in sorted(folder_ids)]
