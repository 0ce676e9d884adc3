"""Who lies in a ward, as those who work there read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from app import clock
from app.accounts.models import Account
from app.core.htmx import Page
from app.core.ways import way
from app.language.phrases import gettext as _
from app.language.words import date_words, near_day
from app.patients.models import Patient
from app.patients.words import about_age
from app.stays import queries
from app.stays.models import Stay
from app.stays.words import exits_before, place_words


@dataclass(frozen=True)
class Lying:
    """One person who is in hospital here. `leaves`: when she may, in words, with what was said `before` and `why` it
    changed; `late`: that day has gone by."""

    url: str
    name: str
    age: str
    where: str
    since: str
    leaves: str
    before: str
    why: str
    late: bool


@dataclass(frozen=True)
class WardPage(Page):
    template = "stays/here.html"

    people: Sequence[Lying]

    @classmethod
    def of(cls, account: Account, now: datetime) -> Self:
        return cls([_lying(stay, patient, now) for stay, patient in queries.lying_in(account, now)])


def _lying(stay: Stay, patient: Patient, now: datetime) -> Lying:
    today, last = clock.paris(now).date(), stay.expected[-1] if stay.expected else None
    near = near_day((last.on - today).days) if last else ""
    return Lying(
        url=way("person", patient_id=patient.id),
        name=patient.name,
        age=about_age(patient.born, today),
        where=place_words(stay.organization),
        since=_("depuis le %(day)s", day=date_words(clock.paris(stay.since).date(), "d MMMM")),
        leaves=(near or date_words(last.on, "EEE d MMM")) if last else "",
        before=exits_before(stay),
        why=last.why if last else "",
        late=last is not None and last.on < today,
    )
