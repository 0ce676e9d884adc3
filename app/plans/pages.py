"""What each page of a plan shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from markupsafe import Markup

from app import clock
from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.care_requests.words import STATES as REQUEST_STATES
from app.core.db import db
from app.core.htmx import Page, drawn
from app.folders.models import Folder, FolderMember
from app.language.phrases import gettext as _
from app.language.phrases import language, ngettext, said, speaking
from app.language.words import date_words, moment
from app.patients.words import Banner, banner
from app.plans import queries
from app.plans.content import MEMBER, PERSON, RELATIVE, REQUEST, day_of, id_of
from app.plans.forms import AgreementForm, BecomeForm, PartForm
from app.plans.queries import OwnAction, Version
from app.plans.rules import (
    BECOMES,
    OVER,
    SAID_NOT_DONE,
    Clash,
    Content,
    Kind,
    Part,
    PartState,
    Verb,
    before,
    changes_since,
    differences,
    is_late,
    plan_at,
)
from app.plans.words import BECOME, DOMAINS, EVERY, FIELDS, NEW, ONE, SIGNS, STATES, TITLES, TOLD_HOW, VERBS, by_when
from app.relatives.queries import relatives_of

FIFTEEN = "15"
OTHER = "other"


@dataclass(frozen=True)
class People:
    """Who may be given an action, and whom to call: the team, the person, her relatives."""

    members: Mapping[UUID, FolderMember]
    relatives: Mapping[UUID, tuple[str, str]]

    @classmethod
    def of(cls, folder: Folder) -> Self:
        near = {each.id: (each.name, each.phone) for each in relatives_of(folder.patient_id)}
        return cls({each.id: each for each in folder.members}, near)

    def owners(self, folder: Folder) -> dict[str, str]:
        team = {f"{MEMBER}:{each.id}": each.name for each in folder.team}
        near = {f"{RELATIVE}:{key}": name for key, (name, _phone) in self.relatives.items()}
        return {**team, PERSON: _("La personne elle-même"), **near}

    def calls(self, folder: Folder) -> dict[str, str]:
        team = {f"{MEMBER}:{each.id}": each.name for each in folder.team if each.phone}
        near = {f"{RELATIVE}:{key}": name for key, (name, phone) in self.relatives.items() if phone}
        return {FIFTEEN: _("Le 15, tout de suite"), **team, **near, OTHER: _("Quelqu'un d'autre")}

    def owner(self, content: Content) -> str:
        """Whose an action is, as she is called today; empty where nobody is named."""
        if content.get("owner") == PERSON:
            return _("La personne elle-même")
        return self._named(content, "owner")[0]

    def call(self, content: Content) -> tuple[str, str]:
        """Whom to call and her number, as they are today."""
        if content.get("call") == FIFTEEN:
            return _("Le 15"), FIFTEEN
        if content.get("call") == OTHER:
            return content.get("who", ""), content.get("phone", "")
        return self._named(content, "call")

    def _named(self, content: Content, field: str) -> tuple[str, str]:
        member = self.members.get(id_of(content, field, MEMBER) or UUID(int=0))
        if member:
            return member.name, member.phone
        relative = id_of(content, field, RELATIVE)
        return self.relatives.get(relative, (_("Un proche"), "")) if relative else ("", "")


@dataclass(frozen=True)
class Shown:
    """One part as it is read. `told`: what else is to be known, a line each; `late`: that its day has gone by;
    `request`: of the care request that it is, the state in words and its id."""

    part: Part
    words: str
    state: str
    sign: str
    told: list[str]
    late: bool
    owner: str
    call: tuple[str, str]
    request: tuple[str, UUID] | None
    children: "list[Shown]"

    @property
    def title(self) -> str:
        return str(ONE[self.part.kind])

    @property
    def is_over(self) -> bool:
        return self.part.state in OVER

    @property
    def is_hers(self) -> bool:
        """The person's own to do."""
        return self.part.kind is Kind.ACTION and self.part.content.get("owner") == PERSON

    @property
    def number(self) -> str:
        """Whom to call is called so; the 15 is its own number."""
        return self.call[1] if self.call[1] != FIFTEEN else ""

    @property
    def call_words(self) -> str:
        if self.call[1] == FIFTEEN:
            return _("Appeler le 15")
        return _("Appeler %(name)s", name=self.call[0]) if self.call[0] else ""


