"""What each page of this door shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.administration.forms import DescriptionForm, PartForm, RequestsForm
from app.administration.queries import Establishment, Holding
from app.core.htmx import Page
from app.organizations.models import Organization


@dataclass(frozen=True)
class EstablishmentsPage(Page):
    template = "administration/establishments.html"

    parts: Sequence[Establishment]
    kinds: dict[str, str]


@dataclass(frozen=True)
class EstablishmentPage(Page):
    """`opens`: something may be opened within it; `closable`: it is a part of another; `held`: what keeps it open, once
    somebody wanted to close it."""

    template = "administration/establishment.html"

    organization: Organization
    kind: str
    people: int
    tablets: int
    parts: Sequence[Establishment]
    kinds: dict[str, str]
    form: RequestsForm
    opens: bool
    closable: bool
    held: Holding | None = None


@dataclass(frozen=True)
class DescribePage(Page):
    template = "administration/describe.html"

    organization: Organization
    form: DescriptionForm


@dataclass(frozen=True)
class OpenPage(Page):
    template = "administration/open.html"

    parent: Organization
    form: PartForm
