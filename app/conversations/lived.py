"""What this room tells of a person's life: what was said about her care, and the papers that came with it."""

from collections.abc import Iterator

from sqlalchemy import or_, select

from app import clock
from app.care_requests.models import CareRequest, EpisodeDocument
from app.conversations.models import Conversation, Line, LineDocument
from app.conversations.rules import Kind
from app.core.db import db
from app.documents.models import Document
from app.documents.rules import TYPES
from app.happenings.asking import Asked
from app.happenings.rules import Happening, Opens
from app.language.phrases import gettext as _


def spoken(asked: Asked) -> Iterator[Happening]:
    """That somebody wrote, and never what: to those who read the thread."""
    inside = asked.reader.inside
    if inside is None:
        return
    found = (
        select(Line.at, Line.kind, Line.author_name, Line.place, CareRequest.id)
        .join(Conversation, Conversation.id == Line.conversation_id)
        .join(CareRequest, CareRequest.id == Conversation.request_id)
        .where(CareRequest.id.in_(inside), asked.within(Line.at))
    )
    for at, kind, author, place, request_id in db.session.execute(found):
        what = _("Compte rendu") if kind is Kind.OUTCOME else _("Message")
        opens = Opens("conversation", {"request_id": request_id})
        yield Happening(clock.paris(at).date(), what, f"{author}, {place}", at=at, opens=opens)


def papers(asked: Asked) -> Iterator[Happening]:
    """Their kind, and not their name. What joins one to a request or to a message opens it, as it does at the page."""
    reader = asked.reader
    if not reader.reads("documents"):
        return
    hers = Document.patient_id == asked.patient_id, Document.waits.is_(False), asked.within(Document.at)
    found = select(Document.id, Document.type, Document.at).where(*hers)
    if reader.inside is not None:
        joined = select(EpisodeDocument.document_id).join(
            CareRequest, CareRequest.episode_id == EpisodeDocument.episode_id
        )
        joined_inside = joined.where(CareRequest.id.in_(reader.inside))
        sent = select(LineDocument.document_id).join(Line, Line.id == LineDocument.line_id).join(Conversation)
        sent_inside = sent.where(Conversation.request_id.in_(reader.inside))
        found = found.where(or_(Document.id.in_(joined_inside), Document.id.in_(sent_inside)))
    for document_id, kind, at in db.session.execute(found):
        opens = Opens("document", {"document_id": document_id}) if reader.account else None
        yield Happening(clock.paris(at).date(), str(TYPES[kind].label), at=at, opens=opens)