@dataclass(frozen=True)
class Drawing:
    """What turns parts into what is read of them."""

    people: People
    requests: Mapping[UUID, CareRequest]
    today: date

    @classmethod
    def of(cls, folder: Folder, parts: Sequence[Part], now: datetime) -> Self:
        return cls(People.of(folder), queries.requests_among(parts), clock.paris(now).date())

    def shown(self, part: Part, children: "list[Shown] | None" = None) -> Shown:
        asked = self.requests.get(part.id)
        by_request = asked is not None and asked.state is State.DONE
        state = PartState.DONE if by_request and part.state not in OVER else part.state
        due = day_of(part.content)
        return Shown(
            part=part,
            words=part.content.get("words", ""),
            state=str(STATES[part.kind, state]),
            sign=SIGNS[state],
            told=list(self._told(part, due)),
            late=part.kind is Kind.ACTION and is_late(state, due, self.today),
            owner=self.people.owner(part.content) if part.kind is Kind.ACTION else "",
            call=self.people.call(part.content) if part.kind is Kind.ALERT else ("", ""),
            request=(f"{said(asked.rulebook.title)} · {REQUEST_STATES[asked.state]}", asked.id) if asked else None,
            children=children or [],
        )

    def _told(self, part: Part, due: date | None) -> Iterable[str]:
        content = part.content
        if domain := content.get("domain"):
            yield str(DOMAINS.get(domain, ""))
        if criterion := content.get("criterion"):
            yield _("Atteint si : %(criterion)s", criterion=criterion)
        if due and part.kind is Kind.OBJECTIVE:
            yield _("À regarder le %(day)s", day=date_words(due))
        if due and part.kind is Kind.ACTION:
            every = content.get("every", "")
            yield f"{by_when(due)}, {str(EVERY[every]).lower()}" if every in EVERY and every else by_when(due)
        if part.state in (PartState.AGREED, PartState.DECLINED) and (how := content.get("told_how")):
            on = day_of(content, "told_on")
            yield _("Dit le %(day)s, %(how)s", day=date_words(on), how=TOLD_HOW[how]) if on else str(TOLD_HOW[how])
        if why := content.get("why"):
            yield _("Pourquoi : %(why)s", why=why)

    def tree(self, parts: Sequence[Part], kind: Kind) -> list[Shown]:
        """Those of this kind that are not over, each with what is for it; below an objective its actions."""
        standing = [each for each in parts if each.kind is kind and each.state not in OVER]
        return [self.shown(each, self.below(each, parts)) for each in standing]

    def below(self, part: Part, parts: Sequence[Part]) -> list[Shown]:
        return [
            self.shown(each, self.below(each, parts))
            for each in parts
            if each.parent == part.id and (each.state not in OVER or each.state is PartState.DONE)
        ]


@dataclass(frozen=True)
class Given:
    """An agreement, in words; `since`: what changed after it, none where it stands."""

    told: str
    copies: str
    since: str


