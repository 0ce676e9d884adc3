"""What is under way between a person and an organization: an invitation, a way back in, another address."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import ROLE, Account, Role
from app.core.db import Identified, Model, Named, text_enum
from app.membership.codes import ADDRESS_CODE, INVITATION_CODE, CodedAction


class Invitation(CodedAction, Named, Model):
    """An organization proposes a role: a link and a code, mailed or shown on a screen.

    The role is held from its use on, not before (decision 0019). Whoever never came in enrols her first passkey with
    it; whoever did shows hers. Email and names are as they were typed; the names become the account's when somebody
    first comes in as this person. After lost passkeys (`recovery_id`) it proposes no role.

    When the passkeys were lost, the code is not in the mail: an administrator gives it (`Recovery`).
    """

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint("(organization_id IS NULL) = (role IS NULL)", name="role_has_place"),)

    purpose = INVITATION_CODE

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    role: Mapped[Role | None] = mapped_column(ROLE)
    email: Mapped[str]  # lower case
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    recovery_id: Mapped[UUID | None] = mapped_column(ForeignKey("recovery.id"), unique=True)
    invited_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # none: the operator, or the house
    shown_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # on whose screen it is; none: mailed

    account: Mapped[Account] = relationship(foreign_keys=[account_id], lazy="joined")

    @property
    def answered_at(self) -> datetime | None:
        return self.used_at or self.declined_at


class RecoveryOutcome(enum.StrEnum):
    """How a recovery ended."""

    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class MembershipLetter(enum.StrEnum):
    """What a mail brings; its words are in `mails.py`. Only the first three open something."""

    INVITATION = "invitation"
    RECOVERY_INVITATION = "recovery-invitation"  # its code is in no mail
    ADDRESS_CODE = "address-code"
    RECOVERY_ASKED = "recovery-asked"
    RECOVERY_CONFIRMED = "recovery-confirmed"
    RECOVERY_CANCELLED = "recovery-cancelled"
    RECOVERED = "recovered"
    ACCESS_REFUSED = "access-refused"
    ACCESS_KNOWN = "access-known"
    EMAIL_CHANGED = "email-changed"
    ACCOUNT_CLOSED = "account-closed"
    JOINED = "joined"


class Recovery(Identified, Model):
    """A way back in for a person who lost every passkey, by two administrators and a day of waiting.

    Whoever holds her mailbox alone, or one administrator alone, gets nowhere (ASVS 6.4.4).
    """

    __tablename__ = "recovery"
    __table_args__ = (
        CheckConstraint("confirmed_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("asked_by_id <> account_id AND confirmed_by_id <> account_id", name="by_others"),
        Index(
            "uq_recovery_running",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_because: Mapped[str]
    asked_at: Mapped[datetime]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    confirmed_because: Mapped[str | None]
    opens_at: Mapped[datetime | None] = mapped_column(index=True)  # none until all who must have confirmed
    ended_at: Mapped[datetime | None]  # used, cancelled or too old
    outcome: Mapped[RecoveryOutcome | None] = mapped_column(text_enum(RecoveryOutcome, 20))

    account: Mapped[Account] = relationship(foreign_keys=[account_id], lazy="joined")
    asked_by: Mapped[Account] = relationship(foreign_keys=[asked_by_id])
    confirmed_by: Mapped[Account | None] = relationship(foreign_keys=[confirmed_by_id])
    words: Mapped[list["RecoveryWord"]] = relationship(lazy="selectin")


class RecoveryWord(Identified, Model):
    """What another organization of the person says of her recovery: it is she. Without it nothing opens there."""

    __tablename__ = "recovery_word"
    __table_args__ = (UniqueConstraint("recovery_id", "organization_id"),)

    recovery_id: Mapped[UUID] = mapped_column(ForeignKey("recovery.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # none: the operator, where nobody administers
    because: Mapped[str]
    at: Mapped[datetime]


class EmailChange(CodedAction, Model):
    """A new address that a person gave for her account, until its code comes back."""

    __tablename__ = "email_change"

    purpose = ADDRESS_CODE

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), unique=True)  # a newer one takes its place
    email: Mapped[str]  # lower case
