"""What the rooms above know of their letters: the words, the patience, and whom the end concerns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.events import provider
from app.letters.models import Letter, LetterState
from app.letters.rules import CALM, Patience


@dataclass(frozen=True)
class Words:
    """What a letter says. `subject`: of a mail. `report`: where a gateway may tell what became of an SMS."""

    text: str
    subject: str = ""
    report: str = ""


@dataclass(frozen=True)
class Ending:
    """What became of a letter in the end; `status` is the server's last answer, if there was one."""

    letter_id: UUID
    subject_id: UUID
    state: LetterState
    attempts: int
    status: int | None
    at: datetime


@provider
def language_at(address: str) -> str | None:
    """In which language the person reads whose address this is; none: nobody knows."""
    return None


Composer = Callable[[Letter, datetime], Words | None]
"""The words of a letter that is about to leave, and when; None when nobody needs it any more."""


@dataclass(frozen=True)
class LetterKind:
    """`settled` is told the end, in the transaction that writes it."""

    compose: Composer
    patience: Patience = CALM
    settled: Callable[[Ending], None] | None = None


_kinds: dict[str, LetterKind] = {}


def register(names: Iterable[str], kind: LetterKind) -> None:
    _kinds.update(dict.fromkeys(map(str, names), kind))


def kind_of(name: str) -> LetterKind:
    """One of a version that is no longer here cannot be composed, and waits for its end."""
    return _kinds.get(name) or LetterKind(_unknown)


def _unknown(letter: Letter, _now: datetime) -> Words | None:
    raise LookupError(letter.kind)
