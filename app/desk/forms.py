"""The requester's forms about a patient: finding one, writing down a new one."""

import re
from datetime import date
from typing import Any

from flask import url_for
from wtforms import DateField, Field, RadioField, StringField, ValidationError
from wtforms.validators import InputRequired, Length
from wtforms.widgets import TextInput

from app.core import clock
from app.core.forms import Form, PhoneField, stripped
from app.directory.models import Commune
from app.directory.queries import commune_meant
from app.patients.actions import Identity
from app.patients.rules import parse_search

FRENCH_DATE = ["%d/%m/%Y", "%d%m%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y", "%Y-%m-%d"]


class PatientSearchForm(Form):
    """One field: birth date, then the first letters of the name."""

    q = StringField("Date de naissance, puis début du nom", filters=[stripped])

    def validate_q(self, field: Field) -> None:
        if parse_search(field.data or "") is None:
            raise ValidationError("Commencez par la date de naissance, par exemple 12/03/1948 mar.")

    @property
    def unfinished(self) -> bool:
        """Is the date still being typed? Then nothing is wrong yet."""
        return sum(c.isdigit() for c in self.q.data or "") < 8


class CommuneField(StringField):
    """A commune by name, postal code or INSEE code; `commune` holds the one meant."""

    commune: Commune | None = None

    def pre_validate(self, form: Any) -> None:
        if not (self.data or "").strip():
            return
        self.commune = commune_meant(self.data or "")
        if self.commune is None:
            raise ValidationError("Choisissez une commune de la liste, ou écrivez son code postal.")


class BirthPlaceField(CommuneField):
    """A commune, or the INSEE code of a country (99 and three digits) for those born abroad."""

    def pre_validate(self, form: Any) -> None:
        if not re.fullmatch(r"\s*99\d{3}\s*", self.data or ""):
            super().pre_validate(form)

    @property
    def code(self) -> str:
        return self.commune.code if self.commune else (self.data or "").strip()


class DayField(DateField):
    """Any French way of writing a date; what cannot be read stays in the field. `example`: one that would do."""

    example = "12/03/2027"

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not any(str(value).strip() for value in valuelist):
            return
        try:
            super().process_formdata([stripped(value) for value in valuelist])
        except ValueError:
            raise ValueError(f"Écrivez une date qui existe, par exemple {self.example}.") from None


class BirthDateField(DayField):
    example = "12/03/1948"


class PatientForm(Form):
    """The five traits of the national identity reference (FACTS 4.4), and how to reach the person."""

    birth_name = StringField(
        "Nom de naissance",
        filters=[stripped],
        validators=[
            InputRequired("Écrivez le nom de naissance."),
            Length(max=100, message="100 lettres au plus."),
        ],
    )
    given_names = StringField(
        "Prénoms de naissance",
        filters=[stripped],
        validators=[
            InputRequired("Écrivez au moins un prénom."),
            Length(max=100, message="100 lettres au plus."),
        ],
    )
    birth_date = BirthDateField(
        "Date de naissance",
        format=FRENCH_DATE,
        widget=TextInput(),  # Eight digits are quicker than a calendar that begins today.
        render_kw={"inputmode": "numeric", "placeholder": "jj/mm/aaaa"},
        validators=[InputRequired("Écrivez la date de naissance, par exemple 12/03/1948.")],
    )
    sex = RadioField(
        "Sexe",
        choices={"F": "Féminin", "M": "Masculin", "I": "Indéterminé"},
        validators=[InputRequired("Choisissez.")],
    )
    birth_place = BirthPlaceField(
        "Commune de naissance",
        description="Née ou né à l'étranger\u00a0: le code du pays, par exemple 99352 pour l'Algérie.",
        validators=[InputRequired("Écrivez la commune de naissance.")],
    )
    phone = PhoneField("Téléphone", validators=[InputRequired("Écrivez un numéro où joindre le patient.")])
    commune = CommuneField("Commune où le patient sera", validators=[InputRequired("Écrivez la commune.")])
    address = StringField(
        "Adresse, étage, code",
        filters=[stripped],
        validators=[Length(max=200, message="200 lettres au plus.")],
    )

    def __init__(self) -> None:
        super().__init__()
        for field in (self.birth_place, self.commune):
            field.render_kw = {
                "list": f"{field.id}-options",
                "hx-get": url_for("desk.communes"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": f"#{field.id}-options",
                "hx-status:4xx": "swap:none",
                "hx-status:5xx": "swap:none",
            }

    def validate_birth_date(self, field: Field) -> None:
        today = clock.paris(clock.now()).date()
        if field.data and not date(today.year - 125, 1, 1) <= field.data <= today:
            raise ValidationError("Cette date n'est pas possible.")

    def validate_birth_name(self, field: Field) -> None:
        if not any(letter.isalpha() for letter in field.data or ""):
            raise ValidationError("Écrivez le nom en lettres.")

    validate_given_names = validate_birth_name

    def identity(self) -> Identity:
        """Only after validation."""
        traits = (self.birth_name.data, self.given_names.data, self.birth_date.data, self.commune.commune)
        birth_name, given_names, birth_date, commune = traits
        if birth_name is None or given_names is None or birth_date is None or commune is None:
            raise ValueError("the form was not validated")
        return Identity(
            birth_name=birth_name,
            given_names=given_names,
            birth_date=birth_date,
            sex=self.sex.data,
            birth_place=self.birth_place.code,
            phone=self.phone.e164 or "",
            commune_code=commune.code,
            address=self.address.data or "",
        )
