"""What the list of likely duplicates shows of each pair, and of each merge that can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.db import db
from app.core.htmx import Page
from app.language.words import moment
from app.organizations.places import birth_place_meant
from app.patients.models import LikelyDuplicate, Patient, PatientMerge
from app.patients.words import Banner, banner, likeness_words


@dataclass(frozen=True)
class RecordLine:
    """One record as it is compared; `birth_names`: as on the paper of identity."""

    id: UUID
    person: Banner
    birth_names: str
    birth_place: str


@dataclass(frozen=True)
class PairLine:
    id: UUID
    why: str
    records: tuple[RecordLine, RecordLine]


@dataclass(frozen=True)
class MergeLine:
    """`when`: in words, with who said so."""

    id: UUID
    kept: str
    absorbed: str
    when: str
    by: str


@dataclass(frozen=True)
class DuplicatesPage(Page):
    """`mistake`: the pair of which no record was chosen."""

    template = "supervision/duplicates.html"

    pairs: Sequence[PairLine]
    merges: Sequence[MergeLine]
    mistake: UUID | None


def record_line(patient: Patient, now: datetime) -> RecordLine:
    names = f"{patient.birth_name.upper()}, {patient.given_names}"
    place = birth_place_meant(patient.birth_place).place
    return RecordLine(patient.id, banner(patient, now), names, place.understood if place else patient.birth_place)


def pair_line(pair: LikelyDuplicate, now: datetime) -> PairLine:
    first, second = (record_line(db.session.get_one(Patient, each), now) for each in (pair.patient_id, pair.other_id))
    return PairLine(pair.id, likeness_words(pair.why.split()), (first, second))


def merge_line(merged: PatientMerge, now: datetime) -> MergeLine:
    kept, absorbed = (db.session.get_one(Patient, each).name for each in (merged.kept_id, merged.absorbed_id))
    return MergeLine(
        merged.id,
        kept,
        absorbed,
        moment(merged.merged_at, now),
        merged.merged_by.name if merged.merged_by else "Relais",
    )
