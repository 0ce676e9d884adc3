"""What the answer of a mail server or of an SMS gateway means for a letter."""

import enum
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from app.core.rules import backoff

MOBILE = re.compile(
    r"\+33[67]\d{8}|\+262(639|692|693|709)\d{6}|\+590(690|691|709)\d{6}|\+594(694|709)\d{6}|\+596(696|697|709)\d{6}"
)


class Medium(enum.StrEnum):
    """By what a letter travels (FHIR: ContactPoint.system)."""

    EMAIL = "email"
    SMS = "sms"


class AttemptStage(enum.StrEnum):
    """How far an attempt came before it failed."""

    WORDS = "words"  # ours: what it says could not be composed
    NAME = "name"  # the server's name leads nowhere
    CONNECTION = "connection"  # it does not answer, or hung up
    TLS = "tls"
    SIGN_IN = "sign-in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    GATEWAY = "gateway"  # the SMS gateway answered, and did not take it


SERVER_AWAY = frozenset({AttemptStage.NAME, AttemptStage.CONNECTION, AttemptStage.TLS, AttemptStage.SIGN_IN})
"""Where it says nothing of this letter: the next one would fare no better."""


@dataclass(frozen=True)
class LetterOutcome:
    """What came of one attempt. No `stage`: it was taken. `status` is SMTP's or HTTP's; `said`, in the server's own
    words, may name the address: it is shown to the operator who tries, never kept nor logged."""

    stage: AttemptStage | None = None
    status: int | None = None
    retry_after: str = ""
    said: str = ""

    @property
    def taken(self) -> bool:
        return self.stage is None

    @property
    def final(self) -> bool:
        """The same letter would be refused for ever: 5yz about it (RFC 5321 §4.2.1), or a gateway that says so.

        A refused sign-in or sender is the operator's to mend, and then all that waits can leave.
        """
        if self.stage is AttemptStage.GATEWAY:
            return not (self.status in (408, 429) or (self.status or 0) >= 500)
        return self.stage in (AttemptStage.RECIPIENT, AttemptStage.MESSAGE) and (self.status or 0) >= 500

    @property
    def trouble(self) -> str:
        """`recipient 550`, `connection`: what may be kept of a failure; empty when it was taken."""
        return " ".join(str(part) for part in (self.stage, self.status) if part) if self.stage else ""


@dataclass(frozen=True)
class Patience:
    """How long to wait between two tries, and after how many of them another way is better (none: until it ends)."""

    first: timedelta
    longest: timedelta
    tries: int | None = None


CALM = Patience(timedelta(minutes=1), timedelta(hours=1))
"""An invitation lives a day: a mail server that comes back is found within the hour."""

URGENT = Patience(timedelta(seconds=2), timedelta(minutes=1), tries=3)
"""Somebody waits for an answer. Three tries, as a gateway that never answers may have sent the SMS all the same, and
each is paid for."""


@dataclass(frozen=True)
class LetterVerdict:
    """The letter's next state, and its `due_at` when it is pending again."""

    state: Literal["pending", "sent", "failed", "expired"]
    due_at: datetime | None = None


def after(
    outcome: LetterOutcome, patience: Patience, *, attempts: int, now: datetime, expires_at: datetime
) -> LetterVerdict:
    """What becomes of a letter after its `attempts`-th attempt.

    | answer                                                    | state                                        |
    |-----------------------------------------------------------|----------------------------------------------|
    | taken                                                     | sent                                         |
    | mail: address or message refused for good (5yz)           | failed                                       |
    | mail: for now (4yz), sign-in or sender refused, no answer | pending, later each time; failed after tries |
    | SMS: 429                                                  | pending, after Retry-After                   |
    | SMS: 408, 5xx, no answer                                  | pending, later each time; failed after tries |
    | SMS: redirect, 400, 401, 402, …                           | failed                                       |

    Pending becomes expired when the next try would come when it ends, or after.
    """
    if outcome.taken:
        return LetterVerdict("sent")
    asked_to_wait = outcome.stage is AttemptStage.GATEWAY and outcome.status == 429
    given_up = patience.tries is not None and attempts >= patience.tries and not asked_to_wait
    if outcome.final or given_up:
        return LetterVerdict("failed")
    wait = asked_wait(outcome.retry_after, now) or backoff(attempts, first=patience.first, longest=patience.longest)
    return LetterVerdict("pending", now + wait) if now + wait < expires_at else LetterVerdict("expired")


def is_mobile(number: str) -> bool:
    """Whether an SMS can reach this French number in E.164, overseas ones included (ARCEP's numbering plan)."""
    return bool(MOBILE.fullmatch(number))


def is_address(text: str) -> bool:
    """Whether a mail can be addressed so (RFC 5321); whether it arrives is another matter."""
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def asked_wait(retry_after: str, now: datetime) -> timedelta | None:
    """Retry-After in seconds or as an HTTP date (RFC 9110 §10.2.3); None when absent, senseless or past."""
    if re.fullmatch(r"\d{1,8}", retry_after, re.ASCII):
        wait = timedelta(seconds=int(retry_after))
    else:
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return wait if wait > timedelta(0) else None
