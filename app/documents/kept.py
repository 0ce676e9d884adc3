"""What this room keeps of a person. A document ends by a rule of its own (`rules.TYPES`), once its care is over."""

from app.documents.models import Document
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(Kept(Document, later("Documents"), (Document.patient_id,), hidden={"waits", "scan_at"}, act=Document.at))
