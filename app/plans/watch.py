"""What the clock does with actions: who was asked and says nothing, what is late; its owner hears first, then the
référent."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db
from app.folders.models import Folder
from app.folders.queries import WITH_ITS_RECORD
from app.folders.rules import FolderState
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.plans import telling
from app.plans.actions import open_plan, refused, set_clock
from app.plans.content import read
from app.plans.models import CarePlan, CarePlanAction, CarePlanPart
from app.plans.rules import ActionStep

IN_HOSPITAL = timedelta(days=1)
"""How long what was to be done at home is left alone at a time."""


_BEHIND = CarePlanAction.part_id.in_(
    select(CarePlanPart.id).join(CarePlan, CarePlan.id == CarePlanPart.plan_id).join(Folder).where(WITH_ITS_RECORD)
)


def watch_due(now: datetime) -> int:
    """Have actions heard of that wait too long; returns how many."""
    due = select(CarePlanAction.part_id).where(CarePlanAction.look_at <= now, ~_BEHIND).order_by(CarePlanAction.look_at)
    return one_by_one("plan action", due.limit(100), _look, now)


def oldest_due(_now: datetime) -> Due:
    return select(func.min(CarePlanAction.look_at)).where(~_BEHIND)


def _look(part_id: UUID, now: datetime) -> None:
    whose = select(CarePlan.folder_id).join(CarePlanPart, CarePlanPart.plan_id == CarePlan.id)
    folder, _plan = open_plan(db.session.scalars(whose.where(CarePlanPart.id == part_id)).one())
    action = db.session.get_one(CarePlanAction, part_id, populate_existing=True)
    part = db.session.get_one(CarePlanPart, part_id, populate_existing=True)
    if refused(folder):
        action.look_at = None
        return
    step = set_clock(action, part)
    if step is None or step[0] > now:
        return
    if folder.state is FolderState.PAUSED:
        action.look_at = now + IN_HOSPITAL
        return
    member = telling.member_of(read(part).content, folder)
    owners = telling.who_answers(member, folder, now) if member else []
    leads = telling.who_leads(folder, now)
    told = owners or leads if step[1] is ActionStep.LATE else [each for each in leads if each not in owners]
    telling.tell(told, part, telling.STEPS[step[1]], now)
    action.said = [*action.said, step[1].value]
    set_clock(action, part)
