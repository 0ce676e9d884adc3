"""A need of one patient, what binds the needs of one event, and every move they made."""

import json
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.care_requests.rules import State, Verb
from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.documents.models import Document
from app.language.phrases import later
from app.organizations.models import Commune, Organization
from app.pathways.library import version
from app.pathways.schema import Pathway, Reason, Search
from app.patients.models import Patient
from app.stays.models import Stay

NOBODY = later("Sans patient")


class Episode(Identified, Model):
    """What binds the requests of one event: the needs of a discharge, the parts of a plan that several share."""

    __tablename__ = "episode"

    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    created_at: Mapped[datetime]


class FollowsPathway:
    """A need under the rules of its pathway as they were when the request was started."""

    pathway_version_id: Any
    reason: Any

    @property
    def rulebook(self) -> Pathway:
        return version(self.pathway_version_id)

    @property
    def search(self) -> Search:
        """How somebody is looked for."""
        return self.rulebook.search_for(self.reason)

    @property
    def need(self) -> Reason:
        return self.rulebook.reason(self.reason)


class CareRequest(FollowsPathway, Identified, Model):
    """One need. `next_move_at` is when someone must act on it by itself; no searching request is without one.

    `pathway` names the kind of request, `rulebook` is that pathway as it was when the request was started.
    `answer_by`: when the search ends; `window_start`, `window_end`: when the care is wanted; `visits`: each of them,
    as `rules.Visit` writes it, none for a single one. `split_from_id`: the request of which this one is the rest.
    `rhythm`: of a plan without an end, as `rules.Rhythm` writes it; it is written on at `more_at`, and `review_on` is
    the day on which somebody says whether the care goes on.
    `stay_id`: the stay in hospital for which it is suspended, whatever its state: it goes on from there afterwards.
    """

    __tablename__ = "care_request"
    __table_args__ = (
        CheckConstraint("state <> 'searching' OR next_move_at IS NOT NULL", name="searching_has_next_move"),
        CheckConstraint(
            "state NOT IN ('accepted', 'scheduled', 'started', 'done') OR performer_id IS NOT NULL",
            name="taken_has_performer",
        ),
        CheckConstraint("state <> 'unanswered' OR coordinator_id IS NOT NULL", name="unanswered_has_human"),
        CheckConstraint("state <> 'draft' OR decider_id IS NOT NULL", name="draft_has_decider"),
        CheckConstraint("(rhythm IS NULL) = (review_on IS NULL)", name="endless_has_review"),
        CheckConstraint("stay_id IS NULL OR state NOT IN ('draft', 'done', 'cancelled')", name="suspended_is_open"),
        Index("ix_care_request_due", "state", "next_move_at"),
        Index("ix_care_request_start", "state", "start_by"),
        # Past requests outnumber the open ones a thousand to one: every list of open ones begins by their state.
        Index("ix_care_request_followed", "organization_id", "created_at"),
        Index("ix_care_request_open", "organization_id", "state"),
        Index("ix_care_request_board", "commune_code", "state"),
    )

    pathway: Mapped[str]
    pathway_version_id: Mapped[UUID] = mapped_column(ForeignKey("pathway_version.id"))
    episode_id: Mapped[UUID] = mapped_column(ForeignKey("episode.id"), index=True)
    split_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_request.id"), index=True)
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("patient.id"), index=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    profession: Mapped[Profession] = mapped_column(text_enum(Profession))
    reason: Mapped[str]
    urgent: Mapped[bool]
    answers_text: Mapped[str | None] = mapped_column(Sealed)  # JSON, by question
    note: Mapped[str] = mapped_column(Sealed)
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"))
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    visits: Mapped[list[str]]
    rhythm: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    review_on: Mapped[date | None]
    more_at: Mapped[datetime | None] = mapped_column(index=True)
    chosen_role_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner_role.id"))
    state: Mapped[State] = mapped_column(text_enum(State))
    answer_by: Mapped[datetime]
    next_move_at: Mapped[datetime | None]
    performer_id: Mapped[UUID | None] = mapped_column(ForeignKey("practitioner_role.id"), index=True)
    coordinator_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    decider_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    start_by: Mapped[datetime | None]  # without a beginning of care by then, the one who asked is told
    late_at: Mapped[datetime | None]  # and was
    stay_id: Mapped[UUID | None] = mapped_column(ForeignKey("stay.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    patient: Mapped[Patient | None] = relationship()
    organization: Mapped[Organization] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    commune: Mapped[Commune] = relationship()
    performer: Mapped[PractitionerRole | None] = relationship(foreign_keys=[performer_id])
    chosen: Mapped[PractitionerRole | None] = relationship(foreign_keys=[chosen_role_id])
    coordinator: Mapped[Account | None] = relationship(foreign_keys=[coordinator_id])
    decider: Mapped[Account | None] = relationship(foreign_keys=[decider_id])
    stay: Mapped[Stay | None] = relationship()
    steps: Mapped[list["Step"]] = relationship(order_by="Step.id", viewonly=True)

    @property
    def answers(self) -> dict[str, Any]:
        """By question: a slug, a list of slugs, a number or a text."""
        return cast(dict[str, Any], json.loads(self.answers_text or "{}"))

    @property
    def answer_due(self) -> datetime | None:
        """Until when the pathway waits for an answer, as long as one is awaited."""
        return self.answer_by if self.state in (State.DRAFT, State.SEARCHING, State.UNANSWERED) else None

    @property
    def place(self) -> str:
        """Where the care is wanted."""
        return self.commune.name

    @property
    def about(self) -> str:
        """Whom it is about, for those who may know."""
        return self.patient.name if self.patient else NOBODY


class Step(Identified, Model):
    """One move or one thing worth remembering. `state` is what the request became, none when it did not move."""

    __tablename__ = "care_request_step"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    state: Mapped[State | None] = mapped_column(text_enum(State))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str]
    detail: Mapped[str]


class CareTask(Identified, Model):
    """Something that a named side must do after an acceptance, by a date; `owner`: performer or requester."""

    __tablename__ = "care_task"
    __table_args__ = (Index("ix_care_task_due", "done_at", "reminded_at", "due_at"),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    slug: Mapped[str]
    label: Mapped[str]
    owner: Mapped[str]
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    request: Mapped[CareRequest] = relationship()
    done_by: Mapped[Account | None] = relationship()


class InformationCopy(Identified, Model):
    """News of a request for the patient's usual professional, that expects no answer."""

    __tablename__ = "information_copy"
    __table_args__ = (Index("ix_information_copy_unread", "practitioner_id", "read_at"),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey("care_request.id"), index=True)
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioner.id"))
    on: Mapped[str]  # accept, start, finish
    text: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    request: Mapped[CareRequest] = relationship()
    practitioner: Mapped[Practitioner] = relationship()


class EpisodeDocument(Model):
    """A document joined to what was asked; only the requester's side and those who accepted may open it."""

    __tablename__ = "episode_document"

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    episode_id: Mapped[UUID] = mapped_column(ForeignKey("episode.id"), index=True)


__all__ = ["CareRequest", "CareTask", "Episode", "EpisodeDocument", "InformationCopy", "State", "Step", "Verb"]
