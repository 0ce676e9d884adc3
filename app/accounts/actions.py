"""Verbs on people, where they belong, their signed-in browsers and their invitations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from app.accounts.models import INVITATION, Account, Invitation, Membership, News, Passkey, Role, SignIn
from app.accounts.rules import ADDRESS_CODE_LASTS, INVITATION_LASTS, SHOWN_LASTS, accepts_codes, six_digits
from app.audit.actions import record
from app.core.db import db, insert_into
from app.core.tokens import keyed_hash, keyed_hashes, same_as_one
from app.letters.actions import owe

NEWS_LASTS = timedelta(days=5)
"""For how long a mail that opens nothing is worth trying (RFC 5321 §4.5.4.1)."""


@dataclass(frozen=True)
class Person:
    """Whom to invite. `email` in lower case."""

    email: str
    given_name: str
    family_name: str


def invite(
    person: Person, organization_id: UUID, role: Role, *, by: UUID | None, now: datetime, shown: bool = False
) -> Invitation | None:
    """Give `person` a role, and a way in when she has none yet; `by` is None for the command line.

    Mailed, or `shown` for some minutes on the screen of `by`, before whom she stands.

    Returns None when she already has a passkey: she then keeps her account as it is, because a mailed code
    that adds a key to it would be a way around the keys (ASVS 6.4.4).
    """
    account = _held_account(person, now)
    _join(account, organization_id, role)
    record(
        "account.invited",
        subject=account.id,
        actor=by,
        why="joins face to face" if shown else "joins an organization",
        now=now,
        role=role.value,
    )
    if has_passkey(account.id):
        return None
    end_invitations(account.id, now)
    invitation = Invitation(
        account_id=account.id,
        created_at=now,
        expires_at=now + (SHOWN_LASTS if shown else INVITATION_LASTS),
        shown_by_id=by if shown else None,
    )
    db.session.add(invitation)
    db.session.flush()
    if not shown:
        mail_invitation(invitation, account, INVITATION, now=now)
    return invitation


def mail_invitation(invitation: Invitation, account: Account, kind: str, *, now: datetime) -> None:
    """Owe the mail of an invitation, as long as it opens something."""
    owe(
        kind,
        invitation.id,
        account.email,
        given_name=account.given_name,
        now=now,
        expires_at=invitation.expires_at,
    )


def _held_account(person: Person, now: datetime) -> Account:
    """The account of this address, made when there is none, and held: two invitations at once come one by one."""
    new = {"email": person.email, "given_name": person.given_name, "family_name": person.family_name}
    db.session.execute(insert_into(Account).values(created_at=now, **new).on_conflict_do_nothing())
    return _held(Account.email == person.email)


def hold(account_id: UUID) -> Account:
    """Her account, as it is now and until the transaction ends: who changes the same things waits."""
    return _held(Account.id == account_id)


def _held(which: ColumnElement[bool]) -> Account:
    statement = select(Account).where(which).with_for_update(of=Account)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def has_passkey(account_id: UUID) -> bool:
    return db.session.scalar(select(Passkey.id).where(Passkey.account_id == account_id).limit(1)) is not None


def _join(account: Account, organization_id: UUID, role: Role) -> None:
    if not any((m.organization_id, m.role) == (organization_id, role) for m in account.memberships):
        account.memberships.append(Membership(organization_id=organization_id, role=role))


def leave(account_id: UUID, organization_id: UUID, *, by: UUID, now: datetime) -> None:
    """End every role of this person there. Rights end with the next request; with the last role, so does all access."""
    account = hold(account_id)
    roles = [m.role.value for m in account.memberships if m.organization_id == organization_id]
    if not roles:
        return
    # Removed from the list, and not by a DELETE: what the transaction does next must see her without them.
    account.memberships = [m for m in account.memberships if m.organization_id != organization_id]
    record(
        "account.left",
        subject=account.id,
        actor=by,
        why="left the organization",
        now=now,
        organization=str(organization_id),
        roles=" ".join(sorted(roles)),
    )
    if not account.memberships:
        end_sign_ins(account_id, by=by, why="left the last organization", now=now)
        end_invitations(account_id, now)


def end_sign_ins(
    account_id: UUID,
    *,
    by: UUID,
    why: str,
    now: datetime,
    only: UUID | None = None,
    but: UUID | None = None,
) -> int:
    """Sign this person's browsers out: all, `only` one, or all `but` one; returns how many there were."""
    which = [SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.expires_at > now]
    which += [SignIn.id == only] if only else []
    which += [SignIn.id != but] if but else []
    ended = db.session.scalars(
        update(SignIn)
        .where(*which)
        .values(ended_at=now)
        .returning(SignIn.id)
        .execution_options(synchronize_session=False)
    ).all()
    for sign_in_id in ended:
        record("account.device_ended", subject=account_id, actor=by, why=why, now=now, device=str(sign_in_id))
    return len(ended)


def note_seen(sign_in_id: UUID, *, now: datetime) -> None:
    """The person is in front of this browser; of two answers at once, the later instant stays."""
    earlier = or_(SignIn.last_seen_at.is_(None), SignIn.last_seen_at < now)
    db.session.execute(
        update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None), earlier).values(last_seen_at=now)
    )


def tell(account: Account, kind: News, subject_id: UUID, *, now: datetime) -> None:
    """Owe this person a mail about her account; the worker sends it."""
    write_to(account.email, kind, subject_id, now=now, given_name=account.given_name)


def write_to(address: str, kind: News, subject_id: UUID, *, now: datetime, given_name: str = "") -> None:
    """Owe a mail to an address that may be nobody's account yet."""
    lasts = ADDRESS_CODE_LASTS if kind is News.ADDRESS_CODE else NEWS_LASTS
    owe(kind.value, subject_id, address, given_name=given_name, now=now, expires_at=now + lasts)


def end_invitations(account_id: UUID, now: datetime) -> None:
    """Only the last invitation of a person works, and none once she is in."""
    db.session.execute(
        update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(expires_at=now)
    )


def code_of(invitation_id: UUID) -> str:
    """The six digits mailed with an invitation: computed again when needed, stored nowhere."""
    return codes_of(invitation_id)[0]


def codes_of(invitation_id: UUID) -> list[str]:
    """The same under every key of the keyring: a code that was given before a rotation still opens."""
    return [six_digits(digest) for digest in keyed_hashes("invitation-code", str(invitation_id))]


def address_code(subject_id: UUID) -> str:
    """The six digits that prove an address, mailed with `News.ADDRESS_CODE`: computed again, stored nowhere."""
    return six_digits(keyed_hash("address-code", str(subject_id)))


def show_code(invitation_id: UUID, code: str, *, now: datetime) -> Invitation | None:
    """The invitation that `code` opens; None, without saying why, for any other. Wrong codes count."""
    right = same_as_one(code, codes_of(invitation_id))
    invitation = db.session.scalar(
        select(Invitation).where(Invitation.id == invitation_id).with_for_update(of=Invitation)
    )
    if invitation is None or not accepts_codes(invitation.used_at, invitation.expires_at, invitation.attempts, now):
        return None
    if not right:
        invitation.attempts += 1
        return None
    return invitation if invitation.account.active else None


def use(invitation: Invitation, *, now: datetime) -> None:
    """The invited person has her passkey: the invitation has done its work."""
    invitation.used_at = now
    end_invitations(invitation.account_id, now)
