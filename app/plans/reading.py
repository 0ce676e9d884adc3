"""A plan in words, as everybody who may read it reads it: the team, the person, on paper."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from app import clock
from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.care_requests.words import STATES as REQUEST_STATES
from app.core.db import db
from app.folders.models import Folder, FolderMember
from app.language.phrases import gettext as _
from app.language.phrases import ngettext, said
from app.language.words import date_words
from app.plans import queries
from app.plans.content import MEMBER, PERSON, RELATIVE, day_of, id_of
from app.plans.rules import (
    OVER,
    SAID_NOT_DONE,
    Content,
    PartOfPlan,
    PartState,
    PlanKind,
    changes_since,
    is_late,
    plan_at,
)
from app.plans.words import DOMAINS, EVERY, ONE, SIGNS, STATES, TOLD_HOW, by_when
from app.relatives.queries import relatives_of

FIFTEEN = "15"
OTHER = "other"


@dataclass(frozen=True)
class PlanPeople:
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
class ShownPart:
    """One part as it is read. `told`: what else is to be known, a line each; `late`: that its day has gone by;
    `request`: of the care request that it is, the state in words and its id."""

    part: PartOfPlan
    words: str
    state: str
    sign: str
    told: list[str]
    late: bool
    owner: str
    call: tuple[str, str]
    request: tuple[str, UUID] | None
    children: "list[ShownPart]"

    @property
    def title(self) -> str:
        return str(ONE[self.part.kind])

    @property
    def is_over(self) -> bool:
        return self.part.state in OVER

    @property
    def is_hers(self) -> bool:
        """The person's own to do."""
        return self.part.kind is PlanKind.ACTION and self.part.content.get("owner") == PERSON

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

    people: PlanPeople
    requests: Mapping[UUID, CareRequest]
    today: date

    @classmethod
    def of(cls, folder: Folder, parts: Sequence[PartOfPlan], now: datetime) -> Self:
        return cls(PlanPeople.of(folder), queries.requests_among(parts), clock.paris(now).date())

    def shown(self, part: PartOfPlan, children: "list[ShownPart] | None" = None) -> ShownPart:
        asked = self.requests.get(part.id)
        by_request = asked is not None and asked.state is State.DONE
        state = PartState.DONE if by_request and part.state not in OVER else part.state
        due = day_of(part.content)
        return ShownPart(
            part=part,
            words=part.content.get("words", ""),
            state=str(STATES[part.kind, state]),
            sign=SIGNS[state],
            told=list(self._told(part, due)),
            late=part.kind is PlanKind.ACTION and is_late(state, due, self.today),
            owner=self.people.owner(part.content) if part.kind is PlanKind.ACTION else "",
            call=self.people.call(part.content) if part.kind is PlanKind.ALERT else ("", ""),
            request=(f"{said(asked.rulebook.title)} · {REQUEST_STATES[asked.state]}", asked.id) if asked else None,
            children=children or [],
        )

    def _told(self, part: PartOfPlan, due: date | None) -> Iterable[str]:
        content = part.content
        if domain := content.get("domain"):
            yield str(DOMAINS.get(domain, ""))
        if criterion := content.get("criterion"):
            yield _("Atteint si : %(criterion)s", criterion=criterion)
        if due and part.kind is PlanKind.OBJECTIVE:
            yield _("À regarder le %(day)s", day=date_words(due))
        if due and part.kind is PlanKind.ACTION:
            every = content.get("every", "")
            yield f"{by_when(due)}, {str(EVERY[every]).lower()}" if every in EVERY and every else by_when(due)
        if part.state in (PartState.AGREED, PartState.DECLINED) and (how := content.get("told_how")):
            on = day_of(content, "told_on")
            yield _("Dit le %(day)s, %(how)s", day=date_words(on), how=TOLD_HOW[how]) if on else str(TOLD_HOW[how])
        if why := content.get("why"):
            yield _("Pourquoi : %(why)s", why=why)

    def tree(self, parts: Sequence[PartOfPlan], kind: PlanKind) -> list[ShownPart]:
        """Those of this kind that are not over, each with what is for it; below an objective its actions."""
        standing = [each for each in parts if each.kind is kind and each.state not in OVER]
        return [self.shown(each, self.below(each, parts)) for each in standing]

    def below(self, part: PartOfPlan, parts: Sequence[PartOfPlan]) -> list[ShownPart]:
        return [
            self.shown(each, self.below(each, parts))
            for each in parts
            if each.parent == part.id and (each.state not in OVER or each.state is PartState.DONE)
        ]


