"""What this room keeps of a person."""

from app.circles.models import CareTeamMember
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(Kept(CareTeamMember, later("Soignants habituels"), (CareTeamMember.patient_id,), act=CareTeamMember.since))
