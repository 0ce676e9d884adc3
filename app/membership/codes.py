"""Six digits that open something: mailed, said aloud or shown on a screen, and good for five tries."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified
from app.core.tokens import keyed_hashes, same_as_one
from app.membership.rules import accepts_codes, six_digits

INVITATION_CODE, ADDRESS_CODE = "invitation-code", "address-code"
"""What a code is for: the same row has another code for another purpose."""


def codes_of(purpose: str, action_id: UUID) -> list[str]:
    """Computed again when needed, and stored nowhere: from the id under every key of the keyring, the present one
    first, so that a code given before a rotation still opens."""
    return [six_digits(digest) for digest in keyed_hashes(purpose, str(action_id))]


class CodedAction(Identified):
    """What waits for its code. Wrong ones count, whoever types them."""

    purpose: ClassVar[str]
    attempts: Mapped[int] = mapped_column(CheckConstraint("attempts BETWEEN 0 AND 5", name="attempts"), default=0)
    expires_at: Mapped[datetime]

    @property
    def answered_at(self) -> datetime | None:
        """From then on no code opens it any more."""
        return None

    @property
    def code(self) -> str:
        return codes_of(self.purpose, self.id)[0]

    def takes_codes(self, now: datetime) -> bool:
        return accepts_codes(self.answered_at, self.expires_at, self.attempts, now)

    def is_opened_by(self, code: str, now: datetime) -> bool:
        """Asked of a locked row: of a hundred wrong codes at once five are tried."""
        if not self.takes_codes(now):
            return False
        right = same_as_one(code, codes_of(self.purpose, self.id))
        self.attempts += not right
        return right
