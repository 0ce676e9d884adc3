"""Verbs on a folder. Each locks it first, so that two who speak of it speak one after the other; a state moves by
`move` alone, and each move leaves one step."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.accounts.models import Account
from app.audit.actions import record
from app.consents.objections import is_frozen, keeps_the_team_apart
from app.core.db import db, new_id
from app.folders.models import Folder, FolderMember, FolderStep
from app.folders.rules import (
    CriticalMoment,
    FolderEnding,
    FolderState,
    FolderVerb,
    is_forgotten,
    ways_of,
)
from app.live.actions import changed
from app.organizations.queries import territory_of
from app.patients.models import Patient
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
    one at once, the second is led to the first's. A draft that nobody went on with makes room.

    `by` is not in the team for it: who coordinates is chosen next.
    """
    db.session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    if refused := _refused(patient.id):
        return Begun(refused=refused)
    territory = territory_of(patient.commune_code)
    territory_id = territory.id if territory else place
    running = db.session.scalar(
        select(Folder).where(
            Folder.patient_id == patient.id, Folder.territory_id == territory_id, Folder.ended_at.is_(None)
        )
    )
    if running and running.state is FolderState.DRAFT and is_forgotten(running.changed_at, now):
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


def _refused(patient_id: UUID) -> NotOpened | None:
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
    by: Account | None = None,
    reason: str = "",
    ending: FolderEnding | None = None,
    relay: str = "",
) -> bool:
    """Say `verb` of this folder; False when it cannot be said any more. One conditional UPDATE decides."""
    for before, after in ways_of(verb):
        values: dict[str, Any] = {"state": after, "changed_at": now}
        if verb is FolderVerb.OPEN:
            values["opened_at"] = now
        if verb in (FolderVerb.CLOSE, FolderVerb.OBJECT):
            values |= {"ended_at": now, "ending": ending, "relay": relay or None, "review_asked_at": None}
        way = update(Folder).where(Folder.id == folder.id, Folder.state == before).values(**values)
        if db.session.execute(way.returning(Folder.id)).first():
            db.session.refresh(folder)
            note(folder, verb.value, by=by, state=after, reason=reason, now=now)
            ends: dict[str, Any] = {"from": before, "to": after}
            record("folder.moved", folder, by, now=now, **ends)
            return True
    return False


def note(
    folder: Folder,
    kind: str,
    *,
    now: datetime,
    by: Account | UUID | None = None,
    state: FolderState | None = None,
    about: FolderMember | None = None,
    reason: str = "",
) -> None:
    """A moment of the folder's life; its screens look again."""
    author = by.id if isinstance(by, Account) else by
    db.session.add(
        FolderStep(
            id=new_id(),
            folder_id=folder.id,
            kind=kind,
            state=state,
            author_id=author,
            about=about.name if about else "",
            reason=reason,
            at=now,
        )
    )
    refresh_screens(folder)


def refresh_screens(folder: Folder) -> None:
    changed("folder", folder.id)
    changed("patient", folder.patient_id)
