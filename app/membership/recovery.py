"""Back in without any passkey: two administrators vouch for the person, everyone hears of it, a day passes.

The account opens for all that it holds, so each other organization where she has a role must say its word too
(decision 0019).

The person's mailbox gets the link, the administrators the code: neither opens anything without the other.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, not_, or_, select, update

from app.accounts.actions import end_sign_ins, has_passkey, lock_account, tell
from app.accounts.models import Account, Membership, Passkey, Role
from app.audit.actions import record
from app.core.db import db
from app.core.tokens import derived_token, derived_tokens, same_as_one
from app.jobs.setbacks import one_by_one
from app.jobs.timers import Due
from app.membership.actions import mail_invitation
from app.membership.models import Invitation, MembershipLetter, Recovery, RecoveryOutcome, RecoveryWord
from app.membership.rules import RECOVERY_LASTS, opens_at, recovery_ends_at


def may_vouch(administrator: Account, account: Account, organization_id: UUID) -> bool:
    """An administrator of an organization, for somebody else who belongs to it."""
    runs_it = organization_id in administrator.organizations(Role.ADMINISTRATOR)
    return runs_it and administrator.id != account.id and organization_id in account.organizations()


def ask(account: Account, organization_id: UUID, *, by: Account, because: str, now: datetime) -> bool:
    """The first administrator's word. False when it is not theirs to give, not needed, or already running."""
    person = lock_account(account.id)
    if not may_vouch(by, person, organization_id) or not has_passkey(person.id) or running_for(person.id):
        return False
    asked = Recovery(
        account_id=person.id, organization_id=organization_id, asked_by_id=by.id, asked_because=because, asked_at=now
    )
    db.session.add(asked)
    db.session.flush()
    _note(asked, "account.recovery_asked", MembershipLetter.RECOVERY_ASKED, by=by.id, why=because, now=now)
    return True


def confirm(recovery_id: UUID, organization_id: UUID, *, by: Account, because: str, now: datetime) -> bool:
    """The word of a second administrator, and of one of each other organization where she has a role: with the last
    of them a day begins. False when it is the same person, or too late."""
    recovery = _lock(recovery_id)
    if recovery is None or organization_id not in missing(recovery) or not _asked_by_one_of_them(recovery):
        return False
    if not may_vouch(by, recovery.account, organization_id):
        return False
    if organization_id != recovery.organization_id:
        _say(recovery, organization_id, by=by.id, because=because, now=now)
    elif recovery.asked_by_id == by.id:
        return False
    else:
        recovery.confirmed_by_id, recovery.confirmed_because = by.id, because
    _note_word(recovery, organization_id, by=by.id, why=because, now=now)
    return True


def speak_for_the_silent(account: Account, *, because: str, now: datetime) -> list[UUID]:
    """The operator's word for those of her other organizations that have no administrator to give it; returns them."""
    recovery = running_for(account.id)
    recovery = _lock(recovery.id) if recovery else None
    if recovery is None:
        return []
    others = [place for place in missing(recovery) if place != recovery.organization_id]
    silent = [place for place in others if not _administered(place, account.id)]
    for place in silent:
        _say(recovery, place, by=None, because=because, now=now)
        _note_word(recovery, place, by=None, why=because, now=now)
    return silent


def _administered(organization_id: UUID, but: UUID) -> bool:
    runs = Membership.organization_id == organization_id, Membership.role == Role.ADMINISTRATOR
    others = select(Membership.id).where(*runs, Membership.account_id != but).limit(1)
    return db.session.scalar(others) is not None


def _say(recovery: Recovery, organization_id: UUID, *, by: UUID | None, because: str, now: datetime) -> None:
    recovery.words.append(RecoveryWord(organization_id=organization_id, by_id=by, because=because, at=now))


def _note_word(recovery: Recovery, organization_id: UUID, *, by: UUID | None, why: str, now: datetime) -> None:
    place = str(organization_id)
    record("account.recovery_confirmed", recovery.account_id, by, now=now, why=why, organization=place)
    _begin_if_all_spoke(recovery, now)


def _begin_if_all_spoke(recovery: Recovery, now: datetime) -> None:
    if not missing(recovery):
        recovery.opens_at = opens_at(now)
        tell(recovery.account, MembershipLetter.RECOVERY_CONFIRMED, recovery.id, now=now)


def missing(recovery: Recovery) -> list[UUID]:
    """The organizations that have still to say that it is she: a second voice of the one that asked, one of each other
    where she has a role."""
    said = {word.organization_id for word in recovery.words}
    said |= {recovery.organization_id} if recovery.confirmed_by_id else set()
    return [place for place in dict.fromkeys(recovery.account.organizations()) if place not in said]


def _asked_by_one_of_them(recovery: Recovery) -> bool:
    return _vouches(recovery.asked_by_id, recovery, recovery.organization_id)


def _vouches(by: UUID | None, recovery: Recovery, organization_id: UUID) -> bool:
    """Is she still there and still an administrator? Who left vouches for nobody."""
    administrator = db.session.get(Account, by) if by else None
    return (
        administrator is not None
        and administrator.active
        and may_vouch(administrator, recovery.account, organization_id)
    )


def _still_vouched(recovery: Recovery) -> bool:
    """The day of waiting is for whoever thinks better of it, or is found out: each who spoke must still be one who may.
    The operator's word (by nobody) stands, and of a place that the person has left nobody is asked."""
    hers = recovery.account.organizations()
    both = (recovery.asked_by_id, recovery.confirmed_by_id)
    others = [word for word in recovery.words if word.by_id and word.organization_id in hers]
    return all(_vouches(by, recovery, recovery.organization_id) for by in both) and all(
        _vouches(word.by_id, recovery, word.organization_id) for word in others
    )


