"""Which assessments somebody may read."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.accounts.models import REQUESTERS, Account
from app.assessments.models import Assessment
from app.consents.objections import keeps_the_team_apart
from app.core.db import db
from app.organizations.models import Organization

WITHOUT_SECRETS_OF_HEALTH = ("equipment", "home-help")
"""Kinds of organizations whose people come to a home to help or to deliver, and read nothing of health
(FACTS_COORDINATION, check 35)."""


def places_of_care(account: Account) -> Sequence[Organization]:
    """Where this person works and may read and write assessments."""
    mine = select(Organization).where(
        Organization.id.in_(account.organizations(*REQUESTERS)), Organization.kind.not_in(WITHOUT_SECRETS_OF_HEALTH)
    )
    return db.session.scalars(mine.order_by(Organization.name)).all()


def assessments_of(patient_id: UUID, account: Account) -> Sequence[Assessment]:
    who = joinedload(Assessment.author).lazyload(Account.memberships), joinedload(Assessment.organization)
    hers = readable(patient_id, account, apart=keeps_the_team_apart(patient_id))
    return db.session.scalars(hers.options(*who)).all()


def assessment_of(patient_id: UUID, assessment_id: UUID, account: Account) -> Assessment | None:
    hers = readable(patient_id, account, apart=keeps_the_team_apart(patient_id))
    return db.session.scalar(hers.where(Assessment.id == assessment_id))


def last_gir(patient_id: UUID, account: Account, *, apart: bool) -> Assessment | None:
    """The last AGGIR that counts, for the page on which everybody who cares for her meets."""
    standing = readable(patient_id, account, apart=apart)
    return db.session.scalar(standing.where(Assessment.withdrawn_at.is_(None), Assessment.grid == "aggir").limit(1))


def readable(patient_id: UUID, account: Account, *, apart: bool) -> Select[Assessment]:
    """The newest first. `apart`: she keeps the team apart, so only those of one's own house."""
    hers = select(Assessment).where(Assessment.patient_id == patient_id).order_by(Assessment.at.desc())
    return hers.where(Assessment.organization_id.in_(account.organizations(*REQUESTERS))) if apart else hers
