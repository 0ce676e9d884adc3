"""What the rooms above registered: whom to tell, in the same transaction, and what only they know."""

from collections.abc import Callable, Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.letters.rules import is_mobile
from app.push.models import Alert

Listener = Callable[[UUID], None]
NumbersOf = Callable[[Collection[UUID]], Mapping[UUID, str]]
UsefulOf = Callable[[Collection[UUID]], Collection[UUID]]

_on_received: list[Listener] = []
_on_lost: list[Listener] = []
_on_carried: list[Listener] = []
_numbers_of: list[NumbersOf] = []
_useful_of: list[UsefulOf] = []


def on_received(listener: Listener) -> Listener:
    """Register what must also happen, in the same transaction, when a phone has a message about a subject."""
    return _register(_on_received, listener)


def on_lost(listener: Listener) -> Listener:
    """The same for when a message about a subject fails or expires: its person may not be reached."""
    return _register(_on_lost, listener)


def on_carried(listener: Listener) -> Listener:
    """The same for when a mail or an SMS about a subject has left, has arrived, or cannot."""
    return _register(_on_carried, listener)


def find_numbers(numbers_of: NumbersOf) -> None:
    """Let `numbers_of(account_ids)` say where people's SMS go; the rooms above know, this one does not."""
    _numbers_of[:] = [numbers_of]


def find_useful(useful_of: UsefulOf) -> None:
    """Let `useful_of(subject_ids)` say which of these alerts were worth ringing for."""
    _useful_of[:] = [useful_of]


def mobiles_of(account_ids: Collection[UUID]) -> dict[UUID, str]:
    """The mobile numbers (E.164) of those of these people of whom one is known."""
    found: dict[UUID, str] = {}
    for numbers_of in _numbers_of if account_ids else []:
        found |= {account_id: number for account_id, number in numbers_of(account_ids).items() if is_mobile(number)}
    return found


def useful_among(subject_ids: Collection[UUID]) -> set[UUID]:
    return {subject for useful_of in _useful_of for subject in useful_of(subject_ids)}


def tell_received(subject_id: UUID) -> None:
    _tell(_on_received, [subject_id])


def tell_carried(subject_id: UUID) -> None:
    _tell(_on_carried, [subject_id])


def tell_lost(subject_ids: Iterable[UUID]) -> None:
    _tell(_on_lost, list(subject_ids))


def _register(listeners: list[Listener], listener: Listener) -> Listener:
    if listener not in listeners:
        listeners.append(listener)
    return listener


def _tell(listeners: list[Listener], subject_ids: list[UUID]) -> None:
    """What becomes of a digest becomes of all that it announced."""
    behind = db.session.scalars(select(Alert.subject_id).where(Alert.digest_id.in_(subject_ids))).all()
    for subject_id in (*subject_ids, *behind):
        for listener in listeners:
            listener(subject_id)
