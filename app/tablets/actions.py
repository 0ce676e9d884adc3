"""Verbs on shared tablets: preparing and withdrawing one, choosing a code, coming in, taking over."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from app.accounts import sessions
from app.accounts.models import Account, Membership, Role, SignIn
from app.audit.actions import record
from app.core.db import db, new_id
from app.core.events import provider
from app.core.tokens import hash_token, keyed_hash, new_token
from app.membership.leaving import Departure
from app.tablets import codes, queries
from app.tablets.models import Badge, Handover, Tablet, TabletSignIn, TabletTicket
from app.tablets.rules import MOST_WRONG, TICKET_LASTS, spoken_code, takes_over


@provider
def is_news(organization_id: UUID, since: datetime | None) -> bool:
    """Whether something changed there for who takes the tablet over."""
    return False


def prepare(organization_id: UUID, name: str, *, by: Account, now: datetime) -> Tablet:
    """A tablet that waits for its browser, and the code that will tell which one it is."""
    tablet = Tablet(organization_id=organization_id, name=name, prepared_by_id=by.id, created_at=now)
    db.session.add(tablet)
    db.session.flush()
    _ticket(tablet, None, now)
    record("tablet.prepared", tablet, by, now=now)
    return tablet


def renew_code(tablet: Tablet, *, now: datetime) -> None:
    """Another code for a tablet that no browser has claimed yet."""
    _ticket(tablet, None, now)


def let_choose(tablet: Tablet, account: Account, *, now: datetime) -> TabletTicket:
    """This person, who has just shown her passkey, may choose her code on the tablet."""
    return _ticket(tablet, account.id, now)


def _ticket(tablet: Tablet, account_id: UUID | None, now: datetime) -> TabletTicket:
    """The former ones end: only the last code shown works."""
    former = TabletTicket.tablet_id == tablet.id, TabletTicket.account_id == account_id, TabletTicket.expires_at > now
    db.session.execute(update(TabletTicket).where(*former).values(expires_at=now))
    ticket_id = new_id()
    code = spoken_code(keyed_hash("tablet-ticket", str(ticket_id)))
    ticket = TabletTicket(
        id=ticket_id,
        tablet_id=tablet.id,
        account_id=account_id,
        code_key=keyed_hash("tablet-code", code),
        created_at=now,
        expires_at=now + TICKET_LASTS,
    )
    db.session.add(ticket)
    return ticket


def _use(typed: str, *, enrols: bool, now: datetime) -> TabletTicket | None:
    """The ticket of the code typed, which nobody can use again; None when it is unknown, used or too old."""
    kind = TabletTicket.account_id.is_(None) if enrols else TabletTicket.account_id.is_not(None)
    return db.session.scalar(
        update(TabletTicket)
        .where(
            TabletTicket.code_key.in_(queries.code_keys(typed)),
            TabletTicket.used_at.is_(None),
            TabletTicket.expires_at > now,
            kind,
        )
        .values(used_at=now)
        .returning(TabletTicket)
    )


def enrol(typed: str, *, now: datetime) -> str | None:
    """This browser becomes the tablet; returns the token it is to keep, None when the code is not right."""
    ticket = _use(typed, enrols=True, now=now)
    if ticket is None:
        return None
    tablet = db.session.get_one(Tablet, ticket.tablet_id)
    if tablet.ended_at is not None or tablet.token_hash is not None:
        return None
    token = new_token()
    tablet.token_hash, tablet.enrolled_at = hash_token(token), now
    record("tablet.enrolled", tablet, tablet.prepared_by_id, now=now)
    return token


def withdraw(tablet: Tablet, *, by: Account, now: datetime) -> None:
    """Nobody comes in there any more, and who is in is out at the next request."""
    if tablet.ended_at is not None:
        return
    tablet.ended_at = now
    _end_sign_ins(tablet.id, now)
    record("tablet.withdrawn", tablet, by, now=now)


def _end_sign_ins(tablet_id: UUID, now: datetime, *which: ColumnElement[bool]) -> None:
    there = select(TabletSignIn.sign_in_id).where(TabletSignIn.tablet_id == tablet_id)
    db.session.execute(
        update(SignIn).where(SignIn.id.in_(there), SignIn.ended_at.is_(None), *which).values(ended_at=now)
    )


def choose_code(tablet: Tablet, token: str, ticket_code: str, code: str, *, now: datetime) -> Badge | None:
    """Keep the code this person chose on the tablet, in the place of a former one; None when the ticket is not hers."""
    ticket = _use(ticket_code, enrols=False, now=now)
    if ticket is None or ticket.tablet_id != tablet.id or not _asks_there(ticket.account_id, tablet):
        return None
    mine = Badge.tablet_id == tablet.id, Badge.account_id == ticket.account_id
    badge = db.session.scalar(select(Badge).where(*mine))
    if badge is None:
        badge = Badge(tablet_id=tablet.id, account_id=ticket.account_id)
        db.session.add(badge)
    badge.salt = codes.new_salt()
    badge.hash, badge.wrong, badge.set_at = codes.hashed(code, badge.salt, token), 0, now
    db.session.flush()
    record("tablet.code_chosen", badge.account_id, badge.account_id, now=now, tablet=tablet.id)
    return badge


def _asks_there(account_id: UUID | None, tablet: Tablet) -> bool:
    role = (
        Membership.account_id == account_id,
        Membership.organization_id == tablet.organization_id,
        Membership.role == Role.REQUESTER,
    )
    return db.session.scalar(select(Membership.id).where(*role)) is not None


def forget_code(tablet_id: UUID, account: Account, *, by: UUID, now: datetime) -> bool:
    """This person uses the tablet no more; False when she had no code there."""
    badge = queries.badges_of(account).get(tablet_id)
    if badge is None:
        return False
    db.session.delete(badge)
    _end_sign_ins(tablet_id, now, SignIn.account_id == account.id)
    record(
        "tablet.code_forgotten",
        account,
        by,
        now=now,
        why="by the person" if by == account.id else "left the organization",
        tablet=tablet_id,
    )
    return True


def forget_codes(departure: Departure) -> None:
    """No tablet of the place that she left knows her any more: coming back, she chooses her code again."""
    account = db.session.get_one(Account, departure.account_id)
    there = Badge.account_id == account.id, Tablet.organization_id == departure.organization_id
    for tablet_id in db.session.scalars(select(Badge.tablet_id).join(Tablet).where(*there)).all():
        forget_code(tablet_id, account, by=departure.by, now=departure.now)


@dataclass(frozen=True)
class Try:
    """What a code is compared with, once it has been counted. `left`: how many tries remain if it is wrong."""

    salt: bytes
    hash: bytes
    left: int


def count_try(badge_id: UUID, *, now: datetime) -> Try | None:
    """Every try counts as a wrong one until it proves right: a hundred at once are still five. None: locked.

    The comparison is slow on purpose, so it is done between two transactions, not inside one.
    """
    tried = db.session.execute(
        update(Badge)
        .where(Badge.id == badge_id, Badge.wrong < MOST_WRONG)
        .values(wrong=Badge.wrong + 1)
        .returning(Badge.salt, Badge.hash, Badge.wrong)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Try(tried.salt, tried.hash, MOST_WRONG - tried.wrong) if tried else None


def note_wrong(badge: Badge, left: int, *, now: datetime) -> None:
    record(
        "tablet.code_refused" if left else "tablet.code_locked",
        badge.account_id,
        now=now,
        result="refused",
        tablet=badge.tablet_id,
    )


def enter(badge: Badge, *, now: datetime) -> None:
    """The right code: its person is at the tablet. Who acts from here on is she, never the tablet."""
    tablet, person = badge.tablet, badge.account
    before, mine = queries.last_visit(tablet.id), queries.last_visit(tablet.id, person.id)
    unfinished = queries.unread_handover(tablet.id, person.id)
    since = unfinished.since if unfinished else mine.seen_at if mine else None
    taken = takes_over(before.account_id if before else None, person.id, unread=unfinished is not None)
    must_read = taken and is_news(tablet.organization_id, since)
    badge.wrong, badge.last_used_at, tablet.last_used_at = 0, now, now
    if must_read and unfinished is None:
        came_from = before.account_id if before else None
        db.session.add(Handover(tablet_id=tablet.id, from_id=came_from, to_id=person.id, at=now, since=since))
    place = sessions.TabletPlace(tablet.organization_id, tablet.name, must_read)
    row = sessions.sign_in(person, "tablet", now=now, at=place)
    db.session.add(TabletSignIn(sign_in=row, tablet_id=tablet.id))


def acknowledge(row: SignIn, *, now: datetime) -> bool:
    """She has read what changed, and has the tablet from now on; False when there was nothing to read."""
    taken = queries.handover_to_read(row)
    row.must_read = False
    if taken is None:
        return False
    taken.acknowledged_at = now
    record("tablet.handed_over", taken.tablet_id, row.account_id, now=now, handover=taken.id, came_from=taken.from_id)
    return True
