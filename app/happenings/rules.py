"""What befell a person, as each room tells it for her line of life. Plain values."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

LASTS = date.max
"""The last day of what is not over."""


class Went(enum.StrEnum):
    """How it went: a shape and a dash, and a colour beside."""

    SAID = "said"  # it is so; nothing else is to be said of it
    PLANNED = "planned"
    DONE = "done"
    MISSED = "missed"  # it was not, or nobody came


class Opens(NamedTuple):
    """The page of it: the name of a `way`, and what that takes."""

    way: str
    values: Mapping[str, UUID]


class Happening(NamedTuple):
    """One thing that befell a person, was done for her or is to come, in words that no sealed column is opened for.

    `on`: its day in Paris. `at`: its instant, where it has one; `moment`: else the part of the day, of
    `care_requests.rules.MOMENTS`. `until`: the last day of what lasts, which is drawn as a band; LASTS: it is not over.
    `who`: who did it, or where. `opens`: its page, of what this reader may open.
    """

    on: date
    what: str
    who: str = ""
    went: Went = Went.SAID
    at: datetime | None = None
    moment: str = ""
    until: date | None = None
    opens: Opens | None = None
