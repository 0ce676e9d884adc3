"""What is typed in a liaison book."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from wtforms import BooleanField, Field, HiddenField, RadioField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from app.core.forms import Form, SeveralField, stripped
from app.documents.models import Document
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.liaison.actions import Writing
from app.liaison.rules import NoteType, Visibility, Voice, written_for
from app.liaison.words import TYPES, VISIBILITIES

LONGEST = 2000
"""Letters of a note."""

LONG = Length(max=LONGEST, message=later("2 000 lettres au plus : coupez en deux notes."))


class TextForm(Form):
    """A text alone: a correction, an answer, what somebody observed. `waited`: seconds since it was typed, where it
    came late (`talk.js`)."""

    text = TextAreaField(later("La note"), filters=[stripped], validators=[LONG])
    key = HiddenField(validators=[Length(max=64)])
    waited = HiddenField(validators=[Length(max=12)])

    voice = Voice.CARE

    def says_nothing(self) -> bool:
        return not self.text.data

    def nothing_said(self) -> None:
        self.text.errors = [_("Écrivez ou dictez la note.")]

    def said(self, **more: Any) -> Writing:
        """Only after validation."""
        typed = self.waited.data or ""
        seconds = int(typed) if typed.isascii() and typed.isdecimal() else 0
        told = {"visibility": written_for(self.voice, Visibility.CIRCLE), **more}
        return Writing(self.text.data or "", self.key.data or "", waited=timedelta(seconds=seconds), **told)


class ObservationForm(TextForm):
    """Of who does not care: an observation, urgent or not."""

    urgent = BooleanField(later("Urgent : ses soignants sont prévenus tout de suite"))
    voice = Voice.HELP

    def said(self, **more: Any) -> Writing:
        return super().said(urgent=bool(self.urgent.data), **more)


class NoteForm(ObservationForm):
    """Of who cares. It may be empty where a photo says enough."""

    type = RadioField(
        later("Genre"),
        choices={each.value: words for each, words in TYPES.items()},
        validators=[InputRequired(later("Choisissez."))],
    )
    visibility = RadioField(
        later("Qui la lit"),
        choices={each.value: words for each, words in VISIBILITIES.items()},
        validators=[InputRequired(later("Choisissez qui la lit."))],
    )
    named = SeveralField(later("Lesquels"))
    voice = Voice.CARE

    @classmethod
    def of(cls, people: Sequence[tuple[UUID, str]], *, empty: bool = False) -> "NoteForm":
        """`people`: whom she may name; `empty`: the next one, whatever was sent."""
        form = cls(formdata=None) if empty else cls()
        form.named.choices = [(str(account_id), name) for account_id, name in people]
        if empty or not form.is_submitted():
            form.type.data, form.visibility.data = NoteType.OBSERVATION.value, Visibility.CIRCLE.value
        return form

    def validate_named(self, field: Field) -> None:
        if self.visibility.data == Visibility.NAMED and not field.data:
            raise ValidationError(_("Cochez au moins un soignant."))

    def said(self, sent: Iterable[Document] = (), **more: Any) -> Writing:
        visibility = Visibility(self.visibility.data)
        named = [UUID(each) for each in self.named.data or []] if visibility is Visibility.NAMED else []
        return super().said(type=NoteType(self.type.data), visibility=visibility, named=named, sent=tuple(sent), **more)


class SafetyForm(Form):
    text = TextAreaField(
        later("Pour entrer sans danger"),
        description=later("Le code, les clés, le chien, l'oxygène. Les aides à domicile le lisent : rien de sa santé."),
        filters=[stripped],
        validators=[Length(max=300, message=later("300 lettres au plus."))],
    )
