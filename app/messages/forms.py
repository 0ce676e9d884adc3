"""What a person says of her own alerts."""

from datetime import time

from wtforms import BooleanField, Field, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput

from app.core.forms import Form, HourField
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.messages.rules import Wishes

DAYS = (
    later("lundi"),
    later("mardi"),
    later("mercredi"),
    later("jeudi"),
    later("vendredi"),
    later("samedi"),
    later("dimanche"),
)
CAPS = (3, 5, 10, 15, 20)


class AttentionForm(Form):
    """Hours are Paris's. Without quiet hours, their times are kept for the next time they are wanted."""

    quiet = BooleanField(later("Heures calmes : ce qui n'est pas urgent attend qu'elles finissent"))
    quiet_from = HourField(
        later("De"), validators=[InputRequired(later("Écrivez l'heure à laquelle elles commencent."))]
    )
    quiet_until = HourField(
        later("À"), validators=[InputRequired(later("Écrivez l'heure à laquelle elles finissent."))]
    )
    quiet_days = SelectMultipleField(
        later("Quels jours ?"),
        choices={str(number): name for number, name in enumerate(DAYS)},
        option_widget=CheckboxInput(),
    )
    daily_cap = SelectField(
        later("Alertes par jour, au plus"),
        choices={
            "": later("Sans limite"),
            **{str(cap): later("%(n)s alertes", n=cap) for cap in CAPS},
        },
    )
    grouped = BooleanField(later("Regrouper ce qui n'est pas urgent : une alerte par heure au plus"))

    @classmethod
    def of(cls, wishes: Wishes) -> "AttentionForm":
        """As it is shown first."""
        return cls(
            formdata=None,
            quiet=wishes.quiet,
            quiet_from=wishes.quiet_from,
            quiet_until=wishes.quiet_until,
            quiet_days=[str(day) for day in sorted(wishes.quiet_days)],
            daily_cap=str(wishes.daily_cap or ""),
            grouped=wishes.grouped,
        )

    def validate_quiet_days(self, field: Field) -> None:
        if self.quiet.data and not field.data:
            raise ValidationError(_("Choisissez au moins un jour, ou retirez les heures calmes."))
        if not self.quiet_until.errors and not self.quiet_from.errors and self.wishes.never_rings:
            raise ValidationError(_("Des heures calmes tous les jours et toute la journée ne laissent rien sonner."))

    @property
    def wishes(self) -> Wishes:
        """Only once the hours are known to be hours."""
        return Wishes(
            quiet=self.quiet.data,
            quiet_from=self.quiet_from.data or time(),
            quiet_until=self.quiet_until.data or time(),
            quiet_days=frozenset(int(day) for day in self.quiet_days.data or ()),
            daily_cap=int(self.daily_cap.data) if self.daily_cap.data else None,
            grouped=self.grouped.data,
        )
