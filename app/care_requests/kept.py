"""What this room keeps of a person."""

from app.care_requests.models import CareRequest, CareTask, Episode, EpisodeDocument, InformationCopy, Step
from app.documents.models import Document
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(
    Kept(Episode, later("Événements de soins"), (Episode.patient_id,), act=Episode.created_at),
    Kept(
        CareRequest,
        later("Demandes de soins"),
        (CareRequest.patient_id,),
        hidden={"next_move_at", "pathway_version_id", "chosen_role_id", "performer_id", "stay_id", "more_at"},
        act=CareRequest.changed_at,
    ),
    Kept(Step, later("Ce qui s'est passé"), (Step.request_id, CareRequest.patient_id)),
    Kept(CareTask, later("Ce qui était à faire"), (CareTask.request_id, CareRequest.patient_id)),
    Kept(InformationCopy, later("Qui en a été informé"), (InformationCopy.request_id, CareRequest.patient_id)),
    Kept(
        EpisodeDocument, later("À quoi sont joints ses documents"), (EpisodeDocument.document_id, Document.patient_id)
    ),
)
