"""What each page of this door shows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.htmx import Page
from app.organizations.models import Organization
from app.pathways.drawing import DrawnStage
from app.pathways.models import PathwayDraft, PathwayVersion
from app.pathways.schema import Pathway
from app.protocols import drafting
from app.protocols.changes import Change, title_of
from app.protocols.drafting import DraftSection, Lack
from app.protocols.forms import FileForm, NewForm, WritingForm
from app.protocols.parts import PartKind, part_at, parts_of
from app.protocols.phone import ShownPhone, phone_of
from app.simulation.replay import Comparison


@dataclass(frozen=True)
class PathwaysPage(Page):
    """`tabs`: address, name and whether it is this one, of each organization that the reader coordinates; `drafts`:
    slug, title and when it was last written."""

    template = "protocols/pathways.html"

    organization: Organization
    tabs: list[tuple[str, str, bool, None]]
    found: list[Pathway]
    catalogue: Collection[str]
    drafts: list[tuple[str, str, datetime]]
    withdrawn: list[Pathway]


@dataclass(frozen=True)
class PathwayPage(Page):
    """`own`: it is this organization's; `history`: its versions, each with its author; `catalog_version`: none of what
    the catalogue does not have."""

    template = "protocols/pathway.html"

    pathway: Pathway
    organization: Organization
    several: bool
    own: bool
    withdrawn: bool
    drafted: bool
    stages: Sequence[DrawnStage]
    rhythm: Sequence[str]
    asked: Sequence[str]
    sign_off: str
    follows: Sequence[str]
    history: list[tuple[PathwayVersion, str]]
    catalog_version: int | None


@dataclass(frozen=True)
class NewPage(Page):
    template = "protocols/new.html"

    form: NewForm
    organization: Organization


@dataclass(frozen=True)
class ImportPage(Page):
    template = "protocols/file.html"

    form: FileForm
    organization: Organization


@dataclass(frozen=True)
class DraftPage(Page):
    """`phone`: none while it is no pathway yet."""

    template = "protocols/draft.html"

    slug: str
    title: str
    organization: Organization
    sections: list[DraftSection]
    lacks: list[Lack]
    phone: ShownPhone | None


def shown_phone(draft: PathwayDraft, organization: Organization, now: datetime) -> ShownPhone | None:
    pathway = drafting.pathway_of(draft.body)
    return phone_of(pathway, organization.commune.name, now) if pathway else None


def draft_page(draft: PathwayDraft, organization: Organization, now: datetime) -> DraftPage:
    return DraftPage(
        slug=draft.slug,
        title=drafting.draft_title(draft),
        organization=organization,
        sections=drafting.sections(draft.body),
        lacks=drafting.lacks(draft.body),
        phone=shown_phone(draft, organization, now),
    )


@dataclass(frozen=True)
class PartPage(Page):
    """`changed`: a colleague has written here meanwhile; `there`: it is in the draft already; `last`: it is the last
    one of its list; `phone`: with what is kept so far."""

    template = "protocols/part.html"

    slug: str
    title: str
    kind: PartKind
    n: int
    name: str
    form: WritingForm
    there: bool
    last: bool
    changed: bool
    phone: ShownPhone | None

    @classmethod
    def of(
        cls,
        draft: PathwayDraft,
        place: tuple[PartKind, int],
        form: WritingForm,
        phone: ShownPhone | None,
        changed: bool,
    ) -> "PartPage":
        kind, n = place
        there = part_at(draft.body, kind, n) is not None
        listed = len(parts_of(draft.body, kind)) if kind.several else 0
        name = title_of(kind, draft.body, n) if n < listed else str(kind.add or kind.name)
        return cls(
            slug=draft.slug,
            title=drafting.draft_title(draft),
            kind=kind,
            n=n,
            name=name,
            form=form,
            there=there,
            last=n + 1 >= listed,
            changed=changed,
            phone=phone,
        )


@dataclass(frozen=True)
class ChangesPage(Page):
    """`today`: what is followed today, none where it is new; `moved`: a colleague wrote or put something in force
    meanwhile; `tried`: what the past would have been."""

    template = "protocols/changes.html"

    slug: str
    title: str
    organization: Organization
    today: Pathway | None
    changes: list[Change]
    lacks: list[Lack]
    stages: Sequence[DrawnStage]
    base: str
    tried: Comparison | None
    moved: bool
