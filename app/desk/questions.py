"""The questions of a pathway's file: as fields of the form, as answers to keep, as words to read again."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from wtforms import Field, FloatField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from app.core.forms import Form, stripped
from app.desk.forms import FRENCH_DATE, DayField
from app.pathways.schema import Pathway, Question

ISO_FIRST = ["%Y-%m-%d", *FRENCH_DATE]
"""A browser's own calendar speaks ISO; fingers without one write as they please."""

LENGTHS = {"text": 200, "long-text": 1000}


class Tick(CheckboxInput):
    """One of several: that one must be chosen does not make each of them required."""

    validation_attrs = ["disabled"]  # noqa: RUF012 -- as the library has it


class SeveralField(SelectMultipleField):
    """Several choices, as tiles that can each be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = Tick()


class NumberField(FloatField):
    """A number with a comma or a point."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        written = [str(stripped(value)).replace(",", ".").replace("\u00a0", "") for value in valuelist]
        if not any(written):
            return
        try:
            super().process_formdata(written)
        except ValueError:
            self.data = None
        if self.data is None or not math.isfinite(self.data):
            self.data = None
            raise ValueError("Écrivez un nombre, par exemple 38,5.")


class AnswerRequired:
    """Of a question that is asked: an answer, where one is required, and one that does not stop the request."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.field_flags = {"required": True} if question.required else {}

    def __call__(self, form: Form, field: Field) -> None:
        answered = any(str(value).strip() for value in field.raw_data or ())
        if not answered or not form.is_asked(self.question):
            field.errors = []
            missing = self.question.required and form.is_asked(self.question)
            raise StopValidation("Répondez à cette question." if missing else "")
        if field.errors:
            raise StopValidation
        if stop := stopping(self.question, field.data):
            raise StopValidation(stop)
        if isinstance(field.data, str) and len(field.data) > LENGTHS.get(self.question.kind, 200):
            raise StopValidation(f"{LENGTHS[self.question.kind]} lettres au plus.")


def stopping(question: Question, answer: Any) -> str:
    """Why a request with this answer cannot be sent; empty when it can."""
    given = answer if isinstance(answer, list) else [answer]
    return " ".join(option.stops for option in question.options if option.stops and option.slug in given)


def name_of(slug: str) -> str:
    """The field's name: questions must not meet the form's own fields."""
    return f"answer-{slug}"


def field_of(question: Question) -> Any:
    """The field that asks it, not yet bound to a form."""
    told: dict[str, Any] = {
        "label": question.label + (f" ({question.unit})" if question.unit else ""),
        "description": question.help,
        "validators": [AnswerRequired(question)],
    }
    choices = {option.slug: option.label for option in question.options}
    match question.kind:
        case "choice":
            return RadioField(choices=choices, **told)
        case "choices":
            return SeveralField(choices=choices, **told)
        case "number":
            return NumberField(render_kw={"inputmode": "decimal"}, **told)
        case "date":
            return DayField(format=ISO_FIRST, **told)
        case "text":
            return StringField(filters=[stripped], **told)
        case "long-text":
            return TextAreaField(filters=[stripped], **told)


def is_asked(question: Question, pathway: Pathway, answers: Mapping[str, Any]) -> bool:
    """Without a condition, always; else when the answer above makes it so, and was itself asked for."""
    if question.only_if is None:
        return True
    slug, wanted = question.only_if
    above = next(each for each in pathway.questions if each.slug == slug)
    given = answers.get(slug)
    said = wanted in given if isinstance(given, list) else given == wanted
    return said and is_asked(above, pathway, answers)


def stored_answer(answer: Any) -> Any:
    """An answer as it is kept with the request: JSON knows no dates."""
    return answer.isoformat() if isinstance(answer, date) else answer


def answers_in_words(pathway: Pathway, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was asked and answered, ready to be read."""
    told = ((question, answers.get(question.slug)) for question in pathway.questions)
    return [(question.label, _said(question, answer)) for question, answer in told if answer not in (None, "", [])]


def _said(question: Question, answer: Any) -> str:
    labels = {option.slug: option.label for option in question.options}
    if question.options:
        given = answer if isinstance(answer, list) else [answer]
        return ", ".join(labels.get(slug, str(slug)) for slug in given)
    if question.kind == "date":
        return str(format_date(date.fromisoformat(answer), "long", locale="fr"))
    if question.kind == "number":
        return f"{answer:g}".replace(".", ",") + (f"\u00a0{question.unit}" if question.unit else "")
    return str(answer)