@dataclass(frozen=True)
class PlanShown:
    """The plan as everybody who may read it reads it. `loose`: what is for nothing above it that still stands;
    `said_not_done`: the fourth part of the HAS's plan."""

    wishes: list[Shown]
    problems: list[Shown]
    loose: list[Shown]
    alerts: list[Shown]
    said_not_done: list[Shown]
    over: list[Shown]
    agreed: Given | None
    version: int

    @property
    def is_empty(self) -> bool:
        return not self.version

    @property
    def _all(self) -> list[Shown]:
        above = [*self.problems, *self.loose]
        return [*above, *(each for one in above for each in one.children)]

    @property
    def objectives(self) -> list[Shown]:
        """Those that stand, each with its actions."""
        return [each for each in self._all if each.part.kind is Kind.OBJECTIVE and not each.is_over]

    @property
    def loose_actions(self) -> list[Shown]:
        """Who does what for no objective."""
        kept = {one.part.id for each in self.objectives for one in each.children}
        return [each for each in self._all if each.part.kind is Kind.ACTION and each.part.id not in kept]


def plan_shown(folder: Folder, now: datetime, number: int | None = None) -> PlanShown:
    """`number`: as it stood at this version; none: as it stands."""
    versions = queries.versions_of(folder.id)
    changes = [each.change for each in versions]
    at = number or len(changes)
    parts = sorted(plan_at(changes, at).values(), key=lambda part: (part.rank, part.id))
    draw = Drawing.of(folder, parts, now)
    standing = {each.id for each in parts if each.state not in OVER}
    loose = [
        each
        for each in parts
        if each.kind in (Kind.OBJECTIVE, Kind.ACTION) and each.id in standing and each.parent not in standing
    ]
    given = next((each for each in queries.agreements_of(folder.id) if each.version <= at), None)
    agreed = None
    if given:
        by = given.recorded_by.name if given.recorded_by else ""
        told = [
            _("Accord donné le %(day)s, %(how)s", day=date_words(given.on), how=TOLD_HOW[given.how]),
            _("noté par %(name)s", name=by) if by else "",
        ]
        since = changes_since([each for each in changes if each.number <= at], given.version)
        words = ngettext("%(n)s changement depuis", "%(n)s changements depuis", since, n=since) if since else ""
        agreed = Given(", ".join(filter(None, told)), given.copies, words)
    return PlanShown(
        wishes=draw.tree(parts, Kind.WISH),
        problems=draw.tree(parts, Kind.PROBLEM),
        loose=[draw.shown(each, draw.below(each, parts)) for each in loose],
        alerts=draw.tree(parts, Kind.ALERT),
        said_not_done=[draw.shown(each) for each in parts if each.state in SAID_NOT_DONE],
        over=[draw.shown(each) for each in parts if each.state in OVER and each.state not in SAID_NOT_DONE],
        agreed=agreed,
        version=at,
    )


@dataclass(frozen=True)
class Brief:
    """Her words, how far the plan came, and how much of it is late: within the page of its folder."""

    wishes: list[str]
    told: list[str]
    late: int


def plan_in_brief(folder_id: UUID) -> Brief:
    parts = [each for each in queries.parts_of(folder_id) if each.state not in OVER]
    of = {kind: [each for each in parts if each.kind is kind] for kind in Kind}
    aims, actions = len(of[Kind.OBJECTIVE]), len(of[Kind.ACTION])
    proposed = sum(each.state is not PartState.AGREED for each in of[Kind.OBJECTIVE])
    told = [
        ngettext("%(n)s objectif", "%(n)s objectifs", aims, n=aims) if aims else "",
        ngettext("%(n)s pas encore accepté", "%(n)s pas encore acceptés", proposed, n=proposed) if proposed else "",
        ngettext("%(n)s action", "%(n)s actions", actions, n=actions) if actions else "",
    ]
    today = clock.paris(clock.now()).date()
    late = sum(is_late(each.state, day_of(each.content), today) for each in of[Kind.ACTION])
    return Brief([each.content["words"] for each in of[Kind.WISH]], [each for each in told if each], late)


def alerts_shown(patient_id: UUID, now: datetime) -> list[Shown]:
    """If this happens, call: what a relative reads of a plan, where the person lets her."""
    folder_id = queries.plan_of_hers(patient_id)
    folder = db.session.get(Folder, folder_id) if folder_id else None
    return plan_shown(folder, now).alerts if folder else []


