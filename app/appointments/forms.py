"""What is typed of a visit: when and where, and how its patient reads, on her own pages and on the printed card."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, request
from wtforms import DateTimeLocalField, Field, HiddenField, RadioField, ValidationError
from wtforms.validators import InputRequired

from app import clock
from app.appointments.rules import AT_ONCE, NoSuchTime, check_time, instant, soon
from app.core.forms import Form, say_only
from app.language.phrases import PATIENTS, later
from app.language.phrases import gettext as _
from app.pathways.schema import Pathway

SIZES = {"large": True, "usual": False}


def chosen_reading() -> tuple[str | None, bool | None]:
    """The language, and whether in large letters, each none where nothing was said of it."""
    language, size = request.form.get("lang"), request.form.get("text")
    if (language and language not in PATIENTS) or (size and size not in SIZES):
        abort(400)
    return language or None, SIZES.get(size or "")


class AppointmentForm(Form):
    """A time among those offered (`slot`: ISO 8601, or `now`), or one's own, which is Paris time; and where."""

    slot = HiddenField(later("Quand ?"))
    starts_at = DateTimeLocalField(later("Date et heure"))
    mode = RadioField(later("Où ?"), validators=[InputRequired(later("Choisissez un lieu."))])

    def __init__(self, pathway: Pathway, modes: Mapping[str, str], **values: Any) -> None:
        super().__init__(**values)
        self.mode.choices = {mode: str(modes[mode]) for mode in pathway.modes}
        # Whoever writes a time of her own must write one; a slot is sent without this field.
        self.starts_at.flags.required = True

    def validate_starts_at(self, field: Field) -> None:
        try:
            chosen = self.chosen
            if chosen is not None:
                return check_time(chosen, clock.now())
        except NoSuchTime as wrong:
            raise ValidationError(str(wrong)) from None
        say_only(field, _("Choisissez une heure."))

    @property
    def chosen(self) -> datetime | None:
        """The instant meant. Raises `NoSuchTime` for an hour that the change of clocks skips."""
        if self.slot.data == AT_ONCE:
            return soon(clock.now())
        if self.slot.data:
            try:
                return datetime.fromisoformat(self.slot.data).astimezone(clock.PARIS)
            except (ValueError, OverflowError):
                return None
        return instant(self.starts_at.data, clock.PARIS) if self.starts_at.data else None
