"""What this room keeps of a person."""

from app.documents.models import Document
from app.language.phrases import later
from app.liaison.models import BookReader, FormerText, Note, NoteDocument, NoteReader, SafetyNote, Sight
from app.patients.keeping import Kept, keep

READ = "what professionals read, and were told: it is about them, and the trail tells her who read"
WAY = Note.patient_id

keep(
    Kept(
        Note,
        later("Cahier de liaison"),
        (WAY,),
        hidden={"related_id", "key", "has_documents", "voice", "written_at"},
        act=Note.at,
    ),
    Kept(FormerText, later("Notes du cahier de liaison avant correction"), (FormerText.note_id, WAY)),
    Kept(NoteReader, "", (NoteReader.note_id, WAY), untold="which professionals a note names"),
    Kept(
        NoteDocument,
        "",
        (NoteDocument.document_id, Document.patient_id),
        untold="with which note a document came: the document itself is among hers",
    ),
    Kept(Sight, "", (Sight.note_id, WAY), untold=READ),
    Kept(BookReader, "", (BookReader.patient_id,), untold=READ),
    Kept(SafetyNote, later("Ce qu'il faut savoir pour entrer chez elle"), (SafetyNote.patient_id,), act=SafetyNote.at),
)
