"""What is typed in a thread."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app.core.forms import Form, stripped
from app.language.phrases import gettext as _
from app.language.phrases import later

LONGEST = 1000
"""Letters of a line."""

LONG = Length(max=LONGEST, message=later("1000 lettres au plus : coupez en deux messages."))


class LineForm(Form):
    """One line; it may be empty where a photo says enough."""

    text = TextAreaField(later("Votre message"), filters=[stripped], validators=[LONG])
    key = HiddenField(validators=[Length(max=64)])


class OutcomeForm(Form):
    """What comes back to who asked, at the end of the care."""

    done = TextAreaField(later("Ce que j'ai fait"), filters=[stripped], validators=[LONG])
    advice = TextAreaField(later("Ce que je conseille"), filters=[stripped], validators=[LONG])
    key = HiddenField(validators=[Length(max=64)])

    @property
    def says_something(self) -> bool:
        return bool(self.done.data or self.advice.data)

    def nothing_said(self) -> None:
        self.done.errors = [_("Écrivez ce que vous avez fait, ou ce que vous conseillez.")]
