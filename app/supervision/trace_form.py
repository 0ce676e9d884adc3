"""Whose acts, and of which day."""

from datetime import timedelta

from wtforms import Field, SelectField, ValidationError
from wtforms.validators import Optional

from app import clock
from app.accounts.models import Account
from app.core.forms import DayField, Form, uuid_or_none
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.supervision import traces

LATELY = timedelta(days=31)
"""How far back one looks for the people to choose from."""


class TraceForm(Form):
    """Nothing is changed by it and it holds ids and a day only, so that it may stand in an address."""

    class Meta(Form.Meta):
        csrf = False

    person = SelectField(later("Qui"), coerce=uuid_or_none, validators=[Optional()])
    day = DayField(later("Quel jour"), validators=[Optional()])

    def validate_day(self, field: Field) -> None:
        if field.data and not 2000 <= field.data.year < 2200:
            raise ValidationError(_("Cette date n'est pas possible."))

    def offer(self, reader: Account) -> None:
        known = traces.people(reader, clock.now() - LATELY)
        self.person.choices = [("", _("Tout le monde")), *((str(one), name) for one, name in known.items())]
