"""What a practitioner can say, field by field."""

from datetime import datetime
from typing import Any

from wtforms import DateTimeLocalField, Field, HiddenField, RadioField, ValidationError
from wtforms.validators import InputRequired, Optional, StopValidation

from app.appointments.rules import NoSuchTime, check_time, instant
from app.appointments.words import MODES
from app.core import clock
from app.core.forms import Form
from app.dispatch.words import REFUSALS
from app.pathways.schema import Pathway


class RefusalForm(Form):
    """A reason helps the next search; saying none is fine."""

    reason = RadioField("Pourquoi\u00a0?", choices=REFUSALS, validators=[Optional()])


class AppointmentForm(Form):
    """A time among those offered (`slot`, ISO 8601), or one's own, which is Paris time; and where."""

    slot = HiddenField("Quand\u00a0?")
    starts_at = DateTimeLocalField("Date et heure")
    mode = RadioField("Où\u00a0?", validators=[InputRequired("Choisissez un lieu.")])

    def __init__(self, pathway: Pathway, **values: Any) -> None:
        super().__init__(**values)
        self.mode.choices = {mode: MODES[mode] for mode in pathway.modes}
        # Whoever writes a time of her own must write one; a slot is sent without this field.
        self.starts_at.flags.required = True

    def validate_starts_at(self, field: Field) -> None:
        try:
            chosen = self.chosen
            if chosen is not None:
                return check_time(chosen, clock.now())
        except NoSuchTime as wrong:
            raise ValidationError(str(wrong)) from None
        field.errors = []  # What the parser said of it is said better here.
        raise StopValidation("Choisissez une heure.")

    @property
    def chosen(self) -> datetime | None:
        """The instant meant. Raises `NoSuchTime` for an hour that the change of clocks skips."""
        if self.slot.data:
            try:
                return datetime.fromisoformat(self.slot.data).astimezone(clock.PARIS)
            except (ValueError, OverflowError):
                return None
        return instant(self.starts_at.data, clock.PARIS) if self.starts_at.data else None
