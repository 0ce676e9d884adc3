"""What is typed on a shared tablet, and to prepare one."""

from uuid import UUID

from wtforms import PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Regexp

from app.accounts.models import Account, Role
from app.core.forms import Form, stripped, without_spaces
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.organizations.queries import names_of
from app.tablets.rules import LONGEST, SHORTEST, too_easy

DIGITS = {"inputmode": "numeric", "autocomplete": "off", "maxlength": str(LONGEST)}


class PrepareForm(Form):
    name = StringField(
        later("Nom de la tablette"),
        filters=[stripped],
        description=later("Par exemple : poste de soins, 2e étage."),
        validators=[DataRequired(later("Donnez-lui un nom.")), Length(max=60)],
    )
    organization_id = SelectField(
        later("Service"), coerce=UUID, validators=[InputRequired(later("Choisissez le service."))]
    )

    def offer(self, administrator: Account) -> None:
        """Show where `administrator` may put a tablet; call before validating."""
        places = names_of(administrator.organizations(Role.ADMINISTRATOR))
        self.organization_id.choices = {str(each): name for each, name in places.items()}


class TicketForm(Form):
    ticket = StringField(
        later("Code à usage unique"),
        filters=[stripped],
        description=later("Huit lettres et chiffres, valables dix minutes."),
        validators=[InputRequired(later("Recopiez le code affiché.")), Length(max=20)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ChooseForm(TicketForm):
    code = PasswordField(
        later("Votre code personnel"),
        filters=[without_spaces],
        description=later("Six chiffres au moins, pour cette tablette seulement. Pas une date de naissance."),
        validators=[
            InputRequired(later("Choisissez un code.")),
            Regexp(rf"^[0-9]{{{SHORTEST},{LONGEST}}}\Z", message=later("Le code a six à douze chiffres.")),
        ],
        render_kw=DIGITS,
    )
    again = PasswordField(
        later("Le même code, encore une fois"),
        filters=[without_spaces],
        validators=[
            InputRequired(later("Tapez le code une seconde fois.")),
            EqualTo("code", later("Les deux codes ne sont pas les mêmes.")),
        ],
        render_kw=DIGITS,
    )

    def validate_code(self, field: PasswordField) -> None:
        if too_easy(field.data or ""):
            raise ValidationError(_("Ce code serait deviné tout de suite. Mélangez les chiffres."))


class EnterForm(Form):
    code = PasswordField(
        later("Votre code personnel"),
        filters=[without_spaces],
        validators=[InputRequired(later("Tapez votre code."))],
        render_kw=DIGITS,
    )
