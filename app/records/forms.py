"""The whole identity and why, or the national number; what is corrected; the numbers of a person; days of leaving and
dying; where somebody lives now."""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation
from wtforms.widgets import HiddenInput

from app import clock
from app.core.forms import DayField, Form, PhoneField, SeveralField, stripped
from app.identity.ins import KINDS, InsKind
from app.identity.rules import Traits
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.organizations.forms import CommuneField, helped
from app.organizations.models import Commune
from app.organizations.places import Place
from app.patients.forms import BirthDateField, BirthPlaceField, MatriculeField, PatientForm
from app.patients.numbers import LOCAL
from app.patients.words import WHOSE
from app.stays.rules import is_possible_death, is_possible_exit


class CorrectionForm(PatientForm):
    """Everything that was typed. `version`: of what stood in it when it was shown."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class ReasonedForm(Form):
    """Who comes by somebody's record says why, and that she has a part in the care."""

    birth_date = BirthDateField(
        later("Date de naissance"),
        render_kw={"placeholder": "jj/mm/aaaa"},
        validators=[InputRequired(later("Écrivez la date de naissance, par exemple 12/03/1948."))],
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


class IdentityForm(ReasonedForm):
    """All five strict traits (FACTS 4.4): part of a name finds nobody here."""

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


KIND = later("Nature du matricule")
KIND_CHOICES = {kind.value: words for kind, words in KINDS.items()}


class MatriculeForm(ReasonedForm):
    """The national number, its kind (which stands for its OID) and the date of birth: it finds, or it does not."""

    ins = MatriculeField(
        later("Matricule INS"),
        filters=[stripped],
        description=later("Quinze caractères, clé comprise."),
        validators=[InputRequired(later("Écrivez le matricule."))],
    )
    kind = SelectField(KIND, choices=KIND_CHOICES, default=InsKind.NIR.value, validators=[InputRequired()])


class TelecomForm(Form):
    """One more telephone."""

    number = PhoneField(later("Téléphone"), validators=[InputRequired(later("Écrivez un numéro."))])
    whose = SelectField(
        later("À qui est ce téléphone ?"), choices=WHOSE, default="patient", validators=[InputRequired()]
    )
    name = StringField(
        later("Son nom"), filters=[stripped], validators=[Length(max=100, message=later("100 lettres au plus."))]
    )


class InsForm(Form):
    """Empty: it was not hers."""

    ins = MatriculeField(
        later("Matricule INS"),
        filters=[stripped],
        description=later("Quinze caractères, s'il vient du téléservice ou d'un document d'un établissement."),
    )
    kind = SelectField(KIND, choices=KIND_CHOICES, default=InsKind.NIR.value, validators=[InputRequired()])


class LocalNumberForm(Form):
    """Empty: she has none there."""

    local_number = StringField(
        later("Numéro du dossier chez vous (IPP)"),
        filters=[stripped],
        description=later("Visible et cherché dans votre organisation seulement."),
    )

    def validate_local_number(self, field: Field) -> None:
        if field.data and not (LOCAL.fullmatch(field.data) and any(letter.isdigit() for letter in field.data)):
            raise ValidationError(_("De 3 à 30 chiffres ou lettres, sans espace."))


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
