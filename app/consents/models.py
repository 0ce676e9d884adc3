"""What the person agreed to, and what she refuses."""

import enum
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.directory.models import Practitioner
from app.organizations.models import Organization


class Consent(Identified, Model):
    """The patient's agreement, by any means (L1110-4 III CSP, FACTS 4.6): to what, for whom, how and when it was given,
    who decided and who wrote it down; and the same of its withdrawal, which she may say at any time.

    `scope`: of `consents`. `given_how`, `withdrawn_how`: spoken, paper or herself; `refused`: she said no.
    `about_id`: for whom, where the agreement is for somebody: a professional of her circle, a relative.
    `decided_by`: herself, or a kind of `LegalProtection`, and then `decided_name` says who. `recorded_by`: none when
    she said it herself in her space.
    """

    __tablename__ = "consent"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    scope: Mapped[str]
    given_how: Mapped[str]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    about_id: Mapped[UUID | None]
    decided_by: Mapped[str] = mapped_column(default="herself")
    decided_name: Mapped[str | None] = mapped_column(Sealed)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_how: Mapped[str | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    author: Mapped[Account | None] = relationship(foreign_keys=[recorded_by])


class Refusing(enum.StrEnum):
    """Whom the person does not want to see her (L1110-4 IV, L1110-12 CSP: she may object at any time)."""

    SOMEBODY = "somebody"  # one named professional
    PLACE = "place"  # one organization, with everybody who works there
    ALL_BUT_CIRCLE = "all-but-circle"  # everybody who does not usually care for her
    TEAM = "team"  # each sees what she does herself, and nothing of the others
    NEW_USE = "new-use"  # nothing new is done with her record (GDPR article 18); it stays readable


class Objection(Identified, Model):
    """The person's own word against an access: it stands above every relation, from now until she lifts it.

    `account_id`, `practitioner_id`: the same professional as who signs in and as who is asked, where she is both.
    `recorded_by_id`, `lifted_by_id`: whose act it was; none: hers, in her space.
    """

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint(
            "(refused = 'place') = (organization_id IS NOT NULL) AND "
            "(refused = 'somebody') = (account_id IS NOT NULL OR practitioner_id IS NOT NULL)",
            name="names_whom",
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    refused: Mapped[Refusing] = mapped_column(text_enum(Refusing, 20))
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    practitioner_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime]
    told_how: Mapped[str]  # spoken, paper or herself
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    until: Mapped[datetime | None]
    lifted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    organization: Mapped[Organization | None] = relationship()
    practitioner: Mapped[Practitioner | None] = relationship()
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
