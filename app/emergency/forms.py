"""Who, and why: both before anything is shown."""

from datetime import date

from wtforms import BooleanField, DateField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from app.core import clock
from app.core.forms import Form, stripped
from app.patients.emergency import REASONS, Wanted, Why


class EmergencyForm(Form):
    reason = RadioField("Pourquoi", choices=REASONS, validators=[InputRequired("Choisissez la raison.")])
    because = TextAreaField(
        "Expliquez en une phrase",
        filters=[stripped],
        description="La coordinatrice du territoire lira cette phrase.",
        validators=[
            InputRequired("Dites ce qui se passe."),
            Length(min=10, max=500, message="Écrivez entre 10 et 500 caractères."),
        ],
    )
    birth_date = DateField("Date de naissance du patient", validators=[InputRequired("Écrivez la date de naissance.")])
    birth_name = StringField(
        "Nom de naissance, en entier", filters=[stripped], validators=[DataRequired("Écrivez le nom."), Length(max=80)]
    )
    given_names = StringField(
        "Premier prénom", filters=[stripped], validators=[DataRequired("Écrivez le prénom."), Length(max=80)]
    )
    understood = BooleanField(
        "Je soigne cette personne maintenant, et je sais que cet accès sera relu.",
        validators=[InputRequired("Cochez la case pour continuer.")],
    )

    def validate_birth_date(self, field: DateField) -> None:
        if field.data and not date(1890, 1, 1) <= field.data <= clock.paris(clock.now()).date():
            raise ValidationError("Cette date n'est pas possible.")

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.birth_name.data or "", self.given_names.data or "", self.birth_date.data or date.max)

    @property
    def why(self) -> Why:
        return Why(self.reason.data, self.because.data or "")
