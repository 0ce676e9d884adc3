"""What this room keeps of a person."""

from app.funding.models import AssistanceContract, Estimate, FundingRequest
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(
    Kept(Estimate, later("Estimations du reste à payer"), (Estimate.patient_id,), act=Estimate.at),
    Kept(
        FundingRequest,
        later("Demandes d'aide financière"),
        (FundingRequest.patient_id,),
        hidden={"next_alarm_at", "warned_for"},
        act=FundingRequest.at,
    ),
    Kept(
        AssistanceContract, later("Contrat d'assistance"), (AssistanceContract.patient_id,), act=AssistanceContract.at
    ),
)