def cancel(recovery_id: UUID, *, by: UUID | None, why: str, now: datetime) -> bool:
    """Anyone concerned may stop it: the person (`by` is None from the mailed link), or an administrator."""
    recovery = _lock(recovery_id)
    if recovery is None:
        return False
    _cancel(recovery, by=by, why=why, now=now)
    return True


def _cancel(recovery: Recovery, *, by: UUID | None, why: str, now: datetime) -> None:
    _end(recovery, RecoveryOutcome.CANCELLED, now)
    _note(recovery, "account.recovery_cancelled", MembershipLetter.RECOVERY_CANCELLED, by=by, why=why, now=now)


def move_due(now: datetime) -> int:
    """Open every recovery whose day has passed, end those that nobody used; returns how many. A worker item."""
    return one_by_one("recovery", select(Recovery.id).where(*_due(now)), _move, now)


def oldest_due(now: datetime) -> Due:
    """Since when a recovery should have been opened."""
    opened = select(Invitation.id).where(Invitation.recovery_id == Recovery.id).exists()
    return select(func.min(Recovery.opens_at)).where(
        Recovery.ended_at.is_(None), Recovery.opens_at <= now, not_(opened)
    )


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    opened = select(Invitation.id).where(Invitation.recovery_id == Recovery.id).exists()
    opens = and_(Recovery.opens_at <= now, not_(opened))
    ends = func.coalesce(Recovery.opens_at, Recovery.asked_at) <= now - RECOVERY_LASTS
    return Recovery.ended_at.is_(None), or_(opens, ends)


def _move(recovery_id: UUID, now: datetime) -> None:
    recovery = _lock(recovery_id)
    if recovery is None:
        return
    if recovery_ends_at(recovery.asked_at, recovery.opens_at) <= now:
        _end(recovery, RecoveryOutcome.EXPIRED, now)
    elif recovery.opens_at is not None and recovery.opens_at <= now and invitation_of(recovery.id) is None:
        if _still_vouched(recovery):
            _open(recovery, now)
        else:
            _cancel(recovery, by=None, why="who vouched does so no more", now=now)


def _open(recovery: Recovery, now: datetime) -> None:
    ends_at = recovery_ends_at(recovery.asked_at, recovery.opens_at)
    person = recovery.account
    made = Invitation(
        account_id=person.id,
        recovery_id=recovery.id,
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        created_at=now,
        expires_at=ends_at,
    )
    db.session.add(made)
    db.session.flush()
    mail_invitation(made, MembershipLetter.RECOVERY_INVITATION, now=now)
    record("account.recovery_opened", recovery.account_id, now=now)


def finish(invitation: Invitation, passkey: Passkey, *, now: datetime) -> None:
    """The person has her new passkey: those she lost, and all that was signed in with them, end."""
    recovery = db.session.get_one(Recovery, invitation.recovery_id)
    account = recovery.account
    recovery.ended_at, recovery.outcome = now, RecoveryOutcome.USED
    db.session.execute(delete(Passkey).where(Passkey.account_id == account.id, Passkey.id != passkey.id))
    end_sign_ins(account.id, by=account.id, why="passkeys were lost", now=now)
    record("account.recovered", account, account, now=now)
    tell(account, MembershipLetter.RECOVERED, recovery.id, now=now)


def running_for(account_id: UUID) -> Recovery | None:
    return db.session.scalar(select(Recovery).where(Recovery.account_id == account_id, Recovery.ended_at.is_(None)))


def running_in(organization_id: UUID) -> dict[UUID, Recovery]:
    """Of those who have a role there, whoever asked; by account."""
    members = select(Membership.account_id).where(Membership.organization_id == organization_id)
    here = Recovery.account_id.in_(members), Recovery.ended_at.is_(None)
    return {each.account_id: each for each in db.session.scalars(select(Recovery).where(*here))}


def invitation_of(recovery_id: UUID) -> Invitation | None:
    return db.session.scalar(select(Invitation).where(Invitation.recovery_id == recovery_id))


def stop_token(recovery_id: UUID) -> str:
    """What the mailed link carries: enough to stop a recovery, and for nothing else."""
    return derived_token("stop-recovery", str(recovery_id))


def stops(recovery_id: UUID, token: str) -> bool:
    return same_as_one(token, derived_tokens("stop-recovery", str(recovery_id)))


def note_departure(account_id: UUID, organization_id: UUID, *, by: UUID, now: datetime) -> None:
    """The person has just left: nobody there vouches for her any more, nor is asked to."""
    running = running_for(account_id)
    if running is not None and running.organization_id == organization_id:
        cancel(running.id, by=by, why="left the organization", now=now)
    elif running is not None and (recovery := _lock(running.id)) and recovery.opens_at is None:
        _begin_if_all_spoke(recovery, now)


def _lock(recovery_id: UUID) -> Recovery | None:
    this = Recovery.id == recovery_id, Recovery.ended_at.is_(None)
    statement = select(Recovery).where(*this).with_for_update(key_share=True, of=Recovery)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _end(recovery: Recovery, outcome: RecoveryOutcome, now: datetime) -> None:
    recovery.ended_at, recovery.outcome = now, outcome
    db.session.execute(
        update(Invitation)
        .where(Invitation.recovery_id == recovery.id, Invitation.used_at.is_(None))
        .values(expires_at=now)
    )


def _note(
    recovery: Recovery, event: str, letter: MembershipLetter, *, by: UUID | None, why: str, now: datetime
) -> None:
    record(event, recovery.account_id, by, now=now, why=why)
    tell(recovery.account, letter, recovery.id, now=now)
