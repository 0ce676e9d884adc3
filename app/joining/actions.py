"""Verbs on requests for access: asking, proving the address, deciding."""

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select

from app.accounts.actions import tell
from app.accounts.models import Account
from app.accounts.rules import Professional
from app.accounts.sessions import may_come_in
from app.audit.actions import record
from app.core.db import db
from app.directory import actions as directory
from app.directory.models import Practitioner
from app.directory.queries import proposal_for
from app.joining import rules
from app.joining.models import AccessRequest
from app.membership import invitations
from app.membership.actions import write_to
from app.membership.models import MembershipLetter
from app.membership.rules import ADDRESS_CODE_LASTS
from app.organizations.words import plain


@dataclass(frozen=True)
class Claim:
    """Who somebody says she is. `email` in lower case."""

    rpps: str
    given_name: str
    family_name: str
    email: str


class Acceptance(enum.Enum):
    """What a coordinator's yes did."""

    INVITED = enum.auto()
    LATE = enum.auto()  # decided meanwhile, or she has an account by now
    ADDRESS_OF_ANOTHER = enum.auto()


def ask(claim: Claim, *, now: datetime) -> AccessRequest:
    """Somebody says who she is; a code goes to her address, whatever the directory thinks of it."""
    _forget_old(now)
    meant = db.session.scalar(select(Practitioner).where(Practitioner.rpps == claim.rpps))
    if meant is not None and not _is(meant, claim.given_name, claim.family_name):
        meant = None
    return _write(claim, meant.id if meant else None, vouched=False, now=now)


def welcome(person: Professional, practitioner_id: UUID, *, now: datetime) -> AccessRequest:
    """Pro Santé Connect said who she is; she has still to give an address."""
    _forget_old(now)
    claim = Claim(person.rpps, person.given_name, person.family_name, "")
    return _write(claim, practitioner_id, vouched=True, now=now)


def give_address(vouched: AccessRequest, email: str, *, now: datetime) -> AccessRequest:
    """The same person, with the address that she types. A new row, hence a new code, each time."""
    claim = Claim(vouched.rpps, vouched.given_name, vouched.family_name, email)
    return _write(claim, vouched.practitioner_id, vouched=True, now=now)


def _write(claim: Claim, practitioner_id: UUID | None, *, vouched: bool, now: datetime) -> AccessRequest:
    asked = AccessRequest(
        rpps=claim.rpps,
        given_name=claim.given_name,
        family_name=claim.family_name,
        email=claim.email,
        vouched=vouched,
        practitioner_id=practitioner_id,
        created_at=now,
        expires_at=now + ADDRESS_CODE_LASTS,
    )
    db.session.add(asked)
    db.session.flush()
    if claim.email:
        write_to(claim.email, MembershipLetter.ADDRESS_CODE, asked.id, now=now)
    return asked


def prove_address(request_id: UUID, code: str, *, now: datetime) -> bool:
    """Is this the code that was mailed? Wrong ones count; the right one hands the request to a coordinator."""
    asked = _lock(request_id)
    if asked is None or not asked.email or not asked.is_opened_by(code, now):
        return False
    _confirm(asked, now)
    return True


def _confirm(asked: AccessRequest, now: datetime) -> None:
    asked.confirmed_at = now
    vouched = "yes" if asked.vouched else "no"
    record("joining.asked", asked, now=now, vouched=vouched)
    known = account_of(asked.practitioner)
    if known is not None:  # She is told at the address we know, and nobody else learns that we know her.
        asked.decided_at, asked.accepted = now, False
        tell(known, MembershipLetter.ACCESS_KNOWN, known.id, now=now)


def accept(request_id: UUID, *, by: Account, because: str, now: datetime) -> Acceptance:
    """She is invited to her practice; requests are offered to her once she has come in."""
    asked = _open(request_id)
    practitioner = _lock_practitioner(asked.practitioner_id) if asked else None
    if asked is None or practitioner is None or account_of(practitioner) is not None:
        return Acceptance.LATE
    if proposal_for(practitioner.id, now) is not None:
        return Acceptance.LATE
    if not _may_have(asked.email, practitioner):
        return Acceptance.ADDRESS_OF_ANOTHER
    _decide(asked, True, by=by, because=because, now=now)
    directory.invite(practitioner, asked.email, by=by.id, now=now)
    return Acceptance.INVITED


