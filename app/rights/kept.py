"""What this room keeps of a person."""

from app.language.phrases import later
from app.patients.keeping import Kept, keep
from app.rights.models import Rectification

keep(Kept(Rectification, later("Corrections demandées"), (Rectification.patient_id,), act=Rectification.at))
