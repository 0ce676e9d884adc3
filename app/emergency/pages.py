"""What each page of this door shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.care_requests.models import CareRequest
from app.core.htmx import Page
from app.emergency.forms import EmergencyForm
from app.language.phrases import said
from app.patients.models import EmergencyAccess
from app.patients.words import Banner


@dataclass(frozen=True)
class AskPage(Page):
    """`trouble`: why nothing was opened; `opened`: what is open still."""

    template = "emergency/ask.html"

    form: EmergencyForm
    trouble: str
    opened: Sequence[EmergencyAccess]


@dataclass(frozen=True)
class Person:
    name: str
    place: str
    phone: str
    initials: str


@dataclass(frozen=True)
class File:
    """One open request, as far as an emergency needs it."""

    id: UUID
    state: str
    care: str
    start: datetime
    end: datetime
    note: str
    author: Person
    performer: Person | None


@dataclass(frozen=True)
class FilePage(Page):
    template = "emergency/file.html"

    access: EmergencyAccess
    banner: Banner
    files: list[File]


def file_of(request: CareRequest) -> File:
    place, author, comes = request.organization, request.author, request.performer
    return File(
        id=request.id,
        state=request.state.value,
        care=said(request.need.care),
        start=request.window_start,
        end=request.window_end,
        note=request.note,
        author=Person(author.name, place.name, place.phone, author.initials),
        performer=Person(comes.name, comes.organization.name, comes.phone, comes.initials) if comes else None,
    )
