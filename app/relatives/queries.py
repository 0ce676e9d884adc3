"""Reads of relatives, of whom the person trusts, and of who decides."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.models import Account
from app.core.db import db
from app.core.tokens import hash_token
from app.documents.models import Document
from app.patients.queries import may_open
from app.relatives.models import LegalProtection, RelatedPerson, TrustedPerson


def relatives_of(patient_id: UUID) -> Sequence[RelatedPerson]:
    """Those of today, the first named first."""
    theirs = select(RelatedPerson).where(RelatedPerson.patient_id == patient_id, RelatedPerson.until.is_(None))
    who = joinedload(RelatedPerson.named_by).lazyload(Account.memberships)
    return db.session.scalars(theirs.order_by(RelatedPerson.id).options(who)).all()


def relative_of(patient_id: UUID, relative_id: UUID, *, ended: bool = False) -> RelatedPerson | None:
    """One of today; `ended`: or of former days."""
    relative = db.session.get(RelatedPerson, relative_id)
    if relative is None or relative.patient_id != patient_id:
        return None
    return relative if ended or relative.until is None else None


def names_among(ids: Collection[UUID]) -> dict[UUID, str]:
    """By id, also of those who read no more."""
    found = db.session.scalars(select(RelatedPerson).where(RelatedPerson.id.in_(ids))).all() if ids else ()
    return {each.id: each.name for each in found}


def by_link(token: str) -> RelatedPerson | None:
    """Whose link this is, as long as she may read. One indexed look-up by hash, nothing to time."""
    links = select(RelatedPerson).where(RelatedPerson.token_hash == hash_token(token), RelatedPerson.until.is_(None))
    return db.session.scalar(links)


def trusted_by(patient_id: UUID) -> TrustedPerson | None:
    who = joinedload(TrustedPerson.related), joinedload(TrustedPerson.recorded_by).lazyload(Account.memberships)
    standing = TrustedPerson.patient_id == patient_id, TrustedPerson.revoked_at.is_(None)
    return db.session.scalar(select(TrustedPerson).where(*standing).options(*who))


def protections_of(patient_id: UUID) -> Sequence[LegalProtection]:
    """Who decides with or for her today, the first noted first."""
    mine = LegalProtection.patient_id == patient_id, LegalProtection.until.is_(None)
    who = joinedload(LegalProtection.recorded_by).lazyload(Account.memberships)
    return db.session.scalars(select(LegalProtection).where(*mine).order_by(LegalProtection.id).options(who)).all()


def protection_of(patient_id: UUID, protection_id: UUID) -> LegalProtection | None:
    found = db.session.get(LegalProtection, protection_id)
    return found if found and found.patient_id == patient_id else None


def may_open_designation(account: Account, document_id: UUID) -> bool:
    """The paper by which somebody is trusted is for whoever may open the person."""
    named = select(TrustedPerson.patient_id).where(TrustedPerson.document_id == document_id)
    patient_id = db.session.scalar(named)
    return patient_id is not None and may_open(account, patient_id, clock.now())


def documents_of(patient_id: UUID) -> Sequence[Document]:
    """What was joined to her care, the newest first."""
    mine = Document.patient_id == patient_id, Document.waits.is_(False), Document.scan_at.is_(None)
    return db.session.scalars(select(Document).where(*mine).order_by(Document.id.desc()).limit(50)).all()


def document_of(patient_id: UUID, document_id: UUID) -> Document | None:
    mine = Document.patient_id == patient_id, Document.waits.is_(False), Document.scan_at.is_(None)
    return db.session.scalar(select(Document).where(Document.id == document_id, *mine))
