"""The whole identity and why; and the version of what is corrected."""

from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from app.core.forms import Form, stripped
from app.identity.rules import Traits
from app.language.phrases import later
from app.organizations.forms import helped
from app.organizations.models import Commune
from app.patients.forms import BirthDateField, BirthPlaceField, PatientForm


class CorrectionForm(PatientForm):
    """Everything that was typed. `version`: of what stood in it when it was shown."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class IdentityForm(Form):
    """All five strict traits (FACTS 4.4): part of a name finds nobody here."""

    birth_date = BirthDateField(
        later("Date de naissance"),
        render_kw={"placeholder": "jj/mm/aaaa"},
        validators=[InputRequired(later("Écrivez la date de naissance, par exemple 12/03/1948."))],
    )
    birth_name = StringField(
        later("Nom de naissance, en entier"),
        filters=[stripped],
        validators=[InputRequired(later("Écrivez le nom de naissance.")), Length(max=100)],
    )
    given_names = StringField(
        later("Premier prénom de naissance"),
        filters=[stripped],
        validators=[InputRequired(later("Écrivez le premier prénom.")), Length(max=100)],
    )
    sex = RadioField(
        later("Sexe"),
        choices={"F": later("Féminin"), "M": later("Masculin")},
        validators=[InputRequired(later("Choisissez."))],
    )
    birth_place = BirthPlaceField(
        later("Lieu de naissance"),
        description=later("La commune, ou le pays pour qui est né à l'étranger."),
        validators=[DataRequired(later("Écrivez la commune ou le pays de naissance."))],
    )
    reason = TextAreaField(
        later("Pourquoi vous avez besoin de ce dossier"),
        filters=[stripped],
        description=later("Le patient pourra lire cette phrase, avec votre nom."),
        validators=[
            InputRequired(later("Dites pourquoi.")),
            Length(min=10, max=500, message=later("Écrivez entre 10 et 500 caractères.")),
        ],
    )
    understood = BooleanField(
        later("Je prends part aux soins de cette personne."),
        validators=[InputRequired(later("Cochez la case pour continuer."))],
    )

    def __init__(self, near: Commune | None = None) -> None:
        super().__init__()
        helped(self.birth_place, near)

    def traits(self) -> Traits:
        """Only after validation."""
        born_at = self.birth_place.meant.place
        if self.birth_date.data is None or born_at is None:
            raise ValueError("the form was not validated")
        names = self.birth_name.data or "", self.given_names.data or ""
        return Traits(*names, self.birth_date.data, self.sex.data, born_at.code)