@dataclass(frozen=True)
class PlanPage(Page):
    """The whole plan: what matters to her first, then what is difficult, aimed at and done."""

    template = "plans/plan.html"
    fragment = "plans/_plan.html"

    folder: Folder
    banner: Banner
    plan: PlanShown
    writable: bool
    kinds: type[Kind]
    new: Mapping[Kind, str]
    titles: Mapping[Kind, str]
    live_topics: list[str]

    @classmethod
    def of(cls, folder: Folder, now: datetime) -> Self:
        return cls(
            folder=folder,
            banner=banner(folder.patient, now),
            plan=plan_shown(folder, now),
            writable=folder.is_running,
            kinds=Kind,
            new=NEW,
            titles=TITLES,
            live_topics=[f"folder-{folder.id}"],
        )


@dataclass(frozen=True)
class AddPage(Page):
    """One question of a new part. `hidden`: what was answered before, and is asked later."""

    template = "plans/add.html"

    folder: Folder
    banner: Banner
    form: PartForm
    title: str
    under: Shown | None
    refused: str

    @classmethod
    def of(cls, folder: Folder, form: PartForm, now: datetime, under: Part | None = None, refused: str = "") -> Self:
        draw = Drawing.of(folder, [under] if under else [], now)
        shown = draw.shown(under) if under else None
        return cls(folder, banner(folder.patient, now), form, str(NEW[form.kind]), shown, refused)


@dataclass(frozen=True)
class Met:
    """A field that two changed: what each wrote, in words."""

    field: str
    name: str
    was: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class ChangePage(Page):
    """A part, all of it at once. `met`: where somebody else wrote meanwhile; `by`: who and when."""

    template = "plans/change.html"

    folder: Folder
    banner: Banner
    form: PartForm
    shown: Shown
    met: list[Met]
    by: str
    refused: str

    @classmethod
    def of(
        cls,
        folder: Folder,
        form: PartForm,
        part: Part,
        now: datetime,
        clashes: Sequence[Clash] = (),
        refused: str = "",
    ) -> Self:
        draw = Drawing.of(folder, [part], now)
        last = [each for each in queries.versions_of(folder.id) if each.change.part.id == part.id] if clashes else []
        by = f"{author_words(last[-1])}, {moment(last[-1].at, now)}" if last else ""
        met = [
            Met(
                each.name,
                form[each.name].label.text,
                *(value_words(each.name, value, draw.people) for value in (each.was, each.theirs, each.mine)),
            )
            for each in clashes
        ]
        return cls(folder, banner(folder.patient, now), form, draw.shown(part), met, by, refused)


def author_words(version: Version) -> str:
    return version.author or _("La personne elle-même")


def value_words(name: str, value: str, people: People) -> str:
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
class PartPage(Page):
    """One part, and what can be done with it."""

    template = "plans/part.html"

    folder: Folder
    banner: Banner
    shown: Shown
    becomes: list[tuple[PartState, str, bool]]
    below: Kind | None
    new_below: str
    writable: bool
    history: "list[Line]"
    refused: str

    @classmethod
    def of(cls, folder: Folder, part: Part, now: datetime, refused: str = "") -> Self:
        parts = queries.parts_of(folder.id)
        draw = Drawing.of(folder, parts, now)
        below = {Kind.PROBLEM: Kind.OBJECTIVE, Kind.OBJECTIVE: Kind.ACTION}.get(part.kind)
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
    template = "plans/become.html"

    folder: Folder
    banner: Banner
    shown: Shown
    form: BecomeForm
    title: str

    @classmethod
    def of(cls, folder: Folder, part: Part, form: BecomeForm, now: datetime) -> Self:
        draw = Drawing.of(folder, [part], now)
        title = str(BECOME[part.kind, form.wanted])
        return cls(folder, banner(folder.patient, now), draw.shown(part), form, title)


