"""What is typed in a thread."""

from datetime import datetime
from typing import Any
from uuid import UUID

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app.core.forms import Form, is_resumed, stripped
from app.documents.intake import Intake, received
from app.language.phrases import gettext as _
from app.language.phrases import later

LONGEST = 1000
"""Letters of a line."""

LONG = Length(max=LONGEST, message=later("1000 lettres au plus : coupez en deux messages."))


class LineForm(Form):
    """One line; it may be empty where a photo says enough."""

    text = TextAreaField(later("Votre message"), filters=[stripped], validators=[LONG])
    key = HiddenField(validators=[Length(max=64)])


def line_received(by: UUID, now: datetime) -> tuple[LineForm, Intake, bool]:
    """The line that was sent, what came with it, and whether both hold; else the form or the intake says why."""
    form, brought = LineForm(), received(by=by, now=now)
    nothing = not form.text.data and not brought.documents and not brought.wrong
    holds = form.validate() and not brought.wrong and not nothing
    if nothing and not is_resumed():
        form.text.errors = [_("Écrivez un message, ou joignez une photo.")]
    return form, brought, holds


def came_back(form: LineForm, brought: Intake) -> dict[str, Any]:
    """As a thread takes what was sent and is not said."""
    return {"wrong": form, "wrong_document": " ".join(brought.wrong), "waiting": brought.documents}


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
