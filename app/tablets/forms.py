"""What is typed on a shared tablet, and to prepare one."""

from uuid import UUID

from wtforms import PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Regexp

from app.accounts.models import Account, Role
from app.core.forms import Form, stripped, without_spaces
from app.organizations.queries import names_of
from app.tablets.rules import LONGEST, SHORTEST, too_easy

DIGITS = {"inputmode": "numeric", "autocomplete": "off", "maxlength": str(LONGEST)}


class PrepareForm(Form):
    name = StringField(
        "Nom de la tablette",
        filters=[stripped],
        description="Par exemple : poste de soins, 2e étage.",
        validators=[DataRequired("Donnez-lui un nom."), Length(max=60)],
    )
    organization_id = SelectField("Service", coerce=UUID, validators=[InputRequired("Choisissez le service.")])

    def offer(self, administrator: Account) -> None:
        """Show where `administrator` may put a tablet; call before validating."""
        places = names_of(administrator.organizations(Role.ADMINISTRATOR))
        self.organization_id.choices = {str(each): name for each, name in places.items()}


class TicketForm(Form):
    ticket = StringField(
        "Code à usage unique",
        filters=[stripped],
        description="Huit lettres et chiffres, valables dix minutes.",
        validators=[InputRequired("Recopiez le code affiché."), Length(max=20)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ChooseForm(TicketForm):
    code = PasswordField(
        "Votre code personnel",
        filters=[without_spaces],
        description="Six chiffres au moins, pour cette tablette seulement. Pas une date de naissance.",
        validators=[
            InputRequired("Choisissez un code."),
            Regexp(rf"^[0-9]{{{SHORTEST},{LONGEST}}}\Z", message="Le code a six à douze chiffres."),
        ],
        render_kw=DIGITS,
    )
    again = PasswordField(
        "Le même code, encore une fois",
        filters=[without_spaces],
        validators=[
            InputRequired("Tapez le code une seconde fois."),
            EqualTo("code", "Les deux codes ne sont pas les mêmes."),
        ],
        render_kw=DIGITS,
    )

    def validate_code(self, field: PasswordField) -> None:
        if too_easy(field.data or ""):
            raise ValidationError("Ce code serait deviné tout de suite. Mélangez les chiffres.")


class EnterForm(Form):
    code = PasswordField(
        "Votre code personnel",
        filters=[without_spaces],
        validators=[InputRequired("Tapez votre code.")],
        render_kw=DIGITS,
    )
