"""What a practitioner can say, field by field."""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.core.forms import Form, stripped
from app.dispatch.words import REFUSALS
from app.language.phrases import later
from app.relays.words import WITHDRAWALS


class RefusalForm(Form):
    """A reason helps the next search; saying none is fine."""

    reason = RadioField(later("Pourquoi ?"), choices=REFUSALS, validators=[Optional()])


class WithdrawalForm(Form):
    """One tap says it and why."""

    reason = RadioField(later("Pourquoi ?"), choices=WITHDRAWALS, validators=[Optional()])


ONE_LINE = 200


class QuestionForm(Form):
    question = StringField(
        later("Votre question"),
        filters=[stripped],
        validators=[
            InputRequired(later("Écrivez votre question.")),
            Length(max=ONE_LINE, message=later("Une ligne suffit : %(most)s caractères au plus.", most=ONE_LINE)),
        ],
        description=later("Une ligne. Ne nommez pas le patient."),
        render_kw={"maxlength": ONE_LINE, "autocomplete": "off"},
    )


class SkillsForm(Form):
    """What she does beyond her profession, and the languages she speaks."""

    skills = SelectMultipleField(later("Ce que je fais"), option_widget=CheckboxInput(), widget=ListWidget())

    def __init__(self, offered: Mapping[str, str], **values: Any) -> None:
        super().__init__(**values)
        self.skills.choices = list(offered.items())


class PassageLineForm(Form):
    """What who comes next, and who asked, should know of a passage."""

    line = StringField(
        later("Une ligne pour le cercle de soins"),
        filters=[stripped],
        validators=[
            Length(max=ONE_LINE, message=later("Une ligne suffit : %(most)s caractères au plus.", most=ONE_LINE))
        ],
    )