@dataclass(frozen=True)
class LinkPage(Page):
    """Which care request an action is: one that was made, or a new one."""

    template = "plans/link.html"

    folder: Folder
    banner: Banner
    shown: Shown
    requests: list[tuple[UUID, str, str]]

    @classmethod
    def of(cls, folder: Folder, part: Part, now: datetime) -> Self:
        draw = Drawing.of(folder, [part], now)
        made = [
            (each.id, said(each.rulebook.title), f"{REQUEST_STATES[each.state]} · {moment(each.created_at, now)}")
            for each in queries.linkable(folder.patient_id)
        ]
        return cls(folder, banner(folder.patient, now), draw.shown(part), made)


@dataclass(frozen=True)
class AgreementPage(Page):
    template = "plans/agreement.html"

    folder: Folder
    banner: Banner
    form: AgreementForm
    proposed: list[Shown]
    refused: str

    @classmethod
    def of(cls, folder: Folder, form: AgreementForm, now: datetime, refused: str = "") -> Self:
        parts = queries.parts_of(folder.id)
        draw = Drawing.of(folder, parts, now)
        waiting = [
            draw.shown(each) for each in parts if each.state is PartState.PROPOSED and each.kind is Kind.OBJECTIVE
        ]
        return cls(folder, banner(folder.patient, now), form, waiting, refused)


# ---- versions


@dataclass(frozen=True)
class Line:
    """One version, in words. `changed`: of each field what it said and what it says."""

    number: int
    part_id: UUID
    what: str
    words: str
    by: str
    at: datetime
    changed: list[tuple[str, str, str]]


def lines_of(versions: Sequence[Version], people: People, now: datetime) -> list[Line]:
    """The latest first; of two that changed places, one line."""
    changes = [each.change for each in versions]
    lines = []
    for index, version in enumerate(versions):
        change = version.change
        follows = index and changes[index - 1].verb is Verb.MOVED and versions[index - 1].at == version.at
        if change.verb is Verb.MOVED and follows:
            continue
        former = before(changes, change)
        part, verb = change.part, str(VERBS[change.verb])
        state = str(STATES[part.kind, part.state])
        lines.append(
            Line(
                number=change.number,
                part_id=part.id,
                what=f"{ONE[part.kind]} : {state if change.verb is Verb.BECAME else verb}",
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


def _changed(former: Part | None, part: Part) -> list[tuple[str, str, str]]:
    found = differences(former.content, part.content) if former else []
    return [(each.name, each.was, each.now) for each in found if each.name in FIELDS]


@dataclass(frozen=True)
class VersionsPage(Page):
    """Every version, who made it and what it changed."""

    template = "plans/versions.html"

    folder: Folder
    banner: Banner
    lines: list[Line]

    @classmethod
    def of(cls, folder: Folder, now: datetime) -> Self:
        lines = lines_of(queries.versions_of(folder.id), People.of(folder), now)
        return cls(folder, banner(folder.patient, now), lines)


@dataclass(frozen=True)
class Keepsake(Page):
    """The page that she keeps: large, plain, in her language, her own words as they are. What is difficult for her is
    not on it: it lies on the kitchen table."""

    template = "plans/_keepsake.html"

    name: str
    plan: PlanShown
    referent: FolderMember | None
    printed_on: date


@dataclass(frozen=True)
class PrintPage(Page):
    """`keepsake`: in the language that she reads; `reads`: which one."""

    template = "plans/print.html"

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

    template = "plans/own_action.html"

    own: OwnAction
    banner: Banner
    shown: Shown
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

    template = "plans/own_actions.html"

    actions: list[tuple[OwnAction, Shown, str]]

    @classmethod
    def of(cls, found: Sequence[OwnAction], now: datetime) -> Self:
        shown = [(each, Drawing.of(each.folder, [each.part], now).shown(each.part)) for each in found]
        return cls([(own, action, banner(own.folder.patient, now).name) for own, action in shown])
