"""What each page of a plan shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from markupsafe import Markup

from app import clock
from app.care_requests.words import STATES as REQUEST_STATES
from app.core.htmx import Page, drawn
from app.folders.models import Folder, FolderMember
from app.language.phrases import gettext as _
from app.language.phrases import language, said, speaking
from app.language.words import date_words, moment
from app.patients.words import Banner, banner
from app.planning.forms import AgreementForm, BecomeForm, PlanPartForm
from app.plans import queries
from app.plans.content import REQUEST
from app.plans.queries import OwnAction, PlanVersion
from app.plans.reading import Drawing, PlanPeople, ReadPlan, ShownPart, plan_shown
from app.plans.rules import (
    BECOMES,
    OVER,
    FieldClash,
    PartOfPlan,
    PartState,
    PlanKind,
    PlanVerb,
    before,
    differences,
)
from app.plans.words import BECOME, DOMAINS, EVERY, FIELDS, NEW, ONE, STATES, TITLES, TOLD_HOW, VERBS


@dataclass(frozen=True)
class PlanPage(Page):
    """The whole plan: what matters to her first, then what is difficult, aimed at and done."""

    template = "planning/plan.html"
    fragment = "planning/_plan.html"

    folder: Folder
    banner: Banner
    plan: ReadPlan
    writable: bool
    new: Mapping[PlanKind, str]
    titles: Mapping[PlanKind, str]
    live_topics: list[str]

    @classmethod
    def of(cls, folder: Folder, now: datetime) -> Self:
        return cls(
            folder=folder,
            banner=banner(folder.patient, now),
            plan=plan_shown(folder, now),
            writable=folder.is_running,
            new=NEW,
            titles=TITLES,
            live_topics=[f"folder-{folder.id}"],
        )


@dataclass(frozen=True)
class AddPage(Page):
    """One question of a new part. `hidden`: what was answered before, and is asked later."""

    template = "planning/add.html"

    folder: Folder
    banner: Banner
    form: PlanPartForm
    title: str
    under: ShownPart | None
    refused: str

    @classmethod
    def of(
        cls, folder: Folder, form: PlanPartForm, now: datetime, under: PartOfPlan | None = None, refused: str = ""
    ) -> Self:
        draw = Drawing.of(folder, [under] if under else [], now)
        shown = draw.shown(under) if under else None
        return cls(folder, banner(folder.patient, now), form, str(NEW[form.kind]), shown, refused)


@dataclass(frozen=True)
class MetField:
    """A field that two changed: what each wrote, in words."""

    field: str
    name: str
    was: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class ChangePage(Page):
    """A part, all of it at once. `met`: where somebody else wrote meanwhile; `by`: who and when."""

    template = "planning/change.html"

    folder: Folder
    banner: Banner
    form: PlanPartForm
    shown: ShownPart
    met: list[MetField]
    by: str
    refused: str

    @classmethod
    def of(
        cls,
        folder: Folder,
        form: PlanPartForm,
        part: PartOfPlan,
        now: datetime,
        clashes: Sequence[FieldClash] = (),
        refused: str = "",
    ) -> Self:
        draw = Drawing.of(folder, [part], now)
        last = [each for each in queries.versions_of(folder.id) if each.change.part.id == part.id] if clashes else []
        by = f"{author_words(last[-1])}, {moment(last[-1].at, now)}" if last else ""
        met = [
            MetField(
                each.name,
                form[each.name].label.text,
                *(value_words(each.name, value, draw.people) for value in (each.was, each.theirs, each.mine)),
            )
            for each in clashes
        ]
        return cls(folder, banner(folder.patient, now), form, draw.shown(part), met, by, refused)


def author_words(version: PlanVersion) -> str:
    return version.author or _("La personne elle-même")


def value_words(name: str, value: str, people: PlanPeople) -> str:
    """What a field says, as it is read."""
    if not value:
        return ""
    if name in ("due", "told_on", "done_on"):
        return date_words(date.fromisoformat(value))
    if name == "owner":
        return people.owner({"owner": value})
    if name == "call":
        return people.call({"call": value})[0] or _("Quelqu'un d'autre")
    if name == REQUEST:
        return _("une demande")
    known: Mapping[str, str] = {"domain": DOMAINS, "every": EVERY, "told_how": TOLD_HOW}.get(name, {})
    return str(known.get(value, value))


@dataclass(frozen=True)
class PlanPartPage(Page):
    """One part, and what can be done with it."""

    template = "planning/part.html"

    folder: Folder
    banner: Banner
    shown: ShownPart
    becomes: list[tuple[PartState, str, bool]]
    below: PlanKind | None
    new_below: str
    writable: bool
    history: "list[VersionLine]"
    refused: str

    @classmethod
    def of(cls, folder: Folder, part: PartOfPlan, now: datetime, refused: str = "") -> Self:
        parts = queries.parts_of(folder.id)
        draw = Drawing.of(folder, parts, now)
        below = {PlanKind.PROBLEM: PlanKind.OBJECTIVE, PlanKind.OBJECTIVE: PlanKind.ACTION}.get(part.kind)
        wanted = sorted(BECOMES[part.kind, part.state], key=list(PartState).index)
        asking = {each: BecomeForm.of(part.kind, each).asks for each in wanted}
        versions = queries.versions_of(folder.id)
        return cls(
            folder=folder,
            banner=banner(folder.patient, now),
            shown=draw.shown(part, draw.below(part, parts)),
            becomes=[(each, str(BECOME[part.kind, each]), asking[each]) for each in wanted],
            below=below if part.state not in OVER else None,
            new_below=str(NEW[below]) if below else "",
            writable=folder.is_running,
            history=[each for each in lines_of(versions, draw.people, now) if each.part_id == part.id],
            refused=refused,
        )


@dataclass(frozen=True)
class BecomePage(Page):
    template = "planning/become.html"

    folder: Folder
    banner: Banner
    shown: ShownPart
    form: BecomeForm
    title: str

    @classmethod
    def of(cls, folder: Folder, part: PartOfPlan, form: BecomeForm, now: datetime) -> Self:
        draw = Drawing.of(folder, [part], now)
        title = str(BECOME[part.kind, form.wanted])
        return cls(folder, banner(folder.patient, now), draw.shown(part), form, title)


@dataclass(frozen=True)
class LinkPage(Page):
    """Which care request an action is: one that was made, or a new one."""

    template = "planning/link.html"

    folder: Folder
    shown: ShownPart
    requests: list[tuple[UUID, str, str]]

    @classmethod
    def of(cls, folder: Folder, part: PartOfPlan, now: datetime) -> Self:
        draw = Drawing.of(folder, [part], now)
        made = [
            (each.id, said(each.rulebook.title), f"{REQUEST_STATES[each.state]} · {moment(each.created_at, now)}")
            for each in queries.linkable(folder.patient_id)
        ]
        return cls(folder, draw.shown(part), made)


@dataclass(frozen=True)
class AgreementPage(Page):
    template = "planning/agreement.html"

    folder: Folder
    banner: Banner
    form: AgreementForm
    proposed: list[ShownPart]
    refused: str

    @classmethod
    def of(cls, folder: Folder, form: AgreementForm, now: datetime, refused: str = "") -> Self:
        parts = queries.parts_of(folder.id)
        draw = Drawing.of(folder, parts, now)
        waiting = [
            draw.shown(each) for each in parts if each.state is PartState.PROPOSED and each.kind is PlanKind.OBJECTIVE
        ]
        return cls(folder, banner(folder.patient, now), form, waiting, refused)


# ---- versions


@dataclass(frozen=True)
class VersionLine:
    """One version, in words. `changed`: of each field what it said and what it says."""

    number: int
    part_id: UUID
    what: str
    words: str
    by: str
    at: datetime
    changed: list[tuple[str, str, str]]


def lines_of(versions: Sequence[PlanVersion], people: PlanPeople, now: datetime) -> list[VersionLine]:
    """The latest first; of two that changed places, one line."""
    changes = [each.change for each in versions]
    lines = []
    for index, version in enumerate(versions):
        change = version.change
        follows = index and changes[index - 1].verb is PlanVerb.MOVED and versions[index - 1].at == version.at
        if change.verb is PlanVerb.MOVED and follows:
            continue
        former = before(changes, change)
        part, verb = change.part, str(VERBS[change.verb])
        state = str(STATES[part.kind, part.state])
        lines.append(
            VersionLine(
                number=change.number,
                part_id=part.id,
                what=_(
                    "%(what)s : %(done)s", what=ONE[part.kind], done=state if change.verb is PlanVerb.BECAME else verb
                ),
                words=part.content.get("words", ""),
                by=author_words(version),
                at=version.at,
                changed=[
                    (str(FIELDS[name]), value_words(name, was, people), value_words(name, now_is, people))
                    for name, was, now_is in _changed(former, part)
                ],
            )
        )
    return lines[::-1]


def _changed(former: PartOfPlan | None, part: PartOfPlan) -> list[tuple[str, str, str]]:
    found = differences(former.content, part.content) if former else []
    return [(each.name, each.was, each.now) for each in found if each.name in FIELDS]


@dataclass(frozen=True)
class VersionsPage(Page):
    """Every version, who made it and what it changed."""

    template = "planning/versions.html"

    folder: Folder
    banner: Banner
    lines: list[VersionLine]

    @classmethod
    def of(cls, folder: Folder, now: datetime) -> Self:
        lines = lines_of(queries.versions_of(folder.id), PlanPeople.of(folder), now)
        return cls(folder, banner(folder.patient, now), lines)


@dataclass(frozen=True)
class Keepsake(Page):
    """The page that she keeps: large, plain, in her language, her own words as they are. What is difficult for her is
    not on it: it lies on the kitchen table."""

    template = "planning/_keepsake.html"

    name: str
    plan: ReadPlan
    referent: FolderMember | None
    printed_on: date


@dataclass(frozen=True)
class PrintPage(Page):
    """`keepsake`: in the language that she reads; `reads`: which one."""

    template = "planning/print.html"

    folder: Folder
    keepsake: Markup
    reads: str

    @classmethod
    def of(cls, folder: Folder, now: datetime, lang: str, number: int | None = None) -> Self:
        """`lang`: none: the one in which she reads her space. `number`: the plan as it stood at this version."""
        with speaking(lang or queries.language_of(folder.patient_id) or language()):
            on = clock.paris(now).date()
            paper = Keepsake(folder.patient.name, plan_shown(folder, now, number), folder.referent, on)
            return cls(folder, drawn(paper), language())


# ---- an owner's own


@dataclass(frozen=True)
class OwnActionPage(Page):
    """One action, as its owner reads it: nothing of the plan around it."""

    template = "planning/own_action.html"

    own: OwnAction
    banner: Banner
    shown: ShownPart
    wrong: str
    wrote: str
    refused: str

    @classmethod
    def of(cls, own: OwnAction, now: datetime, wrong: str = "", wrote: str = "", refused: str = "") -> Self:
        draw = Drawing.of(own.folder, [own.part], now)
        return cls(own, banner(own.folder.patient, now), draw.shown(own.part), wrong, wrote, refused)


@dataclass(frozen=True)
class OwnActionsPage(Page):
    """What awaits her answer or her doing, whoever it is for."""

    template = "planning/own_actions.html"

    actions: list[tuple[OwnAction, ShownPart, str]]

    @classmethod
    def of(cls, found: Sequence[OwnAction], now: datetime) -> Self:
        shown = [(each, Drawing.of(each.folder, [each.part], now).shown(each.part)) for each in found]
        return cls([(own, action, banner(own.folder.patient, now).name) for own, action in shown])
