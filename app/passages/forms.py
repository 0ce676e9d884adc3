"""Care that comes back, asked for in taps: each need has a plan of its own."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from wtforms import Field, RadioField
from wtforms.validators import InputRequired, StopValidation

from app import clock
from app.care_requests.rules import AHEAD, EVERY_DAY, LONGEST_PLAN, WEEKLY, Rhythm, Visit
from app.care_requests.words import MOMENT_WORDS, WEEKDAYS
from app.core.forms import DayField, Form, NumberField, SeveralField, say_only
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.passages.rules import Course, rhythm_of
from app.passages.words import STOPS

ONCE, ON_DAYS = "once", "days"
ON_DATE, AFTER, ENDLESS = "date", "number", "review"
ENDS = {"morning": 12, "midday": 15, "evening": 22}
"""The local hour after which a moment of today is not to be had any more."""
HOW_OFTEN: dict[str, str] = {
    ONCE: later("Une seule fois"),
    "1": later("Tous les jours"),
    "2": later("Un jour sur deux"),
    "3": later("Un jour sur trois"),
    "7": later("Une fois par semaine"),
    ON_DAYS: later("Certains jours"),
}
MOST_PASSAGES = 3 * LONGEST_PLAN


class PlanForm(Form):
    """Once; or every so many days, or on certain days of the week, at certain moments; until a date, for a number of
    passages, or without an end and with a day on which it is looked at again.

    A part of the form of a request: its fields begin with the need's slug where there are several. `starts_at`: when
    the care is wanted; `title`: the need, where it must be said.
    """

    short_names: ClassVar[Mapping[str, str]] = {
        "plan": later("combien de fois"),
        "weekdays": later("quels jours"),
        "moments": later("les moments du jour"),
        "ends": later("jusqu'à quand"),
        "until": later("jusqu'à quand"),
        "number": later("combien de passages"),
        "review_on": later("quand revoir"),
    }

    plan = RadioField(
        later("Combien de fois ?"),
        choices=HOW_OFTEN,
        default=ONCE,
    )
    weekdays = SeveralField(later("Quels jours ?"), choices={str(day): word for day, word in WEEKDAYS.items()})
    but = SeveralField(later("Jamais le"), choices={str(day): WEEKDAYS[day] for day in (5, 6)})
    moments = SeveralField(later("À quels moments ?"), choices=MOMENT_WORDS)
    ends = RadioField(
        later("Jusqu'à quand ?"),
        choices={
            ON_DATE: later("Une date"),
            AFTER: later("Un nombre de passages"),
            ENDLESS: later("Sans fin, à revoir"),
        },
        default=ON_DATE,
    )
    until = DayField(later("Jusqu'au"))
    number = NumberField(later("Combien de passages ?"), render_kw={"inputmode": "numeric"})
    review_on = DayField(later("À revoir le"))
    starts_at: datetime | None = None
    title = ""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for field in (self.until, self.number, self.review_on):
            field.flags.required = True  # Where it is asked; what is not is hidden, and read by nobody.

    @property
    def recurs(self) -> bool:
        return self.plan.data not in (None, ONCE)

    @property
    def is_endless(self) -> bool:
        return self.recurs and self.ends.data == ENDLESS

    def validate_plan(self, field: Field) -> None:
        if not field.raw_data:  # Not said: once.
            field.data = ONCE
            say_only(field)

    def validate_weekdays(self, field: Field) -> None:
        if self.plan.data != ON_DAYS:
            say_only(field)
        if not field.data:
            say_only(field, _("Choisissez au moins un jour."))

    def validate_but(self, field: Field) -> None:
        if not self.recurs:
            say_only(field)

    def validate_moments(self, field: Field) -> None:
        if not self.recurs:
            say_only(field)
        if not field.data:
            say_only(field, _("Choisissez au moins un moment."))

    def validate_ends(self, field: Field) -> None:
        if not self.recurs or not field.raw_data:  # Not said: on a date.
            field.data = field.data if self.recurs and field.raw_data else ON_DATE
            say_only(field)

    def validate_until(self, field: Field) -> None:
        if not self.recurs or self.ends.data != ON_DATE:
            say_only(field)
        self._check_day(field, _("Choisissez le dernier jour."))
        if self.moments.data and self._says_days and not self.visits(clock.now()):
            raise StopValidation(_("Il n'y a plus de passage possible jusqu'à ce jour."))

    def validate_number(self, field: Field) -> None:
        if not self.recurs or self.ends.data != AFTER:
            say_only(field)
        if field.data is None:
            raise StopValidation("" if field.errors else _("Écrivez un nombre de passages."))
        if field.data != int(field.data) or not 1 <= field.data <= MOST_PASSAGES:
            raise StopValidation(_("Entre 1 et %(most)s passages.", most=MOST_PASSAGES))
        if self.moments.data and self._says_days and len(self.visits(clock.now())) < int(field.data):
            raise StopValidation(_("%(days)s jours au plus : renouvelez la demande ensuite.", days=LONGEST_PLAN))

    def validate_review_on(self, field: Field) -> None:
        if not self.is_endless:
            say_only(field)
        self._check_day(field, _("Choisissez quand revoir le plan."))

    def _check_day(self, field: Field, missing: str) -> None:
        if field.data is None:
            raise StopValidation("" if field.errors else missing)
        if field.data < self._first:
            raise StopValidation(_("Choisissez un jour qui vient après le premier passage."))
        if (field.data - self._first).days >= LONGEST_PLAN:
            raise StopValidation(_("%(days)s jours au plus : renouvelez la demande ensuite.", days=LONGEST_PLAN))

    @property
    def _says_days(self) -> bool:
        return self.plan.data != ON_DAYS or bool(self.weekdays.data)

    def begins(self) -> datetime:
        """When the first visit may be, at the earliest."""
        return self.starts_at or clock.now()

    @property
    def _first(self) -> date:
        return clock.paris(self.begins()).date()

    @property
    def rhythm(self) -> Rhythm | None:
        """None for care that comes once. Only after validation, as all that follows."""
        if not self.recurs:
            return None
        moments, every = tuple(self.moments.data or ()), self.plan.data
        if every == ON_DAYS:
            return Rhythm(self._first, moments, WEEKLY, tuple(sorted(int(day) for day in self.weekdays.data or ())))
        if every == "7":
            return Rhythm(self._first, moments, WEEKLY, (self._first.weekday(),))
        never = {int(day) for day in self.but.data or ()}
        return Rhythm(self._first, moments, int(every), tuple(day for day in EVERY_DAY if day not in never))

    def visits(self, now: datetime) -> tuple[Visit, ...]:
        """None for care that comes once; of a series without an end, the first weeks."""
        rhythm, here = self.rhythm, clock.paris(now)
        if rhythm is None:
            return ()
        last = self._first + timedelta(days=LONGEST_PLAN - 1)
        if self.ends.data == ON_DATE:
            last = self.until.data or last
        elif self.ends.data == ENDLESS:
            last = max(self._first, here.date()) + AHEAD
        found = [
            visit
            for visit in rhythm.visits(self._first, last)
            if visit.day > here.date() or here.hour < ENDS[visit.moment]
        ]
        return tuple(found[: int(self.number.data)] if self.ends.data == AFTER and self.number.data else found)


class FromDayForm(Form):
    """From which day on something else is true of a plan that runs; `today`, unless another is said."""

    day = DayField(later("À partir du"), validators=[InputRequired(later("Choisissez un jour."))])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **{"day": clock.paris(clock.now()).date(), **values})

    def validate_day(self, field: Field) -> None:
        today = clock.paris(clock.now()).date()
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez un jour."))
        if field.data < today:
            raise StopValidation(_("Cette date est déjà passée."))
        if (field.data - today).days >= LONGEST_PLAN:
            raise StopValidation(_("Dans %(days)s jours au plus.", days=LONGEST_PLAN))


class StopForm(FromDayForm):
    reason = RadioField(later("Pourquoi ?"), choices=STOPS, validators=[InputRequired(later("Choisissez une raison."))])


class ReplanForm(FromDayForm, PlanForm):
    """The same questions as for a new plan, of one that runs: it comes back, hence is never once."""

    plan = RadioField(
        later("Combien de fois ?"),
        choices={slug: words for slug, words in HOW_OFTEN.items() if slug != ONCE},
        validators=[InputRequired(later("Choisissez."))],
    )

    def validate_plan(self, field: Field) -> None:
        pass  # It has to be said.

    def begins(self) -> datetime:
        now = clock.now()
        return max(now, clock.midnight(self.day.data)) if self.day.data else now

    @classmethod
    def of(cls, plan: Course, review_on: date | None, today: date) -> "ReplanForm":
        """As the plan is now: what is not touched stays."""
        coming = [visit for visit in plan.visits if visit.day >= today]
        rhythm = plan.rhythm or rhythm_of(coming)
        ends = {"ends": ENDLESS if plan.rhythm else ON_DATE, "review_on": review_on}
        until = max((visit.day for visit in coming), default=None)
        return cls(formdata=None, until=None if plan.rhythm else until, **ends, **(_as_asked(rhythm) if rhythm else {}))


def _as_asked(rhythm: Rhythm) -> dict[str, Any]:
    """A rhythm in the answers of the form."""
    said: dict[str, Any] = {"moments": list(rhythm.moments)}
    never = [str(day) for day in (5, 6) if day not in rhythm.weekdays]
    if rhythm.every == WEEKLY or len(rhythm.weekdays) + len(never) < len(EVERY_DAY):
        return {**said, "plan": ON_DAYS, "weekdays": [str(day) for day in rhythm.weekdays]}
    return {**said, "plan": str(rhythm.every), "but": never}


class RenewForm(Form):
    """Until when care without an end goes on before somebody looks at it again."""

    review_on = DayField(later("À revoir le"), validators=[InputRequired(later("Choisissez quand revoir le plan."))])

    def validate_review_on(self, field: Field) -> None:
        today = clock.paris(clock.now()).date()
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez quand revoir le plan."))
        if not 0 < (field.data - today).days <= LONGEST_PLAN:
            raise StopValidation(_("Choisissez un jour à venir, dans %(days)s jours au plus.", days=LONGEST_PLAN))
