"""What this room keeps of a person: that an opinion was given, and whether she is to be seen."""

from app.advice.models import Advice
from app.care_requests.models import CareRequest
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(
    Kept(
        Advice,
        later("Avis demandés à distance"),
        (Advice.request_id, CareRequest.patient_id),
        hidden={"look_at", "reminded_role_id", "author_id"},
        act=Advice.answered_at,
    )
)
