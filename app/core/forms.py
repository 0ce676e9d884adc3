"""Forms that keep what was typed and say, beside the field, what to write instead."""

from typing import Any

import phonenumbers
from flask import Flask, request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import Field, StringField, ValidationError


class Form(FlaskForm):  # type: ignore[misc]
    """A form in French; WTForms ships the words of its own validators."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("fr_FR", "fr")

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """A page's form is never JSON: Flask-WTF would read it, and break on `false` or a list."""
            return None if formdata is _Auto and request.is_json else super().wrap_formdata(form, formdata)


def stripped(value: Any) -> Any:
    """Filter: what people paste has spaces around it."""
    return value.strip() if isinstance(value, str) else value


class PhoneField(StringField):
    """A telephone number, kept as E.164 (`+33612345678`); empty stays empty."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([stripped(value) for value in valuelist])

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        try:
            number = phonenumbers.parse(self.data, "FR")
        except phonenumbers.NumberParseException:
            raise ValidationError("Écrivez un numéro de téléphone, par exemple 06 12 34 56 78.") from None
        if not phonenumbers.is_possible_number(number):
            raise ValidationError("Ce numéro n'a pas le bon nombre de chiffres.")

    @property
    def e164(self) -> str | None:
        if not self.data or self.errors:
            return None
        return phonenumbers.format_number(phonenumbers.parse(self.data, "FR"), phonenumbers.PhoneNumberFormat.E164)


def first_error(form: Form) -> Field | None:
    """The first field to mend, so that the page can put the cursor there."""
    return next((field for field in form if field.errors), None)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["first_error"] = first_error
