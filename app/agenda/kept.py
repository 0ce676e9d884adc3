"""What this room keeps of a person."""

from app.agenda.models import VisitMove
from app.care_requests.models import CareRequest
from app.language.phrases import later
from app.passages.models import Passage
from app.patients.keeping import Kept, keep

keep(
    Kept(
        VisitMove,
        later("Visites déplacées"),
        (VisitMove.request_id, CareRequest.patient_id),
        hidden={"passage_id"},
        act=VisitMove.at,
    ),
    Kept(
        VisitMove,
        "",
        (VisitMove.passage_id, Passage.request_id, CareRequest.patient_id),
        untold="told once already, of its request",
    ),
)
