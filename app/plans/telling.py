"""Who hears of an action or of the plan, and in which words: never a word of the plan itself."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from app.accounts.models import Account
from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.core.db import db
from app.folders import queries as folders
from app.folders import team
from app.folders.models import Folder, FolderMember
from app.language.phrases import later
from app.messages import actions as messages
from app.messages.models import Delivery, Notice
from app.plans.content import MEMBER, id_of
from app.plans.models import CarePlan, CarePlanAgreement, CarePlanPart
from app.plans.rules import ActionStep, Content, PartState

STEP = "plan"
NEWS_LIFE = timedelta(days=3)

ASKED = Notice(
    later("Une action vous est confiée"),
    later("Ouvrez Relais pour l'accepter ou la refuser."),
    urgency="normal",
    elsewhere=later("Relais : une action vous est confiée dans un plan de coordination. Ouvrez Relais pour répondre."),
)
COPY = Notice(
    later("Un plan de coordination est à lire"), later("La personne est d'accord. Ouvrez Relais."), urgency="low"
)
ANSWERED = {
    PartState.REFUSED: Notice(
        later("Une action a été refusée"), later("Elle est à confier à quelqu'un d'autre."), urgency="normal"
    ),
    PartState.DECLINED: Notice(
        later("Un objectif n'est pas accepté"), later("La personne ne le veut pas ainsi."), urgency="normal"
    ),
}
STEPS = {
    ActionStep.SILENT: Notice(
        later("Une action reste sans réponse"),
        later("Depuis trois jours. Ouvrez Relais pour relancer, ou la confier à quelqu'un d'autre."),
        urgency="normal",
    ),
    ActionStep.LATE: Notice(
        later("Une action est en retard"), later("Faite, ou pas faite ? Une touche suffit."), urgency="normal"
    ),
    ActionStep.CLIMBED: Notice(
        later("Une action reste en retard"),
        later("Vous coordonnez : ouvrez Relais pour décider de la suite."),
        urgency="normal",
        elsewhere=later("Relais : une action d'un plan que vous coordonnez reste en retard. Ouvrez Relais."),
    ),
}


def tell(
    account_ids: Collection[UUID],
    about: CarePlanPart | CarePlanAgreement,
    notice: Notice,
    now: datetime,
    but: UUID | None = None,
) -> None:
    """Each hears it on her phone, but who did it herself. A tap leads to the action, or to the plan."""
    action = isinstance(about, CarePlanPart) and notice is not ANSWERED[PartState.DECLINED]
    folder_id = db.session.scalar(select(CarePlan.folder_id).where(CarePlan.id == about.plan_id))
    path = f"plans/actions/{about.id}" if action else f"folders/{folder_id}/plan"
    owed = [
        Delivery(each, about.id, replace(notice, path=path), now + NEWS_LIFE, urgent=False)
        for each in sorted(set(account_ids) - {but})
    ]
    if owed:
        messages.alert_all(owed, STEP, now=now)


def who_answers(member: FolderMember, folder: Folder, now: datetime) -> list[UUID]:
    """Who signs in for this one of the team and still reads of the folder."""
    return _readers(team.accounts_of(folder, member), folder, now)


def who_leads(folder: Folder, now: datetime) -> list[UUID]:
    """The référent; where nobody is, who opened the folder."""
    return _readers(team.who_leads(folder), folder, now)


def _readers(account_ids: Collection[UUID], folder: Folder, now: datetime) -> list[UUID]:
    people = db.session.scalars(select(Account).where(Account.id.in_(account_ids)).order_by(Account.id)).all()
    return [each.id for each in people if folders.part_of(folder, each, now)]


def member_of(content: Content, folder: Folder) -> FolderMember | None:
    """Whose an action is, as long as she is of the team."""
    wanted = id_of(content, "owner", MEMBER)
    return next((each for each in folder.team if each.id == wanted), None)


def is_hers(content: Content, folder: Folder, account: Account) -> bool:
    """Is an action hers, or that of the service where she works?"""
    member, seat = member_of(content, folder), folders.seat_of(folder, account)
    return member is not None and seat is not None and seat.id == member.id


def is_done(request_id: UUID) -> bool:
    """Has the care request that an action is come to its end?"""
    state = db.session.scalar(select(CareRequest.state).where(CareRequest.id == request_id))
    return state is State.DONE
