"""What this room keeps of a person."""

from app.consents.models import Consent, Objection
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(
    Kept(Consent, later("Accords"), (Consent.patient_id,), hidden={"about_id"}, act=Consent.at),
    Kept(Objection, later("Refus"), (Objection.patient_id,), act=Objection.since),
)
