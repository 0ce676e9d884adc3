"""What this room tells of a person's life: from when to when somebody coordinated her care."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from app import clock
from app.accounts.models import REQUESTERS
from app.core.db import db
from app.directory.models import Practitioner
from app.folders.models import Folder, FolderMember
from app.folders.rules import SHARED, MemberState
from app.happenings.asking import Asked, LifeReader
from app.happenings.rules import LASTS, Happening, Opens
from app.language.phrases import gettext as _


def coordinated(asked: Asked) -> Iterator[Happening]:
    if asked.reader.headings is not None:
        return
    lasted = Folder.opened_at < asked.ends, or_(Folder.ended_at.is_(None), Folder.ended_at >= asked.begins)
    found = select(Folder.id, Folder.opened_at, Folder.ended_at).where(
        Folder.patient_id == asked.patient_id, *lasted, _reads(asked.reader)
    )
    for folder_id, opened_at, ended_at in db.session.execute(found):
        if opened_at:
            until = clock.paris(ended_at).date() if ended_at else LASTS
            opens = Opens("folder", {"folder_id": folder_id}) if asked.reader.account else None
            yield Happening(clock.paris(opened_at).date(), _("Dossier de coordination"), until=until, opens=opens)


def _reads(reader: LifeReader) -> ColumnElement[bool]:
    """As `queries.part_of`: the person herself; the house that opened it; who said yes to be in its team, as long as it
    is shared (FACTS_COORDINATION, checks 5 and 6)."""
    if reader.account is None:
        return Folder.agreed_at.is_not(None)
    if not reader.of_care:
        return false()
    mine = reader.account.organizations(*REQUESTERS)
    opened = Folder.organization_id.in_(mine)
    if reader.alone:
        return opened
    herself = select(Practitioner.id).where(Practitioner.account_id == reader.account.id)
    there = and_(
        FolderMember.organization_id.in_(mine),
        or_(FolderMember.account_id.is_(None), FolderMember.account_id == reader.account.id),
    )
    seat = FolderMember.folder_id == Folder.id, FolderMember.state == MemberState.ACCEPTED
    takes_part = exists(
        select(FolderMember.id).where(*seat, or_(FolderMember.practitioner_id.in_(herself), there))
    ).correlate(Folder)
    return or_(opened, and_(Folder.agreed_at.is_not(None), Folder.state.in_(SHARED), takes_part))
