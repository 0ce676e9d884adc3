"""Somebody who is not in the directory."""

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.core.forms import Form, PhoneField, stripped
from app.directory.actions import ByHand
from app.directory.models import Profession
from app.directory.words import PROFESSIONS
from app.language.phrases import later


class ByHandForm(Form):
    given_name = StringField(
        later("Prénom"), filters=[stripped], validators=[DataRequired(later("Écrivez le prénom.")), Length(max=80)]
    )
    family_name = StringField(
        later("Nom"), filters=[stripped], validators=[DataRequired(later("Écrivez le nom.")), Length(max=80)]
    )
    phone = PhoneField(later("Téléphone"), validators=[InputRequired(later("Écrivez un numéro où la joindre."))])
    profession = RadioField(later("Métier"), validators=[DataRequired(later("Choisissez un métier."))])

    def __init__(self, professions: Sequence[Profession], **values: Any) -> None:
        super().__init__(**values)
        self.profession.choices = [(each.value, str(PROFESSIONS[each][0]).capitalize()) for each in professions]
        if len(professions) == 1:
            self.profession.data = professions[0].value

    @property
    def said(self) -> ByHand:
        """Only after validation."""
        return ByHand(
            self.given_name.data or "",
            self.family_name.data or "",
            Profession(self.profession.data),
            self.phone.e164 or "",
        )
