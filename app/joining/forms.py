"""What somebody types who asks for access, and what a coordinator answers."""

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from app.core.forms import Form, stripped, without_spaces
from app.language.phrases import later
from app.membership.forms import EmailForm


class AccessForm(EmailForm):
    rpps = StringField(
        later("Numéro RPPS"),
        filters=[stripped, without_spaces],
        description=later("Onze chiffres, sur votre carte CPS ou votre e‑CPS."),
        validators=[
            InputRequired(later("Écrivez votre numéro RPPS.")),
            Regexp(r"^[0-9]{11}\Z", message=later("Le numéro RPPS a onze chiffres.")),
        ],
    )
    given_name = StringField(
        later("Prénom"), filters=[stripped], validators=[DataRequired(later("Écrivez votre prénom.")), Length(max=80)]
    )
    family_name = StringField(
        later("Nom d'exercice"),
        filters=[stripped],
        validators=[DataRequired(later("Écrivez votre nom.")), Length(max=80)],
    )


class AccessDecisionForm(Form):
    """One reason, and two buttons."""

    reason = TextAreaField(
        later("Pourquoi ?"),
        filters=[stripped],
        description=later("Par exemple : appelée au numéro de l'annuaire, c'est bien elle."),
        validators=[
            InputRequired(later("Dites pourquoi.")),
            Length(min=10, max=300, message=later("Écrivez entre 10 et 300 caractères.")),
        ],
    )
