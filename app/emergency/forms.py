"""Who, and why: both before anything is shown."""

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from app.core.forms import Form, stripped
from app.language.phrases import later
from app.patients.emergency import REASONS, Wanted, Why
from app.patients.forms import BirthDateField


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
    birth_date = BirthDateField(
        later("Date de naissance du patient"),
        render_kw={"placeholder": "jj/mm/aaaa"},
        validators=[InputRequired(later("Écrivez la date de naissance."))],
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

    @property
    def wanted(self) -> Wanted:
        """Only after validation."""
        if self.birth_date.data is None:
            raise ValueError("the form was not validated")
        return Wanted(self.birth_name.data or "", self.given_names.data or "", self.birth_date.data)

    @property
    def why(self) -> Why:
        return Why(self.reason.data, self.because.data or "")
