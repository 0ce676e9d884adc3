"""What is shown of a document."""

from dataclasses import dataclass

from app.core.htmx import Page
from app.documents.models import Document


@dataclass(frozen=True)
class DocumentPage(Page):
    """`wrong`: why it cannot be shown. `back`: from which page of ours it was opened. `own`: whether this browser is
    her own, and may keep the file."""

    template = "documents/document.html"

    document: Document
    wrong: str
    back: str
    own: bool
