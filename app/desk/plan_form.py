"""Care that comes back for days, asked for in taps."""

from datetime import datetime

from wtforms import Field, RadioField
from wtforms.validators import StopValidation

from app.care_requests.rules import LONGEST_PLAN, Visit, planned
from app.care_requests.words import MOMENT_WORDS
from app.core import clock
from app.core.forms import DayField, Form, SeveralField, say_only

ONCE = "once"
ENDS = {"morning": 12, "midday": 15, "evening": 22}
"""The local hour after which a moment of today is not to be had any more."""


class PlanForm(Form):
    """Once, or every so many days until one, at certain moments."""

    plan = RadioField(
        "Combien de fois\u00a0?",
        choices={
            ONCE: "Une seule fois",
            "1": "Tous les jours",
            "2": "Un jour sur deux",
            "3": "Un jour sur trois",
            "7": "Une fois par semaine",
        },
        default=ONCE,
    )
    moments = SeveralField("À quels moments\u00a0?", choices=MOMENT_WORDS)
    until = DayField("Jusqu'au")
    starts_at: datetime | None = None

    @property
    def recurs(self) -> bool:
        return self.plan.data not in (None, ONCE)

    def validate_plan(self, field: Field) -> None:
        if not field.raw_data:  # Not said: once.
            field.data = ONCE
            say_only(field)

    def validate_moments(self, field: Field) -> None:
        if not self.recurs:
            say_only(field)
        if not field.data:
            say_only(field, "Choisissez au moins un moment.")

    def validate_until(self, field: Field) -> None:
        if not self.recurs:
            say_only(field)
        if field.data is None:
            raise StopValidation("" if field.errors else "Choisissez le dernier jour.")
        first = clock.paris(self.begins()).date()
        if field.data < first:
            raise StopValidation("Choisissez un jour qui vient après le premier passage.")
        if (field.data - first).days >= LONGEST_PLAN:
            raise StopValidation(f"{LONGEST_PLAN} jours au plus\u00a0: renouvelez la demande ensuite.")
        if self.moments.data and not self.visits(clock.now()):
            raise StopValidation("Il n'y a plus de passage possible jusqu'à ce jour.")

    def begins(self) -> datetime:
        """When the first visit may be, at the earliest."""
        return self.starts_at or clock.now()

    def visits(self, now: datetime) -> tuple[Visit, ...]:
        """Only after validation. None for care that comes once."""
        if not self.recurs or self.until.data is None:
            return ()
        here = clock.paris(now)
        first = clock.paris(self.begins()).date()
        every = int(self.plan.data)
        return tuple(
            visit
            for visit in planned(first, self.until.data, self.moments.data or (), every=every)
            if visit.day > here.date() or here.hour < ENDS[visit.moment]
        )
