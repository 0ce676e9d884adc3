"""Who goes on instead of somebody: for a while, or from a day on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from wtforms import Field, RadioField, ValidationError
from wtforms.validators import InputRequired, StopValidation

from app import clock
from app.core.forms import DayField, Form
from app.directory.models import PractitionerRole
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.relays.rules import LATEST
from app.relays.words import WITHDRAWALS

LONGEST_ABSENCE = timedelta(days=365)


class ReplacementForm(Form):
    colleague = RadioField(later("Qui me remplace ?"), validators=[InputRequired(later("Choisissez une personne."))])
    until = DayField(later("Jusqu'au"), validators=[InputRequired(later("Choisissez une date."))])

    def __init__(self, colleagues: Sequence[PractitionerRole], today: date, **values: Any) -> None:
        super().__init__(**values)
        self.today = today
        self.colleague.choices = [(str(role.id), role.name) for role in colleagues]

    def validate_until(self, field: Field) -> None:
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez une date."))
        if field.data < self.today:
            raise ValidationError(_("Cette date est déjà passée."))
        if field.data > self.today + LONGEST_ABSENCE:
            raise ValidationError(_("Un an au plus. Vérifiez la date."))


class PartingForm(Form):
    """From which day somebody else goes on, why, and whom to ask first."""

    day = DayField(later("À partir de quel jour ?"), validators=[InputRequired(later("Choisissez un jour."))])
    reason = RadioField(
        later("Pourquoi ?"), choices=WITHDRAWALS, validators=[InputRequired(later("Choisissez une raison."))]
    )
    to = RadioField(later("À qui ?"), default="")

    def __init__(
        self, people: Sequence[PractitionerRole], now: datetime, last: date | None = None, **values: Any
    ) -> None:
        """`last`: the day of the last passage that is left."""
        super().__init__(**values)
        self.today, self.last = clock.paris(now).date(), last
        self.people, nobody = people, ("", _("Relais cherche quelqu'un"))
        self.to.choices = [nobody, *((str(role.id), role.name) for role in people)]

    @property
    def named(self) -> str:
        """Whom she asks first."""
        return next((role.name for role in self.people if str(role.id) == self.to.data), "")

    def validate_day(self, field: Field) -> None:
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez un jour."))
        if field.data < self.today:
            raise ValidationError(_("Cette date est déjà passée."))
        if field.data > self.today + LATEST:
            raise ValidationError(_("Dans %(days)s jours au plus.", days=LATEST.days))
        if self.last and field.data > self.last:
            raise ValidationError(_("Il n'y a plus de passage à partir de ce jour."))