@dataclass(frozen=True)
class GivenAgreement:
    """An agreement, in words; `since`: what changed after it, none where it stands."""

    told: str
    copies: str
    since: str


@dataclass(frozen=True)
class ReadPlan:
    """The plan as everybody who may read it reads it. `loose`: what is for nothing above it that still stands;
    `said_not_done`: the fourth part of the HAS's plan."""

    wishes: list[ShownPart]
    problems: list[ShownPart]
    loose: list[ShownPart]
    alerts: list[ShownPart]
    said_not_done: list[ShownPart]
    over: list[ShownPart]
    agreed: GivenAgreement | None
    version: int

    @property
    def is_empty(self) -> bool:
        return not self.version

    @property
    def _all(self) -> list[ShownPart]:
        above = [*self.problems, *self.loose]
        return [*above, *(each for one in above for each in one.children)]

    @property
    def objectives(self) -> list[ShownPart]:
        """Those that stand, each with its actions."""
        return [each for each in self._all if each.part.kind is PlanKind.OBJECTIVE and not each.is_over]

    @property
    def loose_actions(self) -> list[ShownPart]:
        """Who does what for no objective."""
        kept = {one.part.id for each in self.objectives for one in each.children}
        return [each for each in self._all if each.part.kind is PlanKind.ACTION and each.part.id not in kept]


def plan_shown(folder: Folder, now: datetime, number: int | None = None) -> ReadPlan:
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
        if each.kind in (PlanKind.OBJECTIVE, PlanKind.ACTION) and each.id in standing and each.parent not in standing
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
        agreed = GivenAgreement(", ".join(filter(None, told)), given.copies, words)
    return ReadPlan(
        wishes=draw.tree(parts, PlanKind.WISH),
        problems=draw.tree(parts, PlanKind.PROBLEM),
        loose=[draw.shown(each, draw.below(each, parts)) for each in loose],
        alerts=draw.tree(parts, PlanKind.ALERT),
        said_not_done=[draw.shown(each) for each in parts if each.state in SAID_NOT_DONE],
        over=[draw.shown(each) for each in parts if each.state in OVER and each.state not in SAID_NOT_DONE],
        agreed=agreed,
        version=at,
    )


@dataclass(frozen=True)
class PlanInBrief:
    """Her words, how far the plan came, and how much of it is late: within the page of its folder."""

    wishes: list[str]
    told: list[str]
    late: int


def plan_in_brief(folder_id: UUID) -> PlanInBrief:
    parts = [each for each in queries.parts_of(folder_id) if each.state not in OVER]
    of = {kind: [each for each in parts if each.kind is kind] for kind in PlanKind}
    aims, actions = len(of[PlanKind.OBJECTIVE]), len(of[PlanKind.ACTION])
    proposed = sum(each.state is not PartState.AGREED for each in of[PlanKind.OBJECTIVE])
    told = [
        ngettext("%(n)s objectif", "%(n)s objectifs", aims, n=aims) if aims else "",
        ngettext("%(n)s pas encore accepté", "%(n)s pas encore acceptés", proposed, n=proposed) if proposed else "",
        ngettext("%(n)s action", "%(n)s actions", actions, n=actions) if actions else "",
    ]
    today = clock.paris(clock.now()).date()
    late = sum(is_late(each.state, day_of(each.content), today) for each in of[PlanKind.ACTION])
    return PlanInBrief([each.content["words"] for each in of[PlanKind.WISH]], [each for each in told if each], late)


def alerts_shown(patient_id: UUID, now: datetime) -> list[ShownPart]:
    """If this happens, call: what a relative reads of a plan, where the person lets her."""
    folder_id = queries.plan_of_hers(patient_id)
    folder = db.session.get(Folder, folder_id) if folder_id else None
    return plan_shown(folder, now).alerts if folder else []
