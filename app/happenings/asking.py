"""What every room is asked for a person's line of life, and for whom.

Nothing is written for it. A room answers from its own rows, in its file `lived.py`; `life/line.py` asks them all
(decision 0071).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, true

from app import clock
from app.accounts.models import Account
from app.happenings.rules import Happening, Opens
from app.organizations.models import Organization


@dataclass(frozen=True)
class LifeReader:
    """Who reads a line of life.

    `account`: a professional; none: the person herself, or somebody near her. `headings`: of a relative, what she may
    read (`relatives.Heading`); none for the others. `own`: by request that she asked for or took, its page. `inside`:
    of this person's requests, those whose papers and messages she reads; none: she reads no messages. `alone`: she
    reads nothing of what others do, for the person keeps the team apart (L1110-12 CSP) or she comes to help at home and
    reads no care (FACTS_COORDINATION, check 35). `places`: where she works
    and reads of care.
    """

    account: Account | None = None
    headings: frozenset[str] | None = None
    own: Mapping[UUID, Opens] = field(default_factory=dict)
    inside: Select[UUID] | None = None
    alone: bool = False
    places: Sequence[Organization] = ()

    @property
    def of_care(self) -> bool:
        """May she read what is seen and said of health?"""
        return bool(self.places)

    @property
    def is_herself(self) -> bool:
        return self.account is None and self.headings is None

    def reads(self, *headings: str) -> bool:
        """Is one of these open to her? To the person herself and to professionals they all are."""
        return self.headings is None or not self.headings.isdisjoint(headings)


@dataclass(frozen=True)
class Asked:
    """What is asked of each room: what happened to this person from `since` to `until`, both days included, that this
    reader may know."""

    patient_id: UUID
    since: date
    until: date
    reader: LifeReader

    @property
    def begins(self) -> datetime:
        return clock.midnight(self.since)

    @property
    def ends(self) -> datetime:
        """The instant after it."""
        return clock.tomorrow(clock.midnight(self.until))

    def within(self, column: Any) -> ColumnElement[bool]:
        """Of an instant."""
        return and_(column >= self.begins, column < self.ends)

    def of_requests(self, column: Any) -> ColumnElement[bool]:
        """Of a request's id: those whose course this reader may know."""
        return and_(true(), column.in_(self.reader.own)) if self.reader.alone else true()

    def opens(self, request_id: UUID) -> Opens | None:
        return self.reader.own.get(request_id)


Tell = Callable[[Asked], Iterable[Happening]]
"""How a room answers: by one indexed statement, or by none where this reader may know nothing of it."""
