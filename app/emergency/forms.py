"""Who, and why: both before anything is shown."""

from datetime import date

from wtforms import BooleanField, DateField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from app.core import clock
from app.core.forms import Form, stripped
from app.core.language import gettext as _
from app.core.language import later
from app.patients.emergency import REASONS, Wanted, Why


class EmergencyForm(Form):
    reason = RadioField(later("Pourquoi"), choices=REASONS, validators=[InputRequired(later("Choisissez la raison."))])
    because = TextAreaField(
        later("Expliquez en une phrase"),
        filters=[stripped],
        description=later("La coordinatrice du territoire lira cette phrase."),
        validators=[
            InputRequired(later("Dites ce qui se passe.")),
            Length(min=10, max=500, message=later("Écrivez entre 10 et 500 caractères.")),
        ],
    )
    birth_date = DateField(
        later("Date de naissance du patient"), validators=[InputRequired(later("Écrivez la date de naissance."))]
    )
    birth_name = StringField(
        later("Nom de naissance, en entier"),
        filters=[stripped],
        validators=[DataRequired(later("Écrivez le nom.")), Length(max=80)],
    )
    given_names = StringField(
        later("Premier prénom"),
        filters=[stripped],
        validators=[DataRequired(later("Écrivez le prénom.")), Length(max=80)],
    )
    understood = BooleanField(
        later("Je soigne cette personne maintenant, et je sais que cet accès sera relu."),
        validators=[InputRequired(later("Cochez la case pour continuer."))],
    )

    def validate_birth_date(self, field: DateField) -> None:
        if field.data and not date(1890, 1, 1) <= field.data <= clock.paris(clock.now()).date():
            raise ValidationError(_("Cette date n'est pas possible."))

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.birth_name.data or "", self.given_names.data or "", self.birth_date.data or date.max)

    @property
    def why(self) -> Why:
        return Why(self.reason.data, self.because.data or "")
