"""Accounts, what they may do where, and the means by which they sign in."""

import enum
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Identified, Model, Named, text_enum


class Role(enum.StrEnum):
    """What a person does in an organization; the words of the screens are in `docs/glossary.md`."""

    REQUESTER = "requester"
    PRACTITIONER = "practitioner"
    COORDINATOR = "coordinator"
    CASE_MANAGER = "case-manager"
    SENIOR_DOCTOR = "senior-doctor"
    ADMINISTRATOR = "administrator"


REQUESTERS = (Role.REQUESTER, Role.CASE_MANAGER, Role.PRACTITIONER)
"""Who may ask for care, each for the organizations where they are so."""


ROLE = text_enum(Role, 20)

KEEPERS = (Role.ADMINISTRATOR, Role.COORDINATOR)
"""An organization must never be without the last of them: nobody could give access, or take over an unanswered need."""

GRANTS = {
    Role.ADMINISTRATOR: frozenset(Role),
    Role.COORDINATOR: frozenset({Role.REQUESTER, Role.PRACTITIONER, Role.CASE_MANAGER, Role.SENIOR_DOCTOR}),
}


class Account(Identified, Named, Model):
    """A person who can sign in. Flask-Login reads the `is_…` facts."""

    __tablename__ = "account"

    email: Mapped[str] = mapped_column(unique=True)  # lower case
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    language: Mapped[str | None]  # as `language.phrases`; none: she never said, and her browser does
    answers_from_lock_screen: Mapped[bool] = mapped_column(default=True)
    persona: Mapped[str | None] = mapped_column(unique=True)  # demonstration people only

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="account", lazy="selectin", cascade="all, delete-orphan"
    )

    is_authenticated = True
    is_anonymous = False
    sign_in_token = ""  # no column: set while signing in, so that the session keeps the token and not the id
    only_at = cast("UUID | None", None)  # no column: set at a shared tablet, see `memberships_here`

    def get_id(self) -> str:
        """What Flask-Login keeps in the session cookie."""
        return self.sign_in_token

    @property
    def is_active(self) -> bool:
        """Whoever left the last organization has nothing to do here any more."""
        return self.active and bool(self.memberships_here)

    @property
    def memberships_here(self) -> list["Membership"]:
        """The roles that count on this browser: all of them, or at a shared tablet the one that goes with it."""
        if self.only_at is None:
            return self.memberships
        return [m for m in self.memberships if (m.organization_id, m.role) == (self.only_at, Role.REQUESTER)]

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(membership.role for membership in self.memberships_here)

    @property
    def is_alerted(self) -> bool:
        """Does Relais tell her anything on her phone? Whoever only administers is told nothing."""
        return self.roles != {Role.ADMINISTRATOR}

    def may_grant(self, organization_id: UUID) -> frozenset[Role]:
        """The roles this person may give to others in that organization; none elsewhere than at home."""
        mine = (m.role for m in self.memberships_here if m.organization_id == organization_id)
        return frozenset().union(*(GRANTS.get(role, frozenset()) for role in mine))

    def organizations(self, *roles: Role) -> list[UUID]:
        """Ids of the organizations where this person holds one of `roles` (any role when none is named)."""
        return [m.organization_id for m in self.memberships_here if not roles or m.role in roles]


class Membership(Identified, Model):
    """One role of one person in one organization."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("account_id", "organization_id", "role"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    role: Mapped[Role] = mapped_column(ROLE)

    account: Mapped[Account] = relationship(back_populates="memberships")


class Passkey(Identified, Model):
    """A public key of the person's phone, tablet or security key (WebAuthn)."""

    __tablename__ = "passkey"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    synced: Mapped[bool]  # False: this device only, and then a sign count that goes back is a copy
    transports: Mapped[list[str]]
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class Ceremony(enum.StrEnum):
    """What a browser may be asked to prove; the answer to one is never accepted in another."""

    ENROLMENT = "enrolment"
    SIGN_IN = "sign-in"
    PROOF = "proof"
    PRO_SANTE_SIGN_IN = "pro-sante-sign-in"
    PRO_SANTE_PROOF = "pro-sante-proof"


class PasskeyLetter(enum.StrEnum):
    """What a mail tells about one's keys; its words are in `mails.py`."""

    ADDED = "passkey-added"
    REMOVED = "passkey-removed"


class PasskeyChallenge(Identified, Model):
    """What one browser was asked to sign, or to bring back from Pro Santé Connect.

    Its session holds the id, and taking the row uses it up.
    """

    __tablename__ = "passkey_challenge"

    ceremony: Mapped[Ceremony] = mapped_column(text_enum(Ceremony, 20))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))  # who is asked; none at sign-in
    challenge: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignIn(Identified, Model):
    """One signed-in browser. The cookie holds the token, this row its hash: ending it ends access at once.

    `last_seen_at` is noted once a minute at most, after the answer has left, so that looking costs no write.
    """

    __tablename__ = "sign_in"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]  # none: not since `created_at`
    proven_at: Mapped[datetime | None]  # the last time the person showed a passkey here
    device: Mapped[str] = mapped_column(default="")  # "Chrome sur Android"; empty when the browser hides it
    only_at_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organization.id")
    )  # a tablet's ward: see `Account.memberships_here`
    must_read: Mapped[bool] = mapped_column(default=False)  # she took the tablet over, and has not read what changed

    account: Mapped[Account] = relationship(lazy="joined")

    @property
    def seen_at(self) -> datetime:
        return self.last_seen_at or self.created_at
