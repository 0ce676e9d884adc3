"""What is typed to answer."""

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app import clock
from app.advice import words
from app.advice.rules import See
from app.core.forms import DayField, Form, stripped
from app.language.phrases import gettext as _
from app.language.phrases import later

OPINION = Length(max=1000, message=later("1000 lettres au plus."))
CONDUCT = Length(max=800, message=later("800 lettres au plus."))


class OpinionForm(Form):
    """The opinion, what to do, and whether the person is to be seen. `key`: of the touch, which counts once."""

    opinion = TextAreaField(
        later("Votre avis"), [InputRequired(later("Écrivez votre avis.")), OPINION], filters=[stripped]
    )
    conduct = TextAreaField(later("La conduite à tenir"), [Optional(), CONDUCT], filters=[stripped])
    see = RadioField(
        later("Faut-il voir cette personne ?"),
        choices={each.value: label for each, label in words.SEE.items()},
        validators=[InputRequired(later("Choisissez."))],
    )
    see_until = DayField(later("Avant quelle date ?"), [Optional()])
    key = HiddenField(validators=[Length(max=64)])

    def validate(self, extra_validators: object = None) -> bool:
        holds = super().validate(extra_validators)
        if not holds or self.see.data != See.BY:
            return holds
        day = self.see_until.data
        if day is None or day < clock.paris(clock.now()).date():
            self.see_until.errors = [_("Écrivez une date à venir.") if day else _("Écrivez une date.")]
            return False
        return True
