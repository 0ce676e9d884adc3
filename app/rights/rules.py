"""How long a record lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

A_YEAR = timedelta(days=365.25)

EVERY = timedelta(days=1)

LONGEST_WORDS = 1000
"""Letters in which a person says what is wrong in her record."""


@dataclass(frozen=True)
class Terms:
    """In years, after the last thing that was done for the person: so long her record is open to those who care for her
    (`active`); then archived, found by her whole identity and a reason alone; then erased.

    Five and fifteen are those of the CNIL's reference for practices (2020-081, FACTS 4.6). The twenty years of a
    hospital's own record are the hospital's duty (FACTS_COORDINATION 6), which keeps it elsewhere.
    """

    active: int = 5
    archived: int = 15

    def archived_before(self, now: datetime) -> datetime:
        """Whose last act is older is archived."""
        return now - self.active * A_YEAR

    def erased_before(self, now: datetime) -> datetime:
        """Whose last act is older is erased."""
        return now - (self.active + self.archived) * A_YEAR
