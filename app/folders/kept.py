"""What this room keeps of a person."""

from app.folders.models import Folder, FolderMember, FolderStep
from app.language.phrases import later
from app.patients.keeping import Kept, keep

keep(
    Kept(
        Folder,
        later("Dossiers de coordination"),
        (Folder.patient_id,),
        hidden={"ask_at", "asked_at", "territory_id", "author_id", "informed_by_id"},
        act=Folder.changed_at,
    ),
    Kept(
        FolderMember,
        later("Équipes des dossiers de coordination"),
        (FolderMember.folder_id, Folder.patient_id),
        hidden={"account_id", "named_by_id", "told_by_id"},
        act=FolderMember.answered_at,
    ),
    Kept(
        FolderStep,
        later("Vie des dossiers de coordination"),
        (FolderStep.folder_id, Folder.patient_id),
        hidden={"author_id"},
        act=FolderStep.at,
    ),
)
