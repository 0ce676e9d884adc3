"""The whole identity and why; the version of what is corrected; days of leaving and dying; where somebody lives now."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, Field, IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation
from wtforms.widgets import HiddenInput

from app import clock
from app.core.forms import DayField, Form, SeveralField, stripped
from app.identity.rules import Traits
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.organizations.forms import CommuneField, helped
from app.organizations.models import Commune
from app.organizations.places import Place
from app.patients.forms import BirthDateField, BirthPlaceField, PatientForm
from app.stays.rules import is_possible_death, is_possible_exit


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


class ExitForm(Form):
    """The day on which she may leave, and what changed since the last one that was said."""

    on = DayField(later("Sortie prévue le"), validators=[InputRequired(later("Choisissez une date."))])
    why = StringField(
        later("Ce qui a changé"),
        filters=[stripped],
        description=later("Sans détail médical : ses soignants habituels le lisent."),
        validators=[Length(max=200, message=later("200 lettres au plus."))],
    )

    def validate_on(self, field: Field) -> None:
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez une date."))
        if not is_possible_exit(field.data, clock.paris(clock.now()).date()):
            raise ValidationError(_("Choisissez un jour à venir, dans l'année."))


class PastDayField(DayField):
    past = True
    example = "28/11/2026"


class DeathForm(Form):
    on = PastDayField(later("Date du décès"), validators=[InputRequired(later("Choisissez une date."))])

    def validate_on(self, field: Field) -> None:
        if field.data is None:
            raise StopValidation("" if field.errors else _("Choisissez une date."))
        if not is_possible_death(field.data, clock.paris(clock.now()).date()):
            raise ValidationError(_("Choisissez un jour passé, dans l'année."))


class MoveForm(Form):
    """Where she lives now, if anybody knows; who goes on with her; what becomes of what was asked here for her.

    `members`, `asked` and `taken` (those of `asked` for which somebody comes): by id, in words.
    """

    known = RadioField(
        later("Sa nouvelle adresse"),
        choices={"yes": later("Je la connais"), "no": later("Personne ne la connaît")},
        validators=[InputRequired(later("Choisissez."))],
    )
    commune = CommuneField(later("Commune"), validators=[Optional()])
    address = StringField(
        later("Adresse, étage, code"),
        filters=[stripped],
        validators=[Length(max=200, message=later("200 lettres au plus."))],
    )
    leaving = SeveralField(later("Qui ne suit plus cette personne ?"), validators=[Optional()])
    handed_on = SeveralField(later("Chercher quelqu'un d'autre, à la nouvelle adresse"), validators=[Optional()])
    ended = SeveralField(later("Annuler"), validators=[Optional()])

    def __init__(
        self,
        near: Commune | None,
        members: Mapping[str, str],
        asked: Mapping[str, str],
        taken: Mapping[str, str],
        **given: Any,
    ) -> None:
        super().__init__(**given)
        helped(self.commune, near)
        for field, choices in ((self.leaving, members), (self.handed_on, taken), (self.ended, asked)):
            field.choices = list(choices.items())

    def validate_known(self, field: Field) -> None:
        if field.data == "yes" and not self.commune.data:
            self.commune.errors = [*self.commune.errors, _("Écrivez la commune.")]
            raise ValidationError(_("Écrivez la commune, ou dites que personne ne la connaît."))

    @property
    def place(self) -> Place | None:
        """Only after validation."""
        meant = self.commune.meant.place
        return meant if self.known.data == "yes" and isinstance(meant, Place) else None
