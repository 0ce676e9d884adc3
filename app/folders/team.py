"""Verbs on the team of a folder: somebody is named, asked, says yes or no, leaves, takes the lead. Each begins with the
folder locked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from app.accounts.models import REQUESTERS, Account, Membership, Role
from app.audit.actions import record
from app.consents.models import Objection
from app.consents.objections import objections_of, refused_accounts
from app.core.db import db, new_id
from app.directory.models import Practitioner
from app.folders import words
from app.folders.actions import NotOpened, move, note, release_holders, why_not
from app.folders.models import Folder, FolderMember
from app.folders.queries import knows_nothing_of_health
from app.folders.rules import (
    PRESENT,
    SHARED,
    FolderEnding,
    FolderState,
    FolderVerb,
    MemberState,
    may_be_proposed,
    may_begin,
)
from app.messages import actions as messages
from app.messages.models import Notice
from app.patients.models import Cause
from app.patients.relations import relate

WORTH_TELLING = timedelta(days=3)


@dataclass(frozen=True)
class TeamCandidate:
    """Who could be in a team: a professional of the directory; a place; or one person of a place."""

    practitioner_id: UUID | None = None
    organization_id: UUID | None = None
    account_id: UUID | None = None

    @classmethod
    def herself(cls, account: Account, practitioner: Practitioner | None, place: UUID) -> "TeamCandidate":
        """As a professional where she is one, else as somebody of that place."""
        if practitioner and account.organizations(Role.PRACTITIONER):
            return cls(practitioner_id=practitioner.id)
        return cls(organization_id=place, account_id=account.id)


class NotNamed(StrEnum):
    """Why somebody is not named."""

    THERE = "there"  # she is in the team
    REFUSED = "refused"  # the person refuses her, or the place
    OVER = "over"  # the folder has ended


def name_member(
    folder: Folder, whom: TeamCandidate, *, by: Account, now: datetime, leads: bool = False
) -> FolderMember | NotNamed:
    """Once the folder is proposed she is asked at once. Who names herself has said yes."""
    if not folder.is_running:
        return NotNamed.OVER
    if any(_is(each, whom) and each.state in PRESENT for each in folder.members):
        return NotNamed.THERE
    if _is_refused(folder.patient_id, whom):
        return NotNamed.REFUSED
    member = FolderMember(
        id=new_id(),
        folder_id=folder.id,
        state=MemberState.NAMED,
        is_referent=leads,
        named_by_id=by.id,
        practitioner_id=whom.practitioner_id,
        organization_id=whom.organization_id,
        account_id=whom.account_id,
    )
    db.session.add(member)
    db.session.flush()
    db.session.refresh(folder, ["members"])
    folder.changed_at = now
    if by.id in (whom.account_id, member.practitioner.account_id if member.practitioner else None):
        _say_yes(folder, member, by, now)
    elif folder.state in SHARED:
        _ask(folder, member, by, now)
    _begin_if_enough(folder, now)
    return member


def _is(member: FolderMember, whom: TeamCandidate) -> bool:
    return (member.practitioner_id, member.organization_id, member.account_id) == (
        whom.practitioner_id,
        whom.organization_id,
        whom.account_id,
    )


def _is_refused(patient_id: UUID, whom: TeamCandidate) -> bool:
    def names(objection: Objection) -> bool:
        pairs = (
            (objection.practitioner_id, whom.practitioner_id),
            (objection.organization_id, whom.organization_id),
            (objection.account_id, whom.account_id),
        )
        return any(refused and refused == named for refused, named in pairs)

    return any(names(each) for each in objections_of(patient_id))


class NotProposed(StrEnum):
    """Why the team is not asked yet."""

    UNSAID = "unsaid"  # the person does not agree yet
    ALONE = "alone"  # two at least, one of whom coordinates
    TOO_LATE = "too-late"


def propose(folder: Folder, *, by: Account, now: datetime) -> NotProposed | NotOpened | None:
    """The person agrees, so whoever was chosen is asked, and reads why. None when it is done."""
    if refused := why_not(folder.patient_id):
        return refused
    if folder.agreed_at is None:
        return NotProposed.UNSAID
    if not may_be_proposed(folder.seats):
        return NotProposed.ALONE
    if not move(folder, FolderVerb.PROPOSE, by=by, now=now):
        return NotProposed.TOO_LATE
    for member in folder.team:
        if member.state is MemberState.NAMED:
            _ask(folder, member, by, now)
        else:
            _join(folder, member, by.id, now)
    _begin_if_enough(folder, now)
    return None


def _ask(folder: Folder, member: FolderMember, by: Account, now: datetime) -> None:
    member.state, member.asked_at = MemberState.ASKED, now
    db.session.flush()
    note(folder, "asked", by=by, about=member.name, now=now)
    record("folder.asked", folder, by, now=now, member=member.id)
    alert(accounts_of(folder, member), member.id, "asked", words.ASKED_NOTICE, folder, now)


def answer(folder: Folder, member: FolderMember, *, yes: bool, by: Account, told: bool = False, now: datetime) -> bool:
    """She says yes, and finds the person from now on; or no. `told`: she said so on the telephone, and `by` writes it
    down. False when she was not asked, or not any more; said twice, it was once."""
    said = MemberState.ACCEPTED if yes else MemberState.DECLINED
    if member.state is said:
        return True
    if member.state is not MemberState.ASKED or not folder.is_running:
        return False
    member.told_by_id = by.id if told else None
    messages.see(member.id)
    if yes:
        _say_yes(folder, member, by, now)
    else:
        member.state, member.answered_at, member.is_referent = MemberState.DECLINED, now, False
        db.session.flush()
        note(folder, "declined", by=by, about=member.name, now=now)
    record("folder.answered", folder, by, now=now, member=member.id, answer=said.value)
    _tell_who_leads(folder, by.id, now)
    _begin_if_enough(folder, now)
    return True


def _say_yes(folder: Folder, member: FolderMember, by: Account, now: datetime) -> None:
    member.state, member.answered_at = MemberState.ACCEPTED, now
    db.session.flush()
    note(folder, "accepted", by=by, about=member.name, now=now)
    if folder.state in SHARED:
        _join(folder, member, by.id, now)


def _join(folder: Folder, member: FolderMember, by: UUID, now: datetime) -> None:
    relate(folder.patient_id, member.holder, Cause.FOLDER, by=by, now=now)


def _begin_if_enough(folder: Folder, now: datetime) -> None:
    if folder.state is FolderState.PROPOSED and may_begin(folder.seats) and move(folder, FolderVerb.OPEN, now=now):
        tell_team(folder, words.NEWS_NOTICE, "open", None, now)


def leave(folder: Folder, member: FolderMember, *, by: UUID, why: str, now: datetime) -> bool:
    """She is in the team no more, and finds the person no more for it. `why`: of the trail. False when she was not."""
    if member.state not in PRESENT:
        return False
    led = member.is_referent
    member.state, member.left_at, member.is_referent, member.asked_to_lead_at = MemberState.LEFT, now, False, None
    db.session.flush()
    messages.drop(member.id)
    release_holders(folder.patient_id, until=now)
    note(folder, "left", by=by, about=member.name, now=now)
    record("folder.left", folder, by, now=now, why=why, member=member.id)
    if led and folder.state is not FolderState.DRAFT:
        tell_team(folder, words.NEWS_NOTICE, f"left {member.id}", by, now)
    else:
        _tell_who_leads(folder, by, now)
    return True


# ---- who coordinates


def may_lead(member: FolderMember) -> bool:
    """A person, and of a place that may know of health. She has to be able to come in, too (`accounts_of`)."""
    named = member.practitioner_id is not None or member.account_id is not None
    return named and not knows_nothing_of_health(member)


def offer_lead(folder: Folder, member: FolderMember, *, by: Account, now: datetime) -> bool:
    """In a draft she is chosen; later the role is offered, and hers once she says yes. False where she cannot."""
    present = MemberState.ACCEPTED if folder.state is not FolderState.DRAFT else member.state
    hers = accounts_of(folder, member) if may_lead(member) else []
    if not folder.is_running or member.state is not present or present not in PRESENT or not hers:
        return False
    if folder.state is FolderState.DRAFT or by.id in hers:
        _lead(folder, member, by, now)
        return True
    for each in folder.members:
        each.asked_to_lead_at = now if each is member else None
    db.session.flush()
    note(folder, "asked-to-lead", by=by, about=member.name, now=now)
    alert(hers, member.id, "lead", words.LEAD_NOTICE, folder, now)
    return True


def answer_lead(folder: Folder, member: FolderMember, *, yes: bool, by: Account, now: datetime) -> bool:
    """The receiver says yes, and coordinates from now on; or no, and nothing changes. False when nobody asked her."""
    if member.asked_to_lead_at is None or not folder.is_running:
        return member.is_referent and yes
    messages.see(member.id)
    if yes:
        _lead(folder, member, by, now)
    else:
        member.asked_to_lead_at = None
        note(folder, "kept-on", by=by, about=member.name, now=now)
    _tell_who_leads(folder, by.id, now)
    return True


def _lead(folder: Folder, member: FolderMember, by: Account, now: datetime) -> None:
    for each in folder.members:
        each.is_referent, each.asked_to_lead_at = False, None
    db.session.flush()  # One at a time: the next one begins after this one ended.
    member.is_referent, folder.changed_at = True, now
    db.session.flush()
    note(folder, "leads", by=by, about=member.name, now=now)
    record("folder.led", folder, by, now=now, member=member.id)
    if folder.state is not FolderState.DRAFT:
        tell_team(folder, words.NEWS_NOTICE, f"leads {member.id}", by.id, now)
    _begin_if_enough(folder, now)


# ---- ending


def close(folder: Folder, ending: FolderEnding, relay: str, *, by: Account, now: datetime) -> bool:
    """Why, and who goes on; the team is told. False when it has ended already."""
    told = team_accounts(folder) - {by.id}
    if not move(folder, FolderVerb.CLOSE, by=by, now=now, ending=ending, relay=relay, reason=relay):
        return False
    alert(told, folder.id, "closed", words.ENDED_NOTICE, folder, now)
    return True


def object_to(folder: Folder, *, by: UUID | None, now: datetime) -> bool:
    """The person does not want it: from now on nobody else reads it, and its trace stays. `by`: who wrote it down;
    none: she said so herself, in her space. Said twice, it was once."""
    told = team_accounts(folder) - {by}
    if not move(folder, FolderVerb.OBJECT, by=by, now=now):
        return folder.state is FolderState.OBJECTED
    alert(told, folder.id, "closed", words.ENDED_NOTICE, folder, now)
    return True


# ---- who is told


def see(member_id: UUID | None) -> None:
    """She has its page before her eyes: nothing needs to tell her of it any more."""
    if member_id:
        messages.see(member_id)


def accounts_of(folder: Folder, member: FolderMember) -> list[UUID]:
    """Who, signed in, is this member: herself, or whoever works there; nobody whom the person refuses by name."""
    return accounts_by_member(folder, [member])[member.id]


def accounts_by_member(folder: Folder, members: Collection[FolderMember]) -> dict[UUID, list[UUID]]:
    """The same of several, in two statements."""
    places = [each.organization_id for each in members if each.organization_id and not each.account_id]
    works = select(Membership.organization_id, Membership.account_id).where(
        Membership.organization_id.in_(places), Membership.role.in_(REQUESTERS)
    )
    at_work: dict[UUID, set[UUID]] = {}
    for place, account in db.session.execute(works) if places else ():
        at_work.setdefault(place, set()).add(account)
    found = {each.id: _known(each) or at_work.get(each.organization_id or each.id, set()) for each in members}
    welcome = set(_who_may_come(folder, set().union(*found.values())))
    return {member_id: sorted(accounts & welcome) for member_id, accounts in found.items()}


def _known(member: FolderMember) -> set[UUID]:
    account = member.account_id or (member.practitioner.account_id if member.practitioner else None)
    return {account} if account else set()


def _who_may_come(folder: Folder, account_ids: Collection[UUID]) -> list[UUID]:
    if not account_ids:
        return []
    welcome = Account.active, Account.id.not_in(refused_accounts(folder.patient_id))
    return list(db.session.scalars(select(Account.id).where(Account.id.in_(account_ids), *welcome)))


def alert(
    account_ids: Iterable[UUID], subject_id: UUID, step: str, notice: Notice, folder: Folder, now: datetime
) -> None:
    """Opened by a tap, it is the folder's page."""
    shown = replace(notice, path=f"folders/{folder.id}")
    for account_id in sorted({*account_ids}):
        messages.alert(account_id, subject_id, step, shown, now=now, expires_at=now + WORTH_TELLING)


def team_accounts(folder: Folder) -> set[UUID]:
    there = [each for each in folder.members if each.state is MemberState.ACCEPTED]
    return set().union(*accounts_by_member(folder, there).values())


def tell_team(folder: Folder, notice: Notice, step: str, by: UUID | None, now: datetime) -> None:
    """Everybody who said yes, but for whose act it was."""
    alert(team_accounts(folder) - {by}, folder.id, step, notice, folder, now)


def who_leads(folder: Folder) -> list[UUID]:
    """The référent; while there is none, who opened it."""
    lead = folder.referent
    if lead and lead.state is MemberState.ACCEPTED:
        return accounts_of(folder, lead)
    return _who_may_come(folder, [folder.author_id])


def _tell_who_leads(folder: Folder, by: UUID, now: datetime) -> None:
    alert({*who_leads(folder)} - {by}, folder.id, f"team {now.isoformat()}", words.NEWS_NOTICE, folder, now)
