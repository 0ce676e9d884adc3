"""What the requester can say of a request that runs, field by field."""

from datetime import datetime

from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.care_requests.words import CANCELLATIONS
from app.core.forms import Form, stripped
from app.pathways.schema import Pathway, windows_open

REASSIGNMENTS = {
    "silent": "Ne donne plus de nouvelles",
    "late": "Ne peut pas venir à temps",
    "patient": "Le patient préfère quelqu'un d'autre",
    "skill": "Ce n'est pas le bon professionnel",
}
LINE = Length(max=200, message="200 lettres au plus.")


class CancellationForm(Form):
    """Why, in one tap; saying nothing is fine."""

    cancellation = RadioField("Pourquoi\u00a0?", choices=CANCELLATIONS, validators=[Optional()])


class ReassignmentForm(Form):
    reassignment = RadioField(
        "Pourquoi\u00a0?", choices=REASSIGNMENTS, validators=[InputRequired("Choisissez une raison.")]
    )


class WindowForm(Form):
    """Another moment, among those that the pathway of the request still offers."""

    window = RadioField("Pour quand\u00a0?", validators=[InputRequired("Choisissez un moment.")])

    def __init__(self, pathway: Pathway, now: datetime) -> None:
        super().__init__()
        self.window.choices = {w.slug: w.label for w in windows_open(pathway.windows, now)}


class ReplyForm(Form):
    answer = StringField(
        "Votre réponse", filters=[stripped], validators=[DataRequired("Écrivez une réponse, même courte."), LINE]
    )


class DecisionForm(Form):
    """The senior doctor's word: `yes` sends the patient on. A reason may follow, and stays with the request."""

    decision = RadioField(choices={"yes": "Réorienter", "no": "Garder aux urgences"})
    reason = StringField("Pourquoi", filters=[stripped], validators=[LINE])
