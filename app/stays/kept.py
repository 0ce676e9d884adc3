"""What this room keeps of a person."""

from app.language.phrases import later
from app.patients.keeping import Kept, keep
from app.stays.models import ExpectedExit, LifeEvent, Stay

keep(
    Kept(Stay, later("Hospitalisations"), (Stay.patient_id,), act=Stay.since),
    Kept(ExpectedExit, later("Sorties prévues"), (ExpectedExit.stay_id, Stay.patient_id)),
    Kept(LifeEvent, later("Décès, déménagements"), (LifeEvent.patient_id,), act=LifeEvent.at),
)
