"""The liaison book as the person reads it herself: notes that are for her too, and what she or those near her saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, abort, request, url_for
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from app import clock
from app.audit.origin import Source, came_by
from app.core.db import transaction
from app.core.forms import Form, stripped, uuid_or_none
from app.core.htmx import Page, page, see_other
from app.core.limits import limited
from app.core.security import capability
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.liaison import queries
from app.liaison.actions import Author, Writing, withdraw, write
from app.liaison.models import Note
from app.liaison.rules import NoteType, Visibility, Voice, Written
from app.patient_space.space_views import WITHIN, opened, words_again
from app.patient_space.views import bp, quiet
from app.patient_space.wishes_views import HERS, NO_COOKIE, card_and_key
from app.relatives.models import RelatedPerson

WRITTEN_AT_MOST = 30
"""Notes of one key within an hour."""


class WordsForm(Form):
    """What the person, or somebody near her, wants who cares to know."""

    text = TextAreaField(
        later("Ce que vous voyez"),
        filters=[stripped],
        validators=[Length(max=2000, message=later("C'est trop long : 2 000 lettres au plus."))],
    )
    key = HiddenField(validators=[Length(max=64)])

    def says_something(self) -> bool:
        if not self.validate():
            return False
        if not self.text.data:
            self.text.errors = [_("Écrivez ce que vous voulez dire.")]
        return bool(self.text.data)

    def cannot(self) -> None:
        self.text.errors = [_("Rien de nouveau ne s'écrit dans ce dossier pour l'instant.")]

    def said(self, by: Author) -> Writing:
        """Only after validation."""
        return Writing(self.text.data or "", self.key.data or "", NoteType.OBSERVATION, visibility=Visibility.PERSON)


@dataclass(frozen=True)
class NoteRead:
    """One note as she or a relative reads it. `mine`: of who reads, who may take it back."""

    id: UUID
    who: str
    place: str
    text: str
    at: datetime
    photo: bool
    mine: bool


def notes_for(
    patient_id: UUID, relative: RelatedPerson | None, given: str, before: UUID | None = None
) -> tuple[list[NoteRead], UUID | None]:
    """What `relative` reads, or herself; and from which note on there is more. `given`: how she is called."""
    found = queries.told_to_her(patient_id, before=before)
    listed = found[: queries.AT_ONCE]
    more = listed[-1].id if len(found) > queries.AT_ONCE else None
    return [note_read(each, relative, given) for each in listed], more


def note_read(note: Note, relative: RelatedPerson | None, given: str) -> NoteRead:
    mine = note.author_id is None and note.related_id == (relative.id if relative else None)
    who = _("Vous") if mine else given if note.voice is Voice.HERSELF else note.author_name
    return NoteRead(note.id, who, note.place, note.text, note.at, note.has_documents, mine)


@dataclass(frozen=True)
class NotesPage(Page):
    """`older`: from which note on, none where there is nothing older."""

    template = "patient_space/notes.html"

    token: str
    key: str
    notes: Sequence[NoteRead]
    older: UUID | None
    form: WordsForm


@bp.get("/s/<token>/<key>/notes")
@capability(HERS)
def notes(token: str, key: str) -> Response:
    """`before`: from this note back."""
    return notes_page(token, key, WordsForm(formdata=None, meta=NO_COOKIE))


def notes_page(token: str, key: str, form: WordsForm, status: int = 200) -> Response:
    hers = opened(token, key)
    if hers is None:
        return words_again(token)
    read, older = notes_for(hers.person_id, None, "", uuid_or_none(request.args.get("before")))
    return quiet(page(NotesPage(token, key, read, older, form), status=status))


@bp.post("/s/<token>/<key>/notes")
@capability(HERS)
@limited("note by link", WRITTEN_AT_MOST, WITHIN, of=card_and_key)
def write_note(token: str, key: str) -> Response:
    came_by(Source.PATIENT_LINK)
    form = WordsForm(meta=NO_COOKIE)
    if opened(token, key) is None:
        return words_again(token)
    if not form.says_something():
        return notes_page(token, key, form, status=422)
    with transaction():
        hers = opened(token, key) or abort(404)
        by = Author(Voice.HERSELF, hers.patient.name)
        written = write(hers.person_id, form.said(by), by=by, now=clock.now())
    if isinstance(written, Written):
        form.cannot()
        return notes_page(token, key, form, status=409)
    return quiet(see_other(url_for("patient_space.notes", token=token, key=key)))


@bp.post("/s/<token>/<key>/notes/<uuid:note_id>/withdrawal")
@capability(HERS)
def withdraw_note(token: str, key: str, note_id: UUID) -> Response:
    """One that she wrote herself."""
    came_by(Source.PATIENT_LINK)
    if opened(token, key) is None:
        return words_again(token)
    with transaction():
        hers = opened(token, key) or abort(404)
        note = queries.note_by_link(hers.person_id, note_id, None) or abort(404)
        withdraw(note, by=None, now=clock.now())
    return quiet(see_other(url_for("patient_space.notes", token=token, key=key)))
