"""Naming a relative, what she may read, whom the person trusts, and who decides."""

from datetime import date
from typing import Any

from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Email, InputRequired, Length, Optional

from app.core.forms import DayField, Form, PhoneField, SeveralField, lowered, stripped
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.relatives.actions import Decides, RelativeSaid
from app.relatives.words import HEADINGS, KINSHIP, PROTECTIONS

HEADING_CHOICES = {heading.value: words for heading, words in HEADINGS.items()}


class HeadingsForm(Form):
    """None ticked: she is known, and reads nothing."""

    headings = SeveralField(later("Ce que ce proche peut lire"), choices=HEADING_CHOICES)

    @property
    def allowed(self) -> list[str]:
        return self.headings.data or []


class RelativeForm(HeadingsForm):
    name = StringField(
        later("Son nom"),
        filters=[stripped],
        validators=[InputRequired(later("Écrivez le nom de ce proche.")), Length(max=100)],
    )
    kinship = SelectField(later("Son lien"), choices=KINSHIP)
    phone = PhoneField(later("Son téléphone"))
    email = EmailField(
        later("Son adresse e-mail"),
        filters=[stripped, lowered],
        validators=[Optional(), Email(later("Écrivez une adresse e-mail complète, par exemple anne@exemple.fr."))],
    )

    def near(self) -> RelativeSaid:
        """Only after validation."""
        return RelativeSaid(self.name.data or "", self.kinship.data, self.phone.e164 or "", self.email.data or "")


class DayGoneByField(DayField):
    past = True
    example = "12/03/2026"


class TrustForm(Form):
    """The paper is read apart (`documents.intake`)."""

    designated_on = DayGoneByField(
        later("Date de la désignation"),
        description=later("Celle du papier que les deux ont signé."),
        render_kw={"placeholder": "jj/mm/aaaa"},
        validators=[InputRequired(later("Écrivez la date de la désignation, par exemple 12/03/2026."))],
    )

    def signed_on(self) -> date:
        """Only after validation."""
        if self.designated_on.data is None:
            raise ValueError("the form was not validated")
        return self.designated_on.data


class ProtectionForm(Form):
    kind = RadioField(
        later("Qui décide"),
        choices=PROTECTIONS,
        validators=[InputRequired(later("Choisissez."))],
    )
    decider_name = StringField(
        later("Nom de la personne qui décide"),
        filters=[stripped],
        validators=[InputRequired(later("Écrivez le nom de la personne qui décide.")), Length(max=100)],
    )
    decider_phone = PhoneField(later("Son téléphone"))
    since = DayGoneByField(
        later("Depuis quand"),
        render_kw={"placeholder": "jj/mm/aaaa"},
        validators=[InputRequired(later("Écrivez depuis quand, par exemple 12/03/2026."))],
    )
    decides = TextAreaField(
        later("Quelles décisions"),
        filters=[stripped],
        description=later("Comme le jugement le dit : les soins, le logement, les biens."),
        validators=[Length(max=500, message=later("500 caractères au plus."))],
    )
    keeps_secret = BooleanField(
        later("Le mineur garde ces soins secrets, avec un majeur de son choix (article L1111-5).")
    )

    def validate_keeps_secret(self, field: Any) -> None:
        if field.data and self.kind.data != "minor":
            raise ValidationError(_("Seul un mineur peut garder des soins secrets."))

    def decided(self) -> Decides:
        """Only after validation."""
        if self.since.data is None:
            raise ValueError("the form was not validated")
        return Decides(
            kind=self.kind.data,
            name=self.decider_name.data or "",
            since=self.since.data,
            phone=self.decider_phone.e164 or "",
            decides=self.decides.data or "",
            keeps_secret=bool(self.keeps_secret.data),
        )
