"""The plan of the demonstration's folder: `plan.toml`."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from app import clock
from app.core.db import new_id
from app.demo.people import FOLDER, read
from app.folders.models import Folder
from app.plans.actions import HERSELF, PlanAuthor, add, become
from app.plans.content import MEMBER, PERSON
from app.plans.rules import Content, PartState, PlanKind

Owner = int | Literal["person"]


class DemoAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    owner: Owner
    days: int
    every: str = ""
    accepted: bool = False


class DemoObjective(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    criterion: str
    days: int
    agreed: bool = False
    actions: tuple[DemoAction, ...] = ()


class DemoProblem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    domain: str
    objectives: tuple[DemoObjective, ...]


class DemoAlert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    call: int | Literal["15"]


class NotReached(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    criterion: str
    why: str


class DemoPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wishes: tuple[str, ...]
    problems: tuple[DemoProblem, ...]
    alerts: tuple[DemoAlert, ...]
    not_reached: NotReached


PLAN = read(FOLDER / "plan.toml", DemoPlan)


class PlanWriter:
    """Writes it as `by`, who coordinates, did with the person. Nobody is told: it was written some days ago."""

    def __init__(self, folder: Folder, by: PlanAuthor, now: datetime) -> None:
        self.folder, self.by, self.now, self.today = folder, by, now, clock.paris(now).date()

    def write(self) -> None:
        for words in PLAN.wishes:
            add(self.folder.id, PlanKind.WISH, None, {"words": words}, key=new_id(), by=HERSELF, now=self.now)
        for problem in PLAN.problems:
            above = self.part(PlanKind.PROBLEM, None, {"words": problem.words, "domain": problem.domain})
            for aim in problem.objectives:
                self.aim(above, aim)
        for alert in PLAN.alerts:
            call = alert.call if isinstance(alert.call, str) else self.one_of(alert.call)
            self.part(PlanKind.ALERT, None, {"words": alert.words, "call": call})
        never = PLAN.not_reached
        content = {"words": never.words, "criterion": never.criterion, "due": self.on(0)}
        self.part(PlanKind.OBJECTIVE, None, content, PartState.NOT_REACHED, why=never.why)

    def aim(self, above: UUID, aim: DemoObjective) -> None:
        content = {"words": aim.words, "criterion": aim.criterion, "due": self.on(aim.days)}
        agreed = PartState.AGREED if aim.agreed else None
        for_it = self.part(PlanKind.OBJECTIVE, above, content, agreed, told_how="spoken", told_on=self.on(0))
        for one in aim.actions:
            said = {"words": one.words, "owner": self.one_of(one.owner), "due": self.on(one.days), "every": one.every}
            self.part(PlanKind.ACTION, for_it, said, PartState.ACCEPTED if one.accepted else None)

    def part(
        self, kind: PlanKind, under: UUID | None, content: Content, state: PartState | None = None, **facts: str
    ) -> UUID:
        key = new_id()
        add(self.folder.id, kind, under, content, key=key, by=self.by, now=self.now)
        if state:
            become(self.folder.id, key, state, 1_000_000, facts, by=self.by, now=self.now)
        return key

    def one_of(self, who: Owner) -> str:
        team = self.folder.team
        return PERSON if isinstance(who, str) else f"{MEMBER}:{team[who % len(team)].id}"

    def on(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()
