"""What if? Past requests under another version of their pathway, played by the very rules of production.

Whoever was asked answers as she did, after as long as it took her. Whoever was not, or had not answered when it ended,
answers by chance, as those of the same past did (`RecordedHabits`). Not rebuilt: who was free that day, who replaced
whom, and the order in which strangers would have been ranked then; those asked then come first in their order, then
the nearest of today.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from time import monotonic, sleep
from uuid import UUID

from sqlalchemy import or_, select

from app import clock
from app.care_requests.models import CareRequest, State
from app.circles import queries as circles
from app.core.db import db
from app.directory.models import PractitionerRole, Profession
from app.dispatch.facts import Neighbours
from app.dispatch.models import Offer, OfferState, Wave
from app.dispatch.rules import Candidate
from app.dispatch.words import BY_PHONE
from app.language.phrases import decimal, later
from app.language.typography import NO_BREAK
from app.language.words import length
from app.organizations.geo import distance_km
from app.organizations.queries import territory_communes
from app.pathways.schema import Pathway, Search, Stage
from app.simulation.invented import Behaviour, dice
from app.simulation.play import Play, SimulatedAnswer

ENOUGH = 30
"""Answers below which a past says too little of its people's habits: the survey's numbers stand in."""

NEAREST = 60
"""Candidates of today that one stage may need."""

ENDED = (State.ACCEPTED, State.SCHEDULED, State.STARTED, State.DONE, State.UNANSWERED, State.CANCELLED)


@dataclass(frozen=True)
class Said:
    """What one person did with one alert. `yes`: none while she was silent, which is known up to `after` only."""

    yes: bool | None
    after: timedelta


@dataclass(frozen=True)
class Past:
    """One request as it was, and who could be asked for it. `minutes`: until its first yes, if there was one."""

    begins: datetime
    deadline: datetime
    urgent: bool
    reason: str
    search: Search  # the one that it followed
    said: dict[UUID, Said]  # by recipient, in the order in which they were asked
    people: Callable[[Stage], list[Candidate]]
    minutes: float | None


@dataclass(frozen=True)
class RecordedHabits:
    """How people of this past answer: each answer with the share of alerts that bring it; the rest stay silent."""

    masses: Sequence[tuple[float, bool, timedelta]]

    def draw(self, luck: float, silent_for: timedelta = timedelta(0)) -> SimulatedAnswer:
        """What somebody says, of whom it is known that she said nothing for so long. `luck`: from 0 to 1."""
        later = [mass for mass in self.masses if mass[2] > silent_for]
        silent = 1 - sum(share for share, _yes, _after in self.masses)
        left = luck * (silent + sum(share for share, _yes, _after in later))
        for share, yes, after in later:
            left -= share
            if left < 0:
                return yes, after
        return None


def fitted(said: Iterable[Said]) -> RecordedHabits:
    """The habits behind these alerts, whose silences were cut short when somebody else said yes or time was over.

    Aalen and Johansen's estimate for two competing answers: what was cut short counts as long as it was watched.
    """
    ordered = sorted(said, key=lambda one: (one.after, one.yes is None))
    watched, silent, masses = len(ordered), 1.0, []
    if sum(one.yes is not None for one in ordered) < ENOUGH:
        return surveyed()
    for one in ordered:
        if one.yes is not None:
            share = silent / watched
            masses.append((share, one.yes, one.after))
            silent -= share
        watched -= 1
    return RecordedHabits(masses)


def surveyed(number: int = 500) -> RecordedHabits:
    """The stated behaviour of the simulation, where a past says too little."""
    random, behaviour = dice(4), Behaviour()
    drawn = [behaviour.answer(random) for _ in range(number)]
    return RecordedHabits([(1 / number, *answer) for answer in drawn if answer])


@dataclass
class Tally:
    """What became of the requests. `alerts`: people asked."""

    requests: int = 0
    alerts: int = 0
    minutes: list[float] = field(default_factory=list)

    def add(self, minutes: float | None, alerts: int) -> None:
        self.requests += 1
        self.alerts += alerts
        if minutes is not None:
            self.minutes.append(minutes)

    @property
    def told(self) -> tuple[str, str, str]:
        """Time to an answer at the median, alerts for each answer, share without one."""
        if not self.requests:
            return "–", "–", "–"
        time = length(timedelta(minutes=median(self.minutes))) if self.minutes else "–"
        each = decimal(self.alerts / len(self.minutes), ".1f") if self.minutes else "–"
        missed = 100 * (1 - len(self.minutes) / self.requests)
        return time, each, f"{decimal(missed, '.1f')}{NO_BREAK}%"


@dataclass
class Comparison:
    """`then`: as it happened. `again`: the version of today, played; how far it is from `then` is what the play is
    worth. `what_if`: the other version, played alike. `cut`: there was no time for all of them."""

    then: Tally = field(default_factory=Tally)
    again: Tally = field(default_factory=Tally)
    what_if: Tally = field(default_factory=Tally)
    answers: int = 0
    cut: bool = False

    @property
    def requests(self) -> int:
        return self.then.requests

    @property
    def told(self) -> list[tuple[str, tuple[str, str, str]]]:
        return [
            (later("Ce qui s'est passé"), self.then.told),
            (later("Version actuelle, rejouée"), self.again.told),
            (later("Votre version, rejouée"), self.what_if.told),
        ]


def replayed(
    found: Sequence[Past], other: Pathway, now: Pathway | None = None, *, seconds: float | None = None
) -> Comparison:
    """Each of these requests under `other`, and under `now` (none: the version that it followed)."""
    habits = fitted(one for past in found for one in past.said.values())
    compared, until = Comparison(), monotonic() + seconds if seconds else None
    compared.answers = sum(one.yes is not None for past in found for one in past.said.values())
    for number, past in enumerate(found):
        if until and monotonic() > until:
            compared.cut = True
            break
        sleep(0)  # The web process has one thread: others are served between two plays.
        compared.then.add(past.minutes, len(past.said))
        compared.again.add(*play_past(past, now.search_for(past.reason) if now else past.search, habits, number))
        compared.what_if.add(*play_past(past, other.search_for(past.reason), habits, number))
    return compared


def play_past(past: Past, search: Search, habits: RecordedHabits, number: int) -> tuple[float | None, int]:
    """Minutes to the first yes, if any, and how many were asked. The same luck for every version."""
    known = past.said

    def answer(who: UUID) -> SimulatedAnswer:
        one, luck = known.get(who), dice(hash((number, who.int))).random()
        if one is None:
            return habits.draw(luck)
        return habits.draw(luck, one.after) if one.yes is None else (one.yes, one.after)

    play = Play(
        search,
        lambda stage: past.people(search.stages[stage]),
        answer,
        past.begins,
        past.deadline,
        urgent=past.urgent,
    )
    answered = play.until_yes()
    return (answered - past.begins) / timedelta(minutes=1) if answered else None, len(play.asked)


# Reading the past


def past_requests(
    slug: str, organization_ids: Sequence[UUID], *, since: datetime | None = None, limit: int = 2000
) -> list[Past]:
    """The newest requests of this pathway that were searched for and ended: those that people of these organizations
    asked, and those of the communes that they coordinate. What was cancelled before a yes says nothing."""
    communes = territory_communes(organization_ids)
    wanted = [CareRequest.pathway == slug, CareRequest.state.in_(ENDED)]
    wanted.append(or_(CareRequest.organization_id.in_(organization_ids), CareRequest.commune_code.in_(communes)))
    if since:
        wanted.append(CareRequest.created_at >= since)
    newest = select(CareRequest).where(*wanted).order_by(CareRequest.created_at.desc()).limit(limit)
    requests = db.session.scalars(newest).all()
    offers = _first_round([request.id for request in requests])
    near = Neighbours()
    made = [_past(request, offers[request.id], near) for request in requests if request.id in offers]
    return [past for past, request in made if past.minutes is not None or request.state is not State.CANCELLED]


def _first_round(request_ids: Collection[UUID]) -> dict[UUID, list[tuple[Offer, Wave]]]:
    """By request, the offers of its first search, in the order in which they were made; a later round is another."""
    found: dict[UUID, list[tuple[Offer, Wave]]] = {}
    made = select(Offer, Wave).join(Wave, Wave.id == Offer.wave_id).where(Wave.round == 1)
    ids = list(request_ids)
    for n in range(0, len(ids), 500):  # An engine takes only so many parameters.
        for offer, wave in db.session.execute(made.where(Offer.request_id.in_(ids[n : n + 500])).order_by(Offer.id)):
            found.setdefault(offer.request_id, []).append((offer, wave))
    return found


def _past(request: CareRequest, made: list[tuple[Offer, Wave]], near: Neighbours) -> tuple[Past, CareRequest]:
    begins = min(wave.started_at for _offer, wave in made)
    said: dict[UUID, Said] = {}
    for offer, _wave in made:
        said.setdefault(offer.recipient_id, _said(offer, request))
    yeses = [offer.answered_at - begins for offer, _wave in made if offer.answered_at and _said(offer, request).yes]
    past = Past(
        begins=begins,
        deadline=request.answer_by,
        urgent=request.urgent,
        reason=request.reason,
        search=request.search,
        said=said,
        people=_People(request, made, near).of,
        minutes=min(yeses) / timedelta(minutes=1) if yeses else None,
    )
    return past, request


def _said(offer: Offer, request: CareRequest) -> Said:
    """An acceptance stays one when it was given back later; a yes by telephone answers no alert."""
    if offer.answered_at and BY_PHONE not in offer.rank_line:
        no = offer.state in (OfferState.REFUSED, OfferState.RELAYED)
        return Said(not no, max(timedelta(0), offer.answered_at - offer.created_at))
    ended = offer.answered_at or offer.ended_at or min(offer.expires_at, request.changed_at)
    return Said(None, max(timedelta(0), ended - offer.created_at))


@dataclass
class _People:
    """Who could be asked for one request."""

    request: CareRequest
    made: list[tuple[Offer, Wave]]
    near: Neighbours
    _known: dict[tuple[str, int, tuple[str, ...]], list[Candidate]] = field(default_factory=dict)

    def of(self, stage: Stage) -> list[Candidate]:
        key = (stage.kind, stage.km, stage.professions)
        if key not in self._known:
            people: dict[UUID, Candidate] = {}
            for candidate in (*self._asked(stage), *self._today(stage)):
                people.setdefault(candidate.recipient_id, candidate)
            self._known[key] = list(people.values())
        return self._known[key]

    def _asked(self, stage: Stage) -> Iterator[Candidate]:
        """Those of that kind who were asked, in their order, as far as this stage goes."""
        for offer, wave in self.made:
            if wave.kind == stage.kind and (not stage.km or offer.km <= stage.km):
                yield Candidate(offer.role_id, offer.recipient_id, offer.km)

    def _today(self, stage: Stage) -> list[Candidate]:
        request = self.request
        if stage.km:
            kinds = [Profession(kind) for kind in stage.professions] or [request.profession]
            found = [
                candidate for kind in kinds for candidate in self.near.of(request.commune, kind, stage.km, NEAREST)
            ]
            return sorted(found, key=lambda candidate: candidate.km)
        return [self._candidate(role) for role in self._named(stage.kind)]

    def _named(self, kind: str) -> list[PractitionerRole]:
        request = self.request
        if kind == "chosen":
            return [request.chosen] if request.chosen else []
        usual = circles.usual_member(request.patient_id, request.profession) if request.patient_id else None
        if usual is None:
            return []
        return [*circles.colleagues_of(usual)] if kind == "practice" else [*circles.asked_first(usual, clock.now())]

    def _candidate(self, role: PractitionerRole) -> Candidate:
        place = self.request.commune
        return Candidate(
            role.id, role.recipient_id, distance_km(place.latitude, place.longitude, role.latitude, role.longitude)
        )


def comparison_lines(compared: Comparison) -> Iterator[str]:
    """What `relais replay` says."""
    yield f"{compared.requests} past requests, {compared.answers} known answers" + (
        "" if compared.answers >= ENOUGH else " (too few: the others answer as in the simulation)"
    )
    yield f"{'':<28}{'to answer':>12}{'alerts/yes':>12}{'unanswered':>12}"
    for name, tally in (
        ("then, as it happened", compared.then),
        ("the same version, played", compared.again),
        ("what if, played", compared.what_if),
    ):
        time, each, missed = tally.told
        yield f"{name:<28}{time:>12}{each:>12}{missed:>12}"
