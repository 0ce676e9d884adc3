"""What this room keeps of a person."""

from app.folders.models import Folder
from app.language.phrases import later
from app.patients.keeping import Kept, keep
from app.plans.models import CarePlan, CarePlanAction, CarePlanAgreement, CarePlanPart, CarePlanVersion

keep(
    Kept(CarePlan, "", (CarePlan.folder_id, Folder.patient_id), untold="that there is a plan; its lines are told"),
    Kept(
        CarePlanPart,
        "",
        (CarePlanPart.plan_id, CarePlan.folder_id, Folder.patient_id),
        untold="the last of its versions, which are told",
    ),
    Kept(
        CarePlanVersion,
        later("Plan personnalisé de coordination, version par version"),
        (CarePlanVersion.plan_id, CarePlan.folder_id, Folder.patient_id),
        hidden={"part_id", "parent_id", "rank", "author_id"},
        act=CarePlanVersion.at,
    ),
    Kept(
        CarePlanAction,
        "",
        (CarePlanAction.part_id, CarePlanPart.plan_id, CarePlan.folder_id, Folder.patient_id),
        untold="when somebody is reminded of an action; the action is told",
    ),
    Kept(
        CarePlanAgreement,
        later("Accords donnés au plan personnalisé de coordination"),
        (CarePlanAgreement.plan_id, CarePlan.folder_id, Folder.patient_id),
        hidden={"recorded_by_id"},
        act=CarePlanAgreement.at,
    ),
)