def refuse(request_id: UUID, *, by: Account, because: str, now: datetime) -> bool:
    """False when it was decided meanwhile. The reason stays in the trail, and out of the mail."""
    asked = _open(request_id)
    if asked is None:
        return False
    _decide(asked, False, by=by, because=because, now=now)
    write_to(asked.email, MembershipLetter.ACCESS_REFUSED, asked.id, now=now)
    return True


def _decide(asked: AccessRequest, yes: bool, *, by: Account, because: str, now: datetime) -> None:
    asked.decided_at, asked.decided_by_id, asked.accepted = now, by.id, yes
    event = "joining.accepted" if yes else "joining.refused"
    who = str(asked.practitioner_id)
    record(event, asked, by, now=now, why=because, practitioner=who)


def let_in(practitioner_id: UUID, *, now: datetime) -> Account | None:
    """Whom Pro Santé Connect's word signs in. A role that was proposed to exactly this person is taken by it, as long
    as nobody ever came in to that account: the State says who she is, and a coordinator said where she works."""
    practitioner = db.session.get_one(Practitioner, practitioner_id)
    linked = practitioner.account_id
    known = db.session.get(Account, linked) if linked else None
    if known is not None and may_come_in(known, now):
        return known
    proposed = proposal_for(practitioner_id, now)
    invitation = invitations.lock_open(proposed.id, now=now) if proposed else None
    if invitation is None or not invitations.opens(invitation):
        return None
    invitations.use(invitation, now=now)
    return invitation.account


def account_of(practitioner: Practitioner | None) -> Account | None:
    """The account by which this person comes in today; none when it is closed or belongs nowhere any more."""
    if practitioner is None or practitioner.account_id is None:
        return None
    account = db.session.get(Account, practitioner.account_id)
    return account if account is not None and account.is_active else None


def _may_have(email: str, practitioner: Practitioner) -> bool:
    """An address that a practice shares must not make one of its people another."""
    owner = db.session.scalar(select(Account).where(Account.email == email))
    if owner is None or not invitations.came_in(owner.id):  # Whoever typed a name for this address proved nothing.
        return True
    linked = select(Practitioner.id).where(Practitioner.account_id == owner.id, Practitioner.id != practitioner.id)
    return _is(practitioner, owner.given_name, owner.family_name) and db.session.scalar(linked) is None


def _is(practitioner: Practitioner, given_name: str, family_name: str) -> bool:
    known = plain(practitioner.given_name), plain(practitioner.family_name)
    return rules.same_person((plain(given_name), plain(family_name)), known)


def _lock(request_id: UUID) -> AccessRequest | None:
    statement = (
        select(AccessRequest).where(AccessRequest.id == request_id).with_for_update(key_share=True, of=AccessRequest)
    )
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _open(request_id: UUID) -> AccessRequest | None:
    asked = _lock(request_id)
    return asked if asked is not None and asked.confirmed_at and not asked.decided_at else None


def _lock_practitioner(practitioner_id: UUID | None) -> Practitioner | None:
    """Locked, so that of two requests for the same person, accepted at once, the second comes late."""
    statement = (
        select(Practitioner).where(Practitioner.id == practitioner_id).with_for_update(key_share=True, of=Practitioner)
    )
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _forget_old(now: datetime) -> None:
    """Each new one clears away what nobody has to decide on any more: names and addresses that strangers typed."""
    over = or_(
        AccessRequest.confirmed_at.is_(None),
        AccessRequest.practitioner_id.is_(None),
        AccessRequest.decided_at.is_not(None),
    )
    old = AccessRequest.created_at <= now - rules.KEPT
    db.session.execute(delete(AccessRequest).where(old, over).execution_options(synchronize_session=False))
