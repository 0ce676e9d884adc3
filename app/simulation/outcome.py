"""What became of many searches that were played."""

from collections import Counter
from dataclasses import dataclass, field
from heapq import nlargest
from math import ceil, inf
from statistics import mean
from uuid import UUID


@dataclass
class RunOutcome:
    """What became of the searches, in their order: minutes to the first yes (`inf`: nobody said it), people alerted;
    and alerts by person. `patience`: minutes after which a search is given up."""

    patience: float
    minutes: list[float] = field(default_factory=list)
    alerts: list[int] = field(default_factory=list)
    alerted: Counter[UUID] = field(default_factory=Counter)

    @property
    def successes(self) -> int:
        return sum(minutes < inf for minutes in self.minutes)

    @property
    def unanswered(self) -> float:
        return 1 - self.successes / len(self.minutes)

    @property
    def alerts_per_success(self) -> float:
        return sum(self.alerts) / max(1, self.successes)

    def within(self, share: float) -> float:
        """The minutes within which this share of all searches has a yes."""
        return sorted(self.minutes)[ceil(len(self.minutes) * share) - 1]

    @property
    def slowest_tenth(self) -> float:
        """What the slowest tenth wait on average; for whom nobody is found, until the search is given up."""
        slowest = nlargest(max(1, len(self.minutes) // 10), self.minutes)
        return mean(min(minutes, self.patience) for minutes in slowest)

    def part(self, number: int, of: int) -> "RunOutcome":
        """The same, of one part of the searches."""
        some = slice(len(self.minutes) * number // of, len(self.minutes) * (number + 1) // of)
        return RunOutcome(self.patience, self.minutes[some], self.alerts[some])

    def load(self, people: int) -> tuple[float, float]:
        """Alerts per hundred requests, for one person on average and for the tenth who gets most."""
        counts = sorted([*self.alerted.values(), *[0] * (people - len(self.alerted))])
        hundreds = len(self.minutes) / 100
        return sum(counts) / people / hundreds, counts[int(people * 0.9)] / hundreds
