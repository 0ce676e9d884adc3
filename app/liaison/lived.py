"""What this room tells of a person's life: that somebody wrote in her book, and never what."""

from collections.abc import Iterator

from app import clock
from app.core.db import db
from app.happenings.asking import Asked
from app.happenings.rules import Happening, Opens
from app.language.phrases import gettext as _
from app.liaison.models import Note
from app.liaison.queries import readable, reader_from
from app.liaison.words import TYPES


def noted(asked: Asked) -> Iterator[Happening]:
    """To who reads the book; the person and those near her have their own page of it."""
    reader = asked.reader
    if reader.account is None or not reader.places:
        return
    hers = readable(asked.patient_id, reader_from(reader.account, reader.places, apart=reader.alone))
    written = hers.where(asked.within(Note.at), Note.withdrawn_at.is_(None))
    opens = Opens("liaison", {"patient_id": asked.patient_id})
    for at, kind, urgent, place in db.session.execute(
        written.with_only_columns(Note.at, Note.type, Note.urgent, Note.place)
    ):
        what = _("%(kind)s, urgent", kind=TYPES[kind]) if urgent else str(TYPES[kind])
        yield Happening(clock.paris(at).date(), what, place, at=at, opens=opens)
