"""Forms that keep what was typed and say, beside the field, what to write instead."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar, NamedTuple, NoReturn, ParamSpec, TypeVar
from uuid import UUID

from flask import Flask, current_app, g, request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import (
    DateField,
    Field,
    FloatField,
    RadioField,
    SelectMultipleField,
    StringField,
    TimeField,
    ValidationError,
)
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from app import clock
from app.language.dates import PartialDate, WrongDate, read_date, read_day
from app.language.phones import WrongNumber, read_number
from app.language.phrases import gettext as _
from app.language.typography import NARROW, NO_BREAK

P = ParamSpec("P")
R = TypeVar("R")

RESUMED = "resumed"
"""A form sent with this field was interrupted before: it is shown as it was filled in, and does nothing."""


def resumable(view: Callable[P, R]) -> Callable[P, R]:
    """What is typed here outlives a session that ends meanwhile (the room `drafts`).

    Goes innermost. The view does nothing before its form holds, and shows it again as a whole page when it does not.
    """

    @wraps(view)
    def reached(*args: P.args, **kwargs: P.kwargs) -> R:
        g.form_reached = True
        return view(*args, **kwargs)

    reached.resumable = True  # type: ignore[attr-defined]
    return reached


def is_resumable(endpoint: str | None) -> bool:
    return getattr(current_app.view_functions.get(endpoint or ""), "resumable", False)


def is_resumed() -> bool:
    return RESUMED in request.form


class Form(FlaskForm):  # type: ignore[misc]
    """A form; WTForms ships the words of its own validators, in the language that is spoken.

    `short_names`: how a field is called within a sentence, where its label is a question. `parts`: forms within this
    one, which validates them.
    """

    short_names: ClassVar[Mapping[str, str]] = {}
    parts: "Sequence[Form]" = ()

    def validate(self, extra_validators: Any = None) -> bool:
        return not is_resumed() and bool(super().validate(extra_validators))

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(self, form: FlaskForm, unbound_field: Any, options: Any) -> Field:
            """Choices made at import are read now."""
            choices = unbound_field.kwargs.get("choices")
            read = {"choices": {key: str(words) for key, words in choices.items()}} if isinstance(choices, dict) else {}
            field: Field = super().bind_field(form, unbound_field, {**options, **read})
            return field

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """A page's form is never JSON: Flask-WTF would read it, and break on `false` or a list."""
            return None if formdata is _Auto and request.is_json else super().wrap_formdata(form, formdata)


def stripped(value: Any) -> Any:
    """Filter: what people paste has spaces around it."""
    return value.strip() if isinstance(value, str) else value


def without_spaces(value: object) -> object:
    """Filter: codes are often copied as "123 456"."""
    return "".join(value.split()) if isinstance(value, str) else value


def lowered(value: object) -> object:
    """Filter: an address is kept in lower case."""
    return value.lower() if isinstance(value, str) else value


class PhoneField(StringField):
    """A telephone number, kept as E.164 (`+33612345678`); empty stays empty. What was typed stays in the field."""

    e164: str | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([stripped(value) for value in valuelist])

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        try:
            self.e164 = read_number(self.data)
        except WrongNumber:
            raise ValidationError(_why_not(self.data)) from None


def _why_not(typed: str) -> str:
    digits = sum(c.isdigit() for c in typed)
    if digits and digits != 10 and not typed.startswith(("+", "00")):
        return _("Ce numéro n'a pas le bon nombre de chiffres : %(digits)s au lieu de 10.", digits=digits)
    return _("Écrivez un numéro de téléphone qui existe, par exemple 06 12 34 56 78 ou +32 470 12 34 56.")


def uuid_or_none(text: str | None) -> UUID | None:
    """The id that was sent; none for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


class DayField(DateField):
    """A date, however it is written (`language.dates`); what cannot be read stays there: a browser's own
    field for dates would empty it. `example`: one that would do; `past`: may it only be a day gone by?"""

    widget = TextInput()
    example = "12/03/2027"
    past = False

    def __init__(self, label: str | None = None, validators: Any = None, **more: Any) -> None:
        more["render_kw"] = {"placeholder": "jj/mm/aaaa", "autocomplete": "off", **more.get("render_kw", {})}
        super().__init__(label, validators, format="%d/%m/%Y", **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if any(str(value).strip() for value in valuelist):
            self.data = None
            self.data = said_of_date(read_day, str(valuelist[0]), self.past, self.example)


class PartialDateField(Field):
    """The date of a birth, of which the day or the month may not be known."""

    data: PartialDate | None
    widget = TextInput()
    example = "12/03/1948"

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if any(str(value).strip() for value in valuelist):
            self.data = said_of_date(read_date, str(valuelist[0]), True, self.example)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.written if self.data else ""


def said_of_date(read: Callable[..., R], text: str, past: bool, example: str) -> R:
    """What it means today; otherwise why not, and one that would do."""
    try:
        return read(text, clock.paris(clock.now()).date(), past=past)
    except WrongDate as why:
        raise ValueError(_("%(why)s Par exemple : %(example)s.", why=why, example=example)) from None


class HourField(TimeField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata([stripped(value) for value in valuelist])
        except ValueError:
            raise ValueError(_("Écrivez une heure, par exemple 20:00.")) from None


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
        written = [str(stripped(value)).replace(",", ".").replace(NO_BREAK, "") for value in valuelist]
        if not any(written):
            return
        try:
            super().process_formdata(written)
        except ValueError:
            self.data = None
        if self.data is None or not math.isfinite(self.data):
            self.data = None
            raise ValueError(_("Écrivez un nombre, par exemple 38,5."))


def say_only(field: Field, words: str = "") -> NoReturn:
    """From a validator: this is wrong with the field and nothing that was said before; without words, nothing is."""
    field.errors = []
    raise StopValidation(words)


class Mistake(NamedTuple):
    """A field to mend: the id that leads to it, its name within a sentence, whether nothing was said at all."""

    field_id: str
    name: str
    missing: bool


def mistakes(form: Form) -> list[Mistake]:
    """In the order of the form, so that the page can lead to each; then those of its parts."""
    return [_mistake(each, field) for each in (form, *form.parts) for field in each if field.errors]


def _mistake(form: Form, field: Field) -> Mistake:
    several = isinstance(field, RadioField | SelectMultipleField)  # A group has no id of its own: its first choice has.
    label = field.label.text.rstrip(f" ?{NO_BREAK}{NARROW}")
    missing = not any(str(value).strip() for value in field.raw_data or ())
    return Mistake(f"{field.id}-0" if several else field.id, form.short_names.get(field.short_name, label), missing)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["mistakes"] = mistakes
