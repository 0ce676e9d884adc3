"""What this room keeps of a person."""

from datetime import timedelta

from app.appointments.models import Appointment, PatientLink, PatientSpace
from app.care_requests.models import CareRequest
from app.language.phrases import later
from app.patients.keeping import Kept, Term, keep

OVER = timedelta(days=90)
"""After its last day a link still says whom to call; then it says nothing any more."""

keep(
    Kept(
        Appointment,
        later("Rendez-vous"),
        (Appointment.request_id, CareRequest.patient_id),
        hidden={"sequence", "remind_at"},
        act=Appointment.changed_at,
    ),
    Kept(
        PatientLink,
        "",
        (PatientLink.appointment_id, Appointment.request_id, CareRequest.patient_id),
        term=Term(PatientLink.expires_at, OVER),
        untold="the hash of a link that she has; nothing can be read in it",
    ),
    # Her keys are on her card: a copy that is carried about must not open her space.
    Kept(
        PatientSpace,
        later("Mon espace"),
        (PatientSpace.patient_id,),
        hidden={"token", "token_hash", "calendar_token", "code_words"},
    ),
)
