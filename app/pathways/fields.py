"""The fields that ask a pathway's questions: the same for who asks and for who writes the pathway."""

from typing import Any, Protocol

from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.validators import StopValidation

from app.core.forms import DayField, NumberField, SeveralField, say_only, stripped
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.pathways.answers import stopping
from app.pathways.schema import Question


class Asking(Protocol):
    """A form that knows which of its questions are asked, as it is filled in."""

    def is_asked(self, question: Question) -> bool: ...


LENGTHS = {"text": 200, "long-text": 1000}


class AnswerRequired:
    """Of a question that is asked: an answer, where one is required, and one that does not stop the request."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.field_flags = {"required": True} if question.required else {}

    def __call__(self, form: Asking, field: Field) -> None:
        answered = any(str(value).strip() for value in field.raw_data or ())
        if not answered or not form.is_asked(self.question):
            missing = self.question.required and form.is_asked(self.question)
            say_only(field, _("Répondez à cette question.") if missing else "")
        if field.errors:
            raise StopValidation
        if stop := stopping(self.question, field.data):
            raise StopValidation(said(stop))
        if isinstance(field.data, str) and len(field.data) > LENGTHS.get(self.question.kind, 200):
            raise StopValidation(_("%(most)s lettres au plus.", most=LENGTHS[self.question.kind]))


def name_of(slug: str) -> str:
    """The field's name: questions must not meet the form's own fields."""
    return f"answer-{slug}"


def field_of(question: Question) -> Any:
    """The field that asks it, not yet bound to a form."""
    told: dict[str, Any] = {
        "label": said(question.label) + (f" ({said(question.unit)})" if question.unit else ""),
        "description": said(question.help),
        "validators": [AnswerRequired(question)],
    }
    choices = {option.slug: said(option.label) for option in question.options}
    match question.kind:
        case "choice":
            return RadioField(choices=choices, **told)
        case "choices":
            return SeveralField(choices=choices, **told)
        case "number":
            return NumberField(render_kw={"inputmode": "decimal"}, **told)
        case "date":
            return DayField(**told)
        case "text":
            return StringField(filters=[stripped], **told)
        case "long-text":
            return TextAreaField(filters=[stripped], **told)
