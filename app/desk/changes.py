"""What the requester can say of a request that runs, field by field."""

from datetime import datetime

from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.care_requests.words import CANCELLATIONS
from app.core.forms import Form, stripped
from app.language.phrases import later, said
from app.pathways.schema import Pathway, windows_open

REASSIGNMENTS = {
    "silent": later("Ne donne plus de nouvelles"),
    "late": later("Ne peut pas venir à temps"),
    "patient": later("Le patient préfère quelqu'un d'autre"),
    "skill": later("Ce n'est pas le bon professionnel"),
}
LINE = Length(max=200, message=later("200 lettres au plus."))


class CancellationForm(Form):
    """Why, in one tap; saying nothing is fine."""

    cancellation = RadioField(later("Pourquoi ?"), choices=CANCELLATIONS, validators=[Optional()])


class ReassignmentForm(Form):
    reassignment = RadioField(
        later("Pourquoi ?"), choices=REASSIGNMENTS, validators=[InputRequired(later("Choisissez une raison."))]
    )


class WindowForm(Form):
    """Another moment, among those that the pathway of the request still offers."""

    window = RadioField(later("Pour quand ?"), validators=[InputRequired(later("Choisissez un moment."))])

    def __init__(self, pathway: Pathway, now: datetime) -> None:
        super().__init__()
        self.window.choices = {w.slug: said(w.label) for w in windows_open(pathway.windows, now)}


class ReplyForm(Form):
    answer = StringField(
        later("Votre réponse"),
        filters=[stripped],
        validators=[DataRequired(later("Écrivez une réponse, même courte.")), LINE],
    )


class DecisionForm(Form):
    """The senior doctor's word: `yes` sends the patient on. A reason may follow, and stays with the request."""

    decision = RadioField(choices={"yes": later("Réorienter"), "no": later("Garder aux urgences")})
    reason = StringField(later("Pourquoi"), filters=[stripped], validators=[LINE])
