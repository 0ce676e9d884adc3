"""Verbs on relatives: named, allowed more or less, ended; whom the person trusts; who decides."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update

from app.appointments import spaces
from app.audit.actions import record
from app.consents.agreements import HERSELF, RELATIVE, ConsentWithdrawn, Decider, agree, end_agreements
from app.core.db import db, new_id
from app.documents import actions as documents
from app.documents.actions import DocumentsErased
from app.documents.models import Document
from app.live.actions import changed
from app.patients.models import Patient
from app.relatives.models import Heading, LegalProtection, RelatedPerson, TrustedPerson
from app.relatives.queries import protections_of, relatives_of


@dataclass(frozen=True)
class RelativeSaid:
    """Who she is and how to reach her; `phone` in E.164, empty as the address when not said."""

    name: str
    kinship: str
    phone: str = ""
    email: str = ""


def name(
    patient_id: UUID,
    near: RelativeSaid,
    headings: Collection[str],
    *,
    by: UUID | None,
    now: datetime,
    decider: Decider = HERSELF,
) -> RelatedPerson:
    """The person lets somebody near her read these headings. Said twice, it is one relative. `by`: who writes it down;
    none: herself, in her space."""
    _lock(patient_id)
    if known := next((each for each in relatives_of(patient_id) if _says(each, near)), None):
        allow(known, headings, by=by, now=now)
        return known
    relative = RelatedPerson(id=new_id(), patient_id=patient_id, since=now, named_by_id=by, **vars(near))
    relative.headings = in_order(headings)
    spaces.draw_card(relative)
    db.session.add(relative)
    db.session.flush()
    how = "spoken" if by else "herself"
    agree(patient_id, RELATIVE, how=how, by=by, now=now, about=relative.id, decider=decider)
    record("relative.named", relative, by, now=now, why=_whose(by), headings=" ".join(relative.headings))
    changed("patient", patient_id)
    return relative


def _lock(patient_id: UUID) -> None:
    """Of two who say the same of her at once the second hears the first."""
    db.session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())


def _says(row: object, said: object) -> bool:
    return all(getattr(row, trait) == value for trait, value in vars(said).items())


def in_order(headings: Collection[str]) -> list[str]:
    return [each.value for each in Heading if each in headings]


def allow(relative: RelatedPerson, headings: Collection[str], *, by: UUID | None, now: datetime) -> None:
    """These headings and no others, from the next page on."""
    wanted = in_order(headings)
    if relative.headings != wanted and relative.until is None:
        relative.headings = wanted
        record("relative.changed", relative, by, now=now, why=_whose(by), headings=" ".join(wanted))
        changed("patient", relative.person_id)


def end(relative: RelatedPerson, *, by: UUID | None, now: datetime) -> None:
    """Her link opens nothing from now on. Said twice, it was once."""
    over = update(RelatedPerson).where(RelatedPerson.id == relative.id, RelatedPerson.until.is_(None))
    if not db.session.execute(over.values(until=now, ended_by_id=by).returning(RelatedPerson.id)).first():
        return
    how = "spoken" if by else "herself"
    end_agreements(relative.patient_id, RELATIVE, relative.id, how=how, by=by, now=now)
    record("relative.ended", relative, by, now=now, why=_whose(by))
    for trusted in db.session.scalars(select(TrustedPerson).where(TrustedPerson.related_id == relative.id)).all():
        revoke(trusted, by=by, now=now)
    changed("patient", relative.person_id)


def end_with_agreement(withdrawn: ConsentWithdrawn) -> None:
    """She agrees no more that this relative, or any, reads about her."""
    if withdrawn.scope != RELATIVE:
        return
    hers = RelatedPerson.patient_id == withdrawn.patient_id, RelatedPerson.until.is_(None)
    whom = (RelatedPerson.id == withdrawn.about_id,) if withdrawn.about_id else ()
    for relative in db.session.scalars(select(RelatedPerson).where(*hers, *whom).order_by(RelatedPerson.id)).all():
        end(relative, by=withdrawn.by_id, now=withdrawn.now)


def note_reading(relative: RelatedPerson, headings: Collection[str], *, now: datetime) -> None:
    """Every page that is shown is somebody reading about the person, who reads this line (FACTS_COORDINATION 6)."""
    record("relative.read", relative, now=now, patient=relative.person_id, headings=" ".join(headings))


# ---- the trusted person


def designate(relative: RelatedPerson, on: date, paper: Document | None, *, by: UUID, now: datetime) -> TrustedPerson:
    """In the place of any other: there is one at a time. `paper`: what both signed, kept for its sender until now."""
    standing = TrustedPerson.patient_id == relative.patient_id, TrustedPerson.revoked_at.is_(None)
    former = db.session.scalar(select(TrustedPerson).where(*standing).with_for_update())
    if former:
        revoke(former, by=by, now=now)
    if paper:
        documents.join(paper, "designation", relative.patient_id, now=now)
    trusted = TrustedPerson(
        id=new_id(),
        patient_id=relative.patient_id,
        related_id=relative.id,
        designated_on=on,
        document_id=paper.id if paper else None,
        recorded_by_id=by,
        at=now,
    )
    db.session.add(trusted)
    db.session.flush()
    record("trusted.named", trusted, by, now=now)
    changed("patient", relative.person_id)
    return trusted


def revoke(trusted: TrustedPerson, *, by: UUID | None, now: datetime) -> None:
    """At any time and in any form (L1111-6 CSP). The paper stays: it says what was."""
    over = update(TrustedPerson).where(TrustedPerson.id == trusted.id, TrustedPerson.revoked_at.is_(None))
    if db.session.execute(over.values(revoked_at=now, revoked_by_id=by).returning(TrustedPerson.id)).first():
        record("trusted.revoked", trusted, by, now=now, why=_whose(by))
        changed("patient", trusted.patient_id)


def forget_documents(erased: DocumentsErased) -> None:
    theirs = update(TrustedPerson).where(TrustedPerson.document_id.in_(erased.ids))
    db.session.execute(theirs.values(document_id=None))


# ---- who decides


@dataclass(frozen=True)
class Decides:
    """As `LegalProtection` keeps it."""

    kind: str
    name: str
    since: date
    phone: str = ""
    decides: str = ""
    keeps_secret: bool = False


def note_protection(patient_id: UUID, decides: Decides, *, by: UUID, now: datetime) -> None:
    """Said twice, it was once."""
    _lock(patient_id)
    if any(_says(each, decides) for each in protections_of(patient_id)):
        return
    protection = LegalProtection(id=new_id(), patient_id=patient_id, recorded_by_id=by, at=now, **vars(decides))
    db.session.add(protection)
    db.session.flush()
    record("protection.noted", protection, by, now=now, kind=decides.kind)
    changed("patient", patient_id)


def end_protection(protection: LegalProtection, *, by: UUID, now: datetime) -> None:
    over = update(LegalProtection).where(LegalProtection.id == protection.id, LegalProtection.until.is_(None))
    if db.session.execute(over.values(until=now, ended_by_id=by).returning(LegalProtection.id)).first():
        record("protection.ended", protection, by, now=now, kind=protection.kind)
        changed("patient", protection.patient_id)


def _whose(by: UUID | None) -> str:
    return "patient said" if by else "patient"
