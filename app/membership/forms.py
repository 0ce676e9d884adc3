"""What people type here: a code, or whom to invite."""

from uuid import UUID

from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, InputRequired, Length, Regexp

from app.accounts.models import Account, Role
from app.accounts.words import ROLES
from app.core.forms import Form, lowered, stripped, without_spaces
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.membership import queries
from app.membership.invitations import Invitee


class CodeForm(Form):
    code = StringField(
        later("Code à six chiffres"),
        filters=[without_spaces],
        validators=[
            InputRequired(later("Recopiez le code reçu par e-mail.")),
            Regexp(r"^[0-9]{6}\Z", message=later("Le code a six chiffres.")),
        ],
    )


class ReasonForm(Form):
    reason = StringField(
        later("Comment avez-vous reconnu cette personne ?"),
        filters=[stripped],
        description=later("Par exemple : vue en personne, carte professionnelle vérifiée."),
        validators=[
            InputRequired(later("Dites comment vous l'avez reconnue.")),
            Length(min=10, max=300, message=later("Écrivez entre 10 et 300 caractères.")),
        ],
    )


class EmailForm(Form):
    email = EmailField(
        later("Adresse e-mail professionnelle"),
        filters=[stripped, lowered],
        validators=[
            InputRequired(later("Écrivez l'adresse e-mail.")),
            Length(max=254),
            Email(later("Cette adresse e-mail est incomplète ou mal écrite.")),
        ],
    )


class InviteForm(EmailForm):
    given_name = StringField(
        later("Prénom"), filters=[stripped], validators=[DataRequired(later("Écrivez le prénom.")), Length(max=80)]
    )
    family_name = StringField(
        later("Nom"), filters=[stripped], validators=[DataRequired(later("Écrivez le nom.")), Length(max=80)]
    )
    organization_id = SelectField(
        later("Organisation"), coerce=UUID, validators=[InputRequired(later("Choisissez l'organisation."))]
    )
    role = RadioField(
        later("Cette personne va surtout"),
        coerce=Role,
        validators=[InputRequired(later("Choisissez ce que cette personne va faire."))],
    )

    def offer(self, host: Account) -> None:
        """Show what `host` may give; call before validating."""
        self.host = host
        places = queries.may_invite_to(host)
        self.organization_id.choices = {str(each): name for each, name in places.items()}
        grantable = frozenset().union(*(host.may_grant(each) for each in places))
        self.role.choices = {role.value: str(ROLES[role]) for role in Role if role in grantable}

    def validate_role(self, field: RadioField) -> None:
        if self.organization_id.data and field.data not in self.host.may_grant(self.organization_id.data):
            raise ValidationError(_("Vous ne pouvez pas donner ce rôle dans cette organisation."))

    @property
    def invitee(self) -> Invitee:
        return Invitee(self.email.data or "", self.given_name.data or "", self.family_name.data or "")


class ClosingForm(Form):
    sure = BooleanField(
        later("Je veux fermer mon compte"),
        validators=[InputRequired(later("Cochez la case si vous le voulez vraiment."))],
    )
