"""What the person agreed to: given, withdrawn, and what follows at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.audit.actions import record
from app.consents.models import Consent
from app.core.db import db
from app.core.events import announce
from app.live.actions import changed
from app.patients.models import Cause
from app.patients.relations import end_all_but

SHARING, CIRCLE, RELATIVE, FOLDER = "sharing", "circle", "relative", "folder"
"""Scopes: the request may be shown to professionals and the identity to the one who accepts; a usual professional is
noted and finds her; a relative reads what she allows; the team of her coordination folder shares it."""

REFUSED = "refused"


@dataclass(frozen=True)
class Decider:
    """Who decided: she herself, or somebody for her (`words.DECIDERS`), by name."""

    kind: str = "herself"
    name: str = ""


HERSELF = Decider()


@dataclass(frozen=True)
class ConsentWithdrawn:
    """What rested on this agreement ends, in the same transaction. `about_id`: for whom it was, where it was for one;
    `by_id`: who wrote it down; none: she did, in her space."""

    patient_id: UUID
    scope: str
    about_id: UUID | None
    by_id: UUID | None
    now: datetime


def agree(
    patient_id: UUID,
    scope: str,
    *,
    how: str,
    by: UUID | None,
    now: datetime,
    about: UUID | None = None,
    decider: Decider = HERSELF,
) -> None:
    """Keep the patient's agreement as a dated act. `by`: none when she said it herself in her space."""
    db.session.add(
        Consent(
            patient_id=patient_id,
            scope=scope,
            given_how=how,
            recorded_by=by,
            at=now,
            about_id=about,
            decided_by=decider.kind,
            decided_name=decider.name or None,
        )
    )


def consents_of(patient_id: UUID) -> Sequence[Consent]:
    """The latest first, those that were withdrawn or refused too."""
    who = joinedload(Consent.author).lazyload(Account.memberships)
    mine = select(Consent).where(Consent.patient_id == patient_id).options(who)
    return db.session.scalars(mine.order_by(Consent.at.desc(), Consent.id.desc()).limit(100)).all()


def withdraw(consent: Consent, *, how: str, by: UUID | None, now: datetime) -> None:
    """She takes it back, at any time and without a reason. Every agreement of the same scope and for the same one ends
    with it, or an older one would still say yes."""
    if end_agreements(consent.patient_id, consent.scope, consent.about_id, how=how, by=by, now=now):
        why = "patient said" if by else "patient"
        record("consent.withdrawn", consent, by, now=now, why=why, scope=consent.scope)
        if consent.scope == SHARING:
            end_all_but(consent.patient_id, Cause.ACCEPTANCE, (), until=now)
        announce(ConsentWithdrawn(consent.patient_id, consent.scope, consent.about_id, by, now))


def end_agreements(
    patient_id: UUID, scope: str, about: UUID | None, *, how: str, by: UUID | None, now: datetime
) -> bool:
    """They count no more, because she said so or because what rested on them is over. False when none was left."""
    same = (
        Consent.patient_id == patient_id,
        Consent.scope == scope,
        Consent.about_id.is_not_distinct_from(about),
        Consent.withdrawn_at.is_(None),
        Consent.given_how != REFUSED,
    )
    db.session.flush()
    over = update(Consent).where(*same).values(withdrawn_at=now, withdrawn_how=how, withdrawn_by_id=by)
    changed("patient", patient_id)
    return db.session.execute(over.returning(Consent.id)).first() is not None
