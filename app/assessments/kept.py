"""What this room keeps of a person."""

from app.assessments.models import Assessment
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(Kept(Assessment, later("Évaluations"), (Assessment.patient_id,), hidden={"version_id"}, act=Assessment.at))
