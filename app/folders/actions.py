"""Verbs on a folder. Each locks it first, so that two who speak of it speak one after the other; a state moves by
`move` alone, and each move leaves one step."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app import clock
from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests.carers import AFTERCARE
from app.consents.agreements import FOLDER, HERSELF, Decider, agree, end_agreements
from app.consents.objections import is_frozen, keeps_the_team_apart
from app.core.db import db, new_id
from app.folders.models import Folder, FolderMember, FolderStep
from app.folders.rules import (
    ASKED_AT,
    COORDINATED,
    CriticalMoment,
    FolderEnding,
    FolderState,
    FolderVerb,
    MemberState,
    is_forgotten,
    ways_of,
)
from app.live.actions import changed
from app.messages import actions as messages
from app.organizations.queries import territory_of
from app.patients.models import Cause, Patient
from app.patients.relations import end_all_but, lock_running
from app.stays.queries import has_died


class NotOpened(StrEnum):
    """Why no folder begins."""

    DIED = "died"
    FROZEN = "frozen"
    APART = "apart"  # she keeps her teams apart: there is nothing to share


@dataclass(frozen=True)
class Begun:
    """What became of opening one: the `folder` that runs now, which somebody else may have begun (`is_new`)."""

    folder: Folder | None = None
    is_new: bool = False
    refused: NotOpened | None = None


def lock(folder_id: UUID) -> Folder:
    """The folder, fresh, and nobody else's to change until the transaction ends."""
    statement = select(Folder).where(Folder.id == folder_id).with_for_update(key_share=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def begin(
    patient: Patient,
    moment: CriticalMoment,
    why: str,
    level: int,
    review_on: date,
    *,
    by: Account,
    place: UUID,
    now: datetime,
) -> Begun:
    """A draft, of which nobody but the team at `place` reads. Where one runs already, it is that one: of two who open
    one at once, the second is led to the first's. A draft that nobody went on with makes room."""
    db.session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    if refused := why_not(patient.id):
        return Begun(refused=refused)
    territory = territory_of(patient.commune_code)
    territory_id = territory.id if territory else place
    same = Folder.patient_id == patient.id, Folder.territory_id == territory_id, Folder.ended_at.is_(None)
    running = db.session.scalar(select(Folder).where(*same))
    if running and makes_room(running, now):
        move(lock(running.id), FolderVerb.CLOSE, now=now, ending=FolderEnding.ABANDONED)
        running = None
    if running:
        return Begun(running)
    folder = Folder(
        id=new_id(),
        patient_id=patient.id,
        territory_id=territory_id,
        organization_id=place,
        author_id=by.id,
        state=FolderState.DRAFT,
        moment=moment,
        why=why,
        level=level,
        review_on=review_on,
        created_at=now,
        changed_at=now,
    )
    db.session.add(folder)
    db.session.flush()
    note(folder, "begin", by=by, state=FolderState.DRAFT, now=now)
    record("folder.begun", folder, by, now=now, moment=moment.value, level=level)
    return Begun(folder, is_new=True)


def makes_room(running: Folder, now: datetime) -> bool:
    """Did nobody go on with this draft? Then another may begin."""
    return running.state is FolderState.DRAFT and is_forgotten(running.changed_at, now)


def why_not(patient_id: UUID) -> NotOpened | None:
    if has_died(patient_id):
        return NotOpened.DIED
    if is_frozen(patient_id):
        return NotOpened.FROZEN
    return NotOpened.APART if keeps_the_team_apart(patient_id) else None


def move(
    folder: Folder,
    verb: FolderVerb,
    *,
    now: datetime,
    by: Account | UUID | None = None,
    reason: str = "",
    ending: FolderEnding | None = None,
    relay: str = "",
) -> bool:
    """Say `verb` of this folder, which is locked; False when it cannot be said any more. One conditional UPDATE
    decides, and who finds the person because of it changes with it."""
    for before, after in ways_of(verb):
        values: dict[str, Any] = {"state": after, "changed_at": now}
        if verb is FolderVerb.OPEN:
            values["opened_at"] = now
        if verb in (FolderVerb.OPEN, FolderVerb.RESUME):
            values |= {"ask_at": ask_at(folder.review_on), "asked_at": None}
        else:
            values |= {"ask_at": None, "asked_at": None}
        if verb in (FolderVerb.CLOSE, FolderVerb.OBJECT):
            values |= {"ended_at": now, "ending": ending, "relay": relay or None}
        way = update(Folder).where(Folder.id == folder.id, Folder.state == before).values(**values)
        if db.session.execute(way.returning(Folder.id)).first():
            db.session.refresh(folder)
            note(folder, verb.value, by=by, state=after, reason=reason, now=now)
            ends: dict[str, Any] = {"from": before, "to": after}
            record("folder.moved", folder, by, now=now, **ends)
            if folder.ended_at:
                _end(folder, by, now)
            return True
    return False


def _end(folder: Folder, by: Account | UUID | None, now: datetime) -> None:
    """Nobody is asked or told anything of it any more. Who took part answers for it for a while; after an objection
    nobody finds her by it from now on."""
    messages.drop(folder.id, *(each.id for each in folder.members))
    objected = folder.state is FolderState.OBJECTED
    release_holders(folder.patient_id, until=now if objected else now + AFTERCARE)
    if objected:
        how, said_by = "spoken" if by else "herself", by.id if isinstance(by, Account) else by
        end_agreements(folder.patient_id, FOLDER, folder.id, how=how, by=said_by, now=now)


def ask_at(review_on: date) -> datetime:
    """When the référent is asked to look at it again: that morning, in Paris."""
    return clock.midnight(review_on) + ASKED_AT


def release_holders(patient_id: UUID, *, until: datetime) -> None:
    """Only who is in the team of a folder that runs finds her by it."""
    lock_running(patient_id, Cause.FOLDER)
    db.session.flush()
    there = (
        select(FolderMember)
        .join(Folder, Folder.id == FolderMember.folder_id)
        .where(Folder.patient_id == patient_id, Folder.ended_at.is_(None))
        .where(FolderMember.state == MemberState.ACCEPTED)
    )
    holders = [each.holder.id for each in db.session.scalars(there)]
    end_all_but(patient_id, Cause.FOLDER, [each for each in holders if each], until=until)


def inform(folder: Folder, how: str, *, agreed: bool, by: Account, now: datetime, decider: Decider = HERSELF) -> bool:
    """She was told what it is, who will read it and that she may object, by `by` (L6327-2 CSP); `agreed`: and she says
    yes to its being shared, or who decides for her does. False when the folder has ended meanwhile."""
    if not folder.is_running:
        return False
    if folder.informed_at is None:
        folder.informed_at, folder.informed_how, folder.informed_by_id = now, how, by.id
        note(folder, "informed", by=by, now=now)
        record("folder.informed", folder, by, now=now, how=how)
    if agreed and folder.agreed_at is None:
        folder.agreed_at = folder.changed_at = now
        given = "paper" if how == "paper" else "spoken"
        agree(folder.patient_id, FOLDER, how=given, by=by.id, now=now, about=folder.id, decider=decider)
        note(folder, "agreed", by=by, now=now)
    db.session.flush()
    return True


def agree_herself(folder: Folder, *, now: datetime) -> bool:
    """She says yes in her space, to what she was told of. False when there is nothing to agree to any more."""
    if not folder.is_running or folder.informed_at is None:
        return False
    if folder.agreed_at is None:
        folder.agreed_at = folder.changed_at = now
        agree(folder.patient_id, FOLDER, how="herself", by=None, now=now, about=folder.id)
        note(folder, "agreed", now=now)
        db.session.flush()
    return True


def review(folder: Folder, level: int, words: str, next_on: date, *, by: Account, now: datetime) -> bool:
    """The référent looked at it again: at which level it goes on, what she found, and when next. False when nobody
    coordinates it any more."""
    if folder.state not in COORDINATED:
        return False
    folder.level, folder.review_on, folder.changed_at, folder.asked_at = level, next_on, now, None
    folder.ask_at = ask_at(next_on) if folder.state is FolderState.OPEN else None
    messages.see(folder.id)
    note(folder, "review", by=by, reason=words, now=now)
    record("folder.reviewed", folder, by, now=now, level=level, next=next_on.isoformat())
    db.session.flush()
    return True


def note(
    folder: Folder,
    kind: str,
    *,
    now: datetime,
    by: Account | UUID | None = None,
    state: FolderState | None = None,
    about: str = "",
    reason: str = "",
) -> None:
    """A moment of the folder's life; its screens look again. `about`: whom it is about, by name."""
    author = by.id if isinstance(by, Account) else by
    step = {"id": new_id(), "folder_id": folder.id, "kind": kind, "state": state, "author_id": author}
    db.session.add(FolderStep(**step, about=about, reason=reason, at=now))
    refresh_screens(folder)


def refresh_screens(folder: Folder) -> None:
    changed("folder", folder.id)
    changed("patient", folder.patient_id)
