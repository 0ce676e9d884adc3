"""What this room tells of a person's life: where she was, and what befell her."""

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from app import clock
from app.core.db import db
from app.happenings.asking import Asked
from app.happenings.rules import LASTS, Happening, Opens, Went
from app.language.phrases import gettext as _
from app.organizations.models import Organization
from app.stays.models import ExpectedExit, LifeEvent, Stay
from app.stays.rules import LifeKind

_HOUSE = aliased(Organization)
_LAST_SAID = select(ExpectedExit.on).where(ExpectedExit.stay_id == Stay.id).order_by(ExpectedExit.id.desc()).limit(1)


def stays(asked: Asked) -> Iterator[Happening]:
    """The ward is named to who cares for her; whoever helps at home, and whoever sees her own page over her shoulder,
    read the days. No heading lets a relative read of it."""
    reader = asked.reader
    if reader.headings is not None:
        return
    expected = _LAST_SAID.scalar_subquery()
    lasted = Stay.since < asked.ends, or_(Stay.until.is_(None), Stay.until >= asked.begins)
    found = (
        select(Stay.since, Stay.until, Organization.name, _HOUSE.name, expected)
        .outerjoin(Organization, Organization.id == Stay.organization_id)
        .outerjoin(_HOUSE, _HOUSE.id == Organization.parent_id)
        .where(Stay.patient_id == asked.patient_id, *lasted)
    )
    named = reader.account is not None and not reader.alone
    opens = Opens("stay", {"patient_id": asked.patient_id}) if reader.account else None
    for since, until, ward, house, leaves_on in db.session.execute(found):
        where = ", ".join(filter(None, (ward, house))) if named else ""
        last = clock.paris(until).date() if until else LASTS
        yield Happening(clock.paris(since).date(), _("À l'hôpital"), where, at=since, until=last, opens=opens)
        if until is None and leaves_on and asked.since <= leaves_on <= asked.until:
            yield Happening(leaves_on, _("Sortie prévue"), where, Went.PLANNED, opens=opens)


def befell(asked: Asked) -> Iterator[Happening]:
    if asked.reader.headings is not None:
        return
    within = LifeEvent.on >= asked.since, LifeEvent.on <= asked.until
    found = select(LifeEvent.on, LifeEvent.kind).where(
        LifeEvent.patient_id == asked.patient_id, LifeEvent.undone_at.is_(None), *within
    )
    for on, kind in db.session.execute(found):
        yield Happening(on, {LifeKind.DIED: _("Décès"), LifeKind.MOVED: _("Déménagement")}[kind])
