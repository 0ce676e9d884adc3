"""What this room keeps of a person."""

from app.language.phrases import later
from app.patients.keeping import Kept, keep
from app.patients.models import (
    Correction,
    EmergencyAccess,
    IdentityCheck,
    LikelyDuplicate,
    LocalNumber,
    Patient,
    PatientMerge,
    PatientSearchKey,
    PatientTelecom,
    Relation,
)

HASHES = "keyed hashes of what stands in clear elsewhere in her copy: nothing can be read in them"
TWO = "that two records might be one: it names another person too"

keep(
    Kept(
        Patient,
        later("Identité et coordonnées"),
        (Patient.id,),
        hidden={"compared_at"},
        act=Patient.created_at,
    ),
    Kept(PatientTelecom, later("Autres téléphones"), (PatientTelecom.patient_id,)),
    Kept(LocalNumber, later("Numéros dans les établissements"), (LocalNumber.patient_id,), hidden={"key"}),
    Kept(PatientSearchKey, "", (PatientSearchKey.patient_id,), untold=HASHES),
    Kept(IdentityCheck, later("Vérifications d'identité"), (IdentityCheck.patient_id,), act=IdentityCheck.at),
    Kept(Relation, later("Qui peut ouvrir le dossier, et pourquoi"), (Relation.patient_id,), act=Relation.since),
    Kept(LikelyDuplicate, "", (LikelyDuplicate.patient_id,), untold=TWO),
    Kept(LikelyDuplicate, "", (LikelyDuplicate.other_id,), untold=TWO),
    Kept(Correction, later("Corrections"), (Correction.patient_id,), act=Correction.at),
    Kept(PatientMerge, later("Dossiers réunis"), (PatientMerge.kept_id,), hidden={"moved"}, act=PatientMerge.merged_at),
    Kept(PatientMerge, "", (PatientMerge.absorbed_id,), untold="told once already, of the record that was kept"),
    Kept(EmergencyAccess, later("Accès d'urgence"), (EmergencyAccess.patient_id,), act=EmergencyAccess.opened_at),
)
