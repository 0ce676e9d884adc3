"""Moving one's own visit, and telling who is concerned; making and revoking a calendar's address."""

import enum
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from app.accounts.models import Account
from app.agenda import queries, words
from app.agenda.models import CalendarFeed, VisitMove
from app.agenda.queries import Visited
from app.agenda.rules import When
from app.appointments import actions as appointments
from app.appointments.models import Appointment
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests.actions import NEWS_LIFE
from app.care_requests.models import CareRequest
from app.care_requests.rules import Visit
from app.consents.objections import keeps_the_team_apart
from app.core.db import db, new_id
from app.core.tokens import hash_token, new_token
from app.directory.models import Profession
from app.directory.queries import accounts_of
from app.membership.leaving import Departure
from app.messages import actions as messages
from app.passages import planning
from app.passages.models import Passage
from app.passages.planning import Replanned

READ_ONLY_THEIRS = frozenset({Profession.HOME_HELP, Profession.EQUIPMENT})
"""They read nothing of who else comes (`queries.read_by`), so nothing of it is told them."""


class Moved(enum.StrEnum):
    """What became of a tap that moves a visit."""

    DONE = "done"
    CHANGED = "changed"  # it stands elsewhere than the page showed, or cannot be put there
    GONE = "gone"  # not hers to move any more


def move(visit_id: UUID, seen: str, wanted: str, *, by: Account, now: datetime) -> Moved:
    """Who comes moves her visit, from where she saw it to one of `queries.shifts_of`, both as `When` is written. Who
    asked, and those who come to the same person that day, are told; her own page shows it."""
    visit = _locked(visit_id, by, now)
    if visit is None or not visit.waits:
        return Moved.GONE
    if str(visit.when) == wanted:
        return Moved.DONE  # A second tap.
    to = next((each for each in queries.shifts_of(visit, now).values() if str(each) == wanted), None)
    if str(visit.when) != seen or to is None or not _put(visit, to, by, now):
        return Moved.CHANGED
    before, passage_id = visit.when, visit.id if db.session.get(Passage, visit.id) else None
    was = {"day": before.day, "moment": before.moment, "starts_at": before.at}
    db.session.add(VisitMove(request_id=visit.request_id, passage_id=passage_id, **was, by_id=by.id, at=now))
    db.session.flush()
    _tell(visit, {before.day, to.day}, by, now)
    return Moved.DONE


def undo(visit_id: UUID, *, by: Account, now: datetime) -> Moved:
    """Her last move was a slip: the visit stands where it stood, and the same people are told. Said twice, it was
    once."""
    visit = _locked(visit_id, by, now)
    if visit is None or not visit.waits:
        return Moved.GONE
    last = queries.last_move(visit, by, now)
    if last is None:
        return Moved.DONE
    moved_to, before = visit.when, queries.before(last)
    if not _put(visit, before, by, now):
        return Moved.CHANGED
    db.session.delete(last)
    db.session.flush()
    _tell(visit, {moved_to.day, before.day}, by, now)
    return Moved.DONE


def _locked(visit_id: UUID, by: Account, now: datetime) -> Visited | None:
    """As it stands now that nobody else moves it."""
    visit = queries.my_visit(visit_id, by, now)
    if visit is None:
        return None
    planning.locked(db.session.get_one(CareRequest, visit.request_id))  # Every part of its plan, in their one order.
    return queries.my_visit(visit_id, by, now)


def _put(visit: Visited, to: When, by: Account, now: datetime) -> bool:
    passage = db.session.get(Passage, visit.id)
    if passage:
        there = Visit(to.day, to.moment)
        return planning.move(passage, there, to.at, by=by, now=now) is Replanned.DONE
    return _move_appointment(visit, to, by, now)


def _move_appointment(visit: Visited, to: When, by: Account, now: datetime) -> bool:
    found = db.session.get(Appointment, visit.id)
    if found is None or to.at is None or found.mode is None:
        return False
    return appointments.propose(found, to.at, found.mode, by=by, now=now, sequence=found.sequence)


def _tell(visit: Visited, days: Collection[date], by: Account, now: datetime) -> None:
    request = db.session.get_one(CareRequest, visit.request_id)
    if request.author_id != by.id:
        care_requests.tell(request.author_id, request, "moved", words.MOVED_NOTICE, now)
    if request.patient_id is None or keeps_the_team_apart(request.patient_id):
        return
    week = queries.week_of(request.patient_id, min(days), max(days))
    around = [each for each in week if each.when.day in days and each.waits and each.request_id != request.id]
    beside = {each.role_id: each.request_id for each in around if each.profession not in READ_ONLY_THEIRS}
    told = {by.id, request.author_id}
    for role_id, accounts in sorted(accounts_of(list(beside)).items()):
        for account_id in sorted(set(accounts) - told):
            told.add(account_id)
            about = beside[role_id]
            expires_at = now + NEWS_LIFE
            messages.alert(account_id, about, "moved-beside", words.BESIDE_NOTICE, now=now, expires_at=expires_at)


def make_feed(account_id: UUID, now: datetime) -> str:
    """The address's token, shown this once; what was handed out before opens nothing any more."""
    token = new_token()
    db.session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    feed = queries.feed_of(account_id)
    if feed is None:
        feed = CalendarFeed(id=new_id(), account_id=account_id, made_at=now, changed_at=now, token_hash="")
        db.session.add(feed)
    feed.token_hash, feed.made_at, feed.changed_at = hash_token(token), now, now
    db.session.flush()
    record("feed.made", feed, account_id, now=now)
    return token


def revoke_feed(account_id: UUID, now: datetime) -> None:
    """Said twice, it was once."""
    feed = queries.feed_of(account_id)
    if feed:
        record("feed.revoked", feed, account_id, now=now)
        db.session.delete(feed)


def forget_feed(departure: Departure) -> None:
    """With her last role her calendar reads nothing any more."""
    if departure.last:
        db.session.execute(delete(CalendarFeed).where(CalendarFeed.account_id == departure.account_id))


def note_change(feed_id: UUID, digest: str, now: datetime) -> None:
    """What is read has changed since the last time."""
    which = CalendarFeed.id == feed_id, CalendarFeed.digest != digest
    db.session.execute(update(CalendarFeed).where(*which).values(digest=digest, changed_at=now))
