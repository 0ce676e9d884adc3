"""What this room tells of a person's life: since when somebody usually cares for her."""

from collections.abc import Iterator

from sqlalchemy import select

from app import clock
from app.circles.models import CareTeamMember
from app.circles.words import USUAL_WORDS
from app.core.db import db
from app.directory.models import Practitioner
from app.happenings.asking import Asked
from app.happenings.rules import Happening, Opens
from app.language.phrases import gettext as _
from app.organizations.models import Organization


def joined(asked: Asked) -> Iterator[Happening]:
    reader = asked.reader
    if reader.alone or reader.headings is not None:
        return
    found = (
        select(CareTeamMember.since, CareTeamMember.profession, *_NAMES)
        .outerjoin(Practitioner, Practitioner.id == CareTeamMember.practitioner_id)
        .outerjoin(Organization, Organization.id == CareTeamMember.organization_id)
        .where(CareTeamMember.patient_id == asked.patient_id, asked.within(CareTeamMember.since))
    )
    opens = Opens("circle", {"patient_id": asked.patient_id}) if reader.account else None
    for since, profession, given, family, place in db.session.execute(found):
        name = f"{given} {family}" if given is not None else place
        what = _("Soignant habituel : %(what)s", what=str(USUAL_WORDS[profession]).lower())
        yield Happening(clock.paris(since).date(), what, name, at=since, opens=opens)


_NAMES = Practitioner.given_name, Practitioner.family_name, Organization.name
