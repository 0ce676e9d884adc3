"""What this room keeps of a person: who was asked for her. Nothing in it names her."""

from app.care_requests.models import CareRequest
from app.dispatch.models import Inquiry, Offer, Wave
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(
    Kept(Wave, "", (Wave.request_id, CareRequest.patient_id), untold="how wide a search went; of her it says nothing"),
    # How a professional was compared with others is about that professional, and is hers to ask for.
    Kept(
        Offer,
        later("À qui les demandes ont été proposées"),
        (Offer.request_id, CareRequest.patient_id),
        hidden={"wave_id", "role_id", "recipient_id", "rank_line", "heard", "usual", "knows_patient", "km"},
    ),
    Kept(Inquiry, later("Questions et réponses"), (Inquiry.request_id, CareRequest.patient_id), hidden={"offer_id"}),
)
