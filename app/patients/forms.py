"""The forms about a person that several doors have: finding her, writing her down, correcting what was written."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from wtforms import BooleanField, Field, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app import clock
from app.core.forms import Form, PartialDateField, PhoneField, stripped
from app.identity.ins import DOCUMENTS, InsKind, WrongMatricule, read_matricule
from app.identity.rules import ImpossibleBirth, check_birth_date
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.organizations.forms import CommuneField, helped
from app.organizations.models import Commune
from app.organizations.places import Meaning, Meant, Place, birth_place_meant
from app.patients.actions import Identity, Telecom
from app.patients.words import WHOSE

UNNAMED_FOR = timedelta(days=30)
"""A birth is declared, with a given name, within five days (code civil, art. 55); late, it may take longer."""


class PatientSearchForm(Form):
    """One field: a birth date and the first letters of a name, a whole name, or a telephone number."""

    q = StringField(later("Date de naissance et début du nom, ou téléphone"), filters=[stripped])


class BirthPlaceField(CommuneField):
    """A commune, be it a former one, a whole city, a country; or nobody knows."""

    WHICH = later("Plusieurs lieux sont possibles : choisissez le bon.")
    ONE = later("Est-ce ce lieu ? Touchez-le pour le choisir.")
    NONE = later("Choisissez une commune de la liste, ou un pays ; écrivez « inconnu » si personne ne le sait.")

    def read(self, text: str, near: Commune | None) -> Meant[Meaning]:
        return birth_place_meant(text, near)


class BirthDateField(PartialDateField):
    """A date on which somebody alive may have been born, as far as it is known."""

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        try:
            check_birth_date(self.data, clock.paris(clock.now()).date())
        except ImpossibleBirth as why:
            raise ValidationError(str(why)) from None


class PatientForm(Form):
    """The five traits of the national identity reference (FACTS 4.4), and how to reach the person."""

    birth_name = StringField(
        later("Nom de naissance"),
        filters=[stripped],
        validators=[
            InputRequired(later("Écrivez le nom de naissance.")),
            Length(max=100, message=later("100 lettres au plus.")),
        ],
    )
    given_names = StringField(
        later("Prénoms de naissance"),
        filters=[stripped],
        description=later("Dans l'ordre de la pièce d'identité, séparés par des virgules."),
        validators=[Length(max=100, message=later("100 lettres au plus."))],
    )
    birth_date = BirthDateField(
        later("Date de naissance"),
        description=later("Jour ou mois inconnu : écrivez 03/1948 ou 1948."),
        render_kw={"placeholder": "jj/mm/aaaa"},  # Eight digits are quicker than a calendar that begins today.
        validators=[InputRequired(later("Écrivez la date de naissance, par exemple 12/03/1948."))],
    )
    birth_place = BirthPlaceField(
        later("Lieu de naissance"),
        description=later("La commune, ou le pays pour qui est né à l'étranger."),
        validators=[DataRequired(later("Écrivez la commune ou le pays de naissance."))],
    )
    sex = RadioField(
        later("Sexe"),
        choices={"F": later("Féminin"), "M": later("Masculin"), "I": later("Indéterminé")},
        validators=[InputRequired(later("Choisissez."))],
    )
    phone = PhoneField(
        later("Téléphone"), validators=[InputRequired(later("Écrivez un numéro où joindre le patient."))]
    )
    commune = CommuneField(later("Commune où le patient sera"), validators=[DataRequired(later("Écrivez la commune."))])
    address = StringField(
        later("Adresse, étage, code"),
        filters=[stripped],
        validators=[Length(max=200, message=later("200 lettres au plus."))],
    )

    name_used = StringField(
        later("Nom utilisé"),
        filters=[stripped],
        description=later("S'il n'est pas le nom de naissance : nom d'usage, d'époux ou d'épouse."),
        validators=[Length(max=100, message=later("100 lettres au plus."))],
    )
    given_name_used = StringField(
        later("Prénom utilisé"),
        filters=[stripped],
        description=later("S'il n'est pas le premier prénom."),
        validators=[Length(max=100, message=later("100 lettres au plus."))],
    )
    unnamed = BooleanField(later("Nouveau-né qui n'a pas encore de prénom"))
    birth_rank = RadioField(
        later("Jumeaux"),
        choices={"0": later("Né seul"), "1": later("Premier né"), "2": later("Deuxième"), "3": later("Troisième")},
        default="0",
        validators=[Optional()],
    )

    def __init__(self, near: Commune | None = None, **given: Any) -> None:
        """`near`: where the asker works, so that a place near her comes before its homonyms."""
        super().__init__(**given)
        self.given_names.flags.required = True
        for field in (self.birth_place, self.commune):
            helped(field, near)

    @property
    def says_more(self) -> bool:
        """Was anything said of what most people have not, or is it to be mended?"""
        rare = self.name_used, self.given_name_used, self.unnamed
        return self.birth_rank.data != "0" or any(field.data or field.errors for field in rare)

    def validate_birth_name(self, field: Field) -> None:
        if field.data and not any(letter.isalpha() for letter in field.data):
            raise ValidationError(_("Écrivez le nom en lettres."))

    validate_name_used = validate_given_name_used = validate_birth_name

    def validate_given_names(self, field: Field) -> None:
        if not field.data and not self.unnamed.data:
            raise ValidationError(_("Écrivez au moins un prénom."))
        self.validate_birth_name(field)

    def validate_unnamed(self, field: Field) -> None:
        if not field.data:
            return
        if self.given_names.data:
            raise ValidationError(_("Un prénom est écrit plus haut : gardez l'un ou l'autre."))
        born = self.birth_date.data
        if born and born.last < clock.paris(clock.now()).date() - UNNAMED_FOR:
            raise ValidationError(_("Seul un nouveau-né n'a pas encore de prénom."))

    def identity(self) -> Identity:
        """Only after validation."""
        place, born_at = self.commune.meant.place, self.birth_place.meant.place
        birth_name, birth_date = self.birth_name.data, self.birth_date.data
        if birth_name is None or birth_date is None:
            raise ValueError("the form was not validated")
        if not isinstance(place, Place) or born_at is None:
            raise ValueError("the form was not validated")
        return Identity(
            birth_name=birth_name,
            given_names=self.given_names.data or "",
            birth_date=birth_date,
            sex=self.sex.data,
            birth_place=born_at.code,
            phone=self.phone.e164 or "",
            commune_code=place.commune.code,
            postal_code=place.postal_code,
            address=self.address.data or "",
            name_used=self.name_used.data or "",
            given_name_used=self.given_name_used.data or "",
            birth_rank=int(self.birth_rank.data or 0),
        )


class NewPatientForm(PatientForm):
    """What is asked once more when a person is written down; later each of it has its own place."""

    other_phone = PhoneField(later("Autre téléphone"))
    other_phone_whose = SelectField(later("À qui est ce téléphone ?"), choices=WHOSE, default="patient")
    other_phone_name = StringField(
        later("Son nom"), filters=[stripped], validators=[Length(max=100, message=later("100 lettres au plus."))]
    )
    ins = StringField(
        later("Matricule INS"),
        filters=[stripped],
        description=later("Quinze caractères, s'il vient du téléservice ou d'un document d'un établissement."),
    )
    document = SelectField(
        later("Identité vérifiée sur pièce"),
        choices={"": later("Pas encore"), **DOCUMENTS},
        default="",
        description=later("La pièce que vous avez vue. Ni la carte Vitale ni le permis de conduire n'en est une."),
    )
    matricule = ""

    @property
    def says_more(self) -> bool:
        rare = self.other_phone, self.ins, self.document
        return super().says_more or any(field.data or field.errors for field in rare)

    def validate_ins(self, field: Field) -> None:
        if field.data:
            try:
                self.matricule = read_matricule(field.data)
            except WrongMatricule as why:
                raise ValidationError(str(why)) from None

    def identity(self) -> Identity:
        other = self.other_phone.e164
        telecoms = [Telecom(other, self.other_phone_whose.data, self.other_phone_name.data or "")] if other else []
        kind = InsKind.NIR if self.matricule else None
        return replace(super().identity(), ins=self.matricule, ins_kind=kind, telecoms=telecoms)


class IdentityCheckForm(Form):
    """A tap: what the person showed."""

    document = RadioField(
        later("La pièce que la personne a montrée"),
        choices=DOCUMENTS,
        validators=[InputRequired(later("Choisissez la pièce que vous avez vue."))],
    )
