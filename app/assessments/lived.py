"""What this room tells of a person's life: that something of her was seen by a grid, and not what it came to."""

from collections.abc import Iterator

from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.assessments.library import grid_of
from app.assessments.models import Assessment
from app.assessments.queries import readable
from app.core.db import db
from app.happenings.asking import Asked
from app.happenings.rules import Happening, Opens
from app.language.phrases import gettext as _
from app.language.phrases import said


def assessed(asked: Asked) -> Iterator[Happening]:
    """To who reads of care; to the person herself without the grid's name, which may say what she has."""
    reader = asked.reader
    if not (reader.of_care or reader.is_herself):
        return
    hers = select(Assessment).where(Assessment.patient_id == asked.patient_id)
    if reader.account:
        hers = readable(asked.patient_id, reader.account, apart=reader.alone)
    found = (
        hers.join(Account, Account.id == Assessment.author_id)
        .where(asked.within(Assessment.at), Assessment.withdrawn_at.is_(None))
        .with_only_columns(Assessment.id, Assessment.version_id, Assessment.at, Account.given_name, Account.family_name)
    )
    for made, version, at, given, family in db.session.execute(found):
        what = said(grid_of(version).title) if reader.account else _("Évaluation")
        opens = Opens("assessment", {"patient_id": asked.patient_id, "assessment_id": made}) if reader.account else None
        yield Happening(clock.paris(at).date(), what, f"{given} {family}", at=at, opens=opens)
