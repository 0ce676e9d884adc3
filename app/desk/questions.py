"""The questions of a pathway's file: as fields of the form, as answers to keep, as words to read again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.validators import StopValidation

from app.core.forms import ISO_FIRST, DayField, Form, NumberField, SeveralField, say_only, stripped
from app.core.words import french_date
from app.pathways.schema import Pathway, Question

LENGTHS = {"text": 200, "long-text": 1000}


class AnswerRequired:
    """Of a question that is asked: an answer, where one is required, and one that does not stop the request."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.field_flags = {"required": True} if question.required else {}

    def __call__(self, form: Form, field: Field) -> None:
        answered = any(str(value).strip() for value in field.raw_data or ())
        if not answered or not form.is_asked(self.question):
            missing = self.question.required and form.is_asked(self.question)
            say_only(field, "Répondez à cette question." if missing else "")
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
        return french_date(date.fromisoformat(answer))
    if question.kind == "number":
        return f"{answer:g}".replace(".", ",") + (f"\u00a0{question.unit}" if question.unit else "")
    return str(answer)
