"""Care that comes back for days, asked for in taps."""

from datetime import datetime

from wtforms import Field, RadioField
from wtforms.validators import StopValidation

from app import clock
from app.care_requests.rules import LONGEST_PLAN, Visit, planned
from app.care_requests.words import MOMENT_WORDS
from app.core.forms import DayField, Form, SeveralField, say_only
from app.language.phrases import gettext as _
from app.language.phrases import later

ONCE = "once"
ENDS = {"morning": 12, "midday": 15, "evening": 22}
"""The local hour after which a moment of today is not to be had any more."""


class PlanForm(Form):
    """Once, or every so many days until one, at certain moments."""

    plan = RadioField(
        later("Combien de fois ?"),
        choices={
            ONCE: later("Une seule fois"),
            "1": later("Tous les jours"),
            "2": later("Un jour sur deux"),
            "3": later("Un jour sur trois"),
            "7": later("Une fois par semaine"),
        },
        default=ONCE,
    )
    moments = SeveralField(later("À quels moments ?"), choices=MOMENT_WORDS)
    until = DayField(later("Jusqu'au"))
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
            say_only(field, _("Choisissez au moins un moment."))

    def validate_until(self, field: Field) -> None:
        if not self.recurs:
            say_only(field)
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez le dernier jour."))
        first = clock.paris(self.begins()).date()
        if field.data < first:
            raise StopValidation(_("Choisissez un jour qui vient après le premier passage."))
        if (field.data - first).days >= LONGEST_PLAN:
            raise StopValidation(_("%(days)s jours au plus : renouvelez la demande ensuite.", days=LONGEST_PLAN))
        if self.moments.data and not self.visits(clock.now()):
            raise StopValidation(_("Il n'y a plus de passage possible jusqu'à ce jour."))

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
