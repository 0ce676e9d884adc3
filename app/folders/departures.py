"""Somebody stops working where she was: her seat in each team is free, and a folder without a référent is shown."""

from sqlalchemy import ColumnElement, and_, or_, select

from app.accounts.models import Account, Role
from app.core.db import db
from app.directory.models import Practitioner
from app.folders import team
from app.folders.actions import lock
from app.folders.models import Folder, FolderMember
from app.folders.rules import PRESENT
from app.membership.leaving import Departure


def let_go(departure: Departure) -> None:
    who = db.session.get_one(Account, departure.account_id)
    there = FolderMember.account_id == who.id, FolderMember.organization_id == departure.organization_id
    seats: list[ColumnElement[bool]] = [and_(*there)]
    if not who.organizations(Role.PRACTITIONER):
        herself = select(Practitioner.id).where(Practitioner.account_id == who.id)
        seats.append(FolderMember.practitioner_id.in_(herself))
    held = select(FolderMember).join(Folder, Folder.id == FolderMember.folder_id)
    theirs = held.where(or_(*seats), FolderMember.state.in_(PRESENT), Folder.ended_at.is_(None))
    for member in db.session.scalars(theirs.order_by(FolderMember.folder_id, FolderMember.id)).all():
        folder = lock(member.folder_id)
        db.session.refresh(member)
        team.leave(folder, member, by=departure.by, why="left the organization", now=departure.now)
