"""What this room keeps of a person: what was said of her care."""

from app.conversations.models import Conversation, Line, LineDocument, Receipt
from app.documents.models import Document
from app.language.phrases import later
from app.patients.keeping import Kept, keep

READ = "how far professionals came in a thread: it is about them"

keep(
    Kept(
        Conversation,
        "",
        (Conversation.patient_id,),
        untold="that there is a thread; its lines are told",
    ),
    Kept(
        Line,
        later("Messages entre soignants"),
        (Line.conversation_id, Conversation.patient_id),
        hidden={"author_id", "key", "has_documents"},
        act=Line.at,
    ),
    Kept(
        LineDocument,
        "",
        (LineDocument.document_id, Document.patient_id),
        untold="with which line a document came: the document itself is among hers",
    ),
    Kept(Receipt, "", (Receipt.conversation_id, Conversation.patient_id), untold=READ),
)
