"""What this room keeps of a person: each visit of her plans, and what was said of it."""

from app.care_requests.models import CareRequest
from app.documents.models import Document
from app.language.phrases import later
from app.passages.models import Passage, PassageDocument
from app.patients.keeping import Kept, keep

keep(
    Kept(
        Passage,
        later("Passages"),
        (Passage.request_id, CareRequest.patient_id),
        hidden={"plan_id", "role_id", "heard", "say_by", "asked_at", "told_at", "held"},
        act=Passage.said_at,
    ),
    Kept(
        Passage,
        "",
        (Passage.plan_id, CareRequest.patient_id),
        untold="told once already, of the part of the plan to which it belongs",
    ),
    Kept(
        PassageDocument,
        "",
        (PassageDocument.document_id, Document.patient_id),
        untold="which passage a picture shows: the picture itself is among her documents",
    ),
)
