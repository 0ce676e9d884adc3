"""A folder that is open: who opened it coordinates; a nurse of the town and a home help are of the team."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app import clock
from app.core.db import db, new_id, transaction
from app.directory.models import Profession
from app.folders.models import Folder, FolderMember
from app.folders.rules import CriticalMoment, FolderState, MemberState
from app.patients.models import Cause
from app.patients.relations import relate
from app.plans.actions import PlanAuthor, add
from app.plans.content import read
from app.plans.models import CarePlanPart
from app.plans.rules import PartOfPlan, PlanKind
from tests.factories.town import Nurse, Person, Service, Town


@dataclass
class Team:
    """`members`: by whom, their ids in the folder."""

    town: Town
    patient: UUID
    folder: UUID
    referent: Person
    nurse: Nurse
    helper: Service
    members: dict[str, UUID]

    @property
    def url(self) -> str:
        return f"/folders/{self.folder}/plan"

    def owner(self, who: str) -> str:
        return f"member:{self.members[who]}"

    def has(self, kind: PlanKind, under: UUID | None = None, by: Person | None = None, **content: str) -> UUID:
        """A part of the plan, written by the référent unless somebody else does."""
        key = new_id()
        with transaction():
            author = PlanAuthor((by or self.referent).account)
            assert add(self.folder, kind, under, content, key=key, by=author, now=clock.now()) is None
        return key

    def part(self, part_id: UUID) -> PartOfPlan:
        db.session.rollback()
        return read(db.session.get_one(CarePlanPart, part_id, populate_existing=True))


def in_days(days: int) -> str:
    return (clock.paris(clock.now()).date() + timedelta(days=days)).isoformat()


def written(iso: str) -> str:
    """As it is typed."""
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"


def team(town: Town) -> Team:
    patient, nurse = town.patient(), town.nurse("Claire")
    helper = town.service("Aide à domicile du Parc", Profession.HOME_HELP)
    nadia, now = town.orientation_nurse, clock.now()
    helps_at = helper.account.organizations()[0]
    with transaction():
        folder = Folder(
            id=new_id(),
            patient_id=patient,
            territory_id=town.cpts_id,
            organization_id=town.emergency_id,
            author_id=nadia.account_id,
            state=FolderState.OPEN,
            moment=CriticalMoment.RETURN,
            why="Elle rentre seule.",
            level=2,
            review_on=clock.paris(now).date() + timedelta(days=90),
            created_at=now,
            changed_at=now,
            informed_at=now,
            informed_how="bedside",
            informed_by_id=nadia.account_id,
            agreed_at=now,
            opened_at=now,
        )
        db.session.add(folder)
        db.session.flush()
        seats = {
            "referent": FolderMember(organization_id=town.emergency_id, account_id=nadia.account_id, is_referent=True),
            "nurse": FolderMember(practitioner_id=nurse.practitioner_id),
            "helper": FolderMember(organization_id=helps_at),
        }
        for seat in seats.values():
            seat.id, seat.folder_id, seat.state = new_id(), folder.id, MemberState.ACCEPTED
            seat.named_by_id, seat.answered_at = nadia.account_id, now
            db.session.add(seat)
        db.session.flush()
        for seat in seats.values():
            relate(patient, seat.holder, Cause.FOLDER, by=nadia.account_id, now=now)
        members = {name: seat.id for name, seat in seats.items()}
        folder_id = folder.id
    return Team(town, patient, folder_id, nadia, nurse, helper, members)
