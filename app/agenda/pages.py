"""What each page of this room shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from flask import url_for
from markupsafe import Markup

from app import clock
from app.accounts.models import Account
from app.agenda import queries, words
from app.agenda.models import CalendarFeed
from app.agenda.queries import A_WEEK, Visited
from app.agenda.rules import ClashKind, InHospital, VisitDue, When, clashes, monday_of
from app.appointments.models import PatientSpace
from app.appointments.queries import still_looked_for
from app.core.htmx import Page, drawn
from app.core.ways import way
from app.directory.queries import recipients_of
from app.directory.words import PROFESSIONS
from app.language.phrases import gettext as _
from app.language.phrases import language, later, said, speaking
from app.language.words import date_words, near_day, sentence
from app.passages.rules import PassageState
from app.passages.words import STATES
from app.patients.models import Patient
from app.stays.models import Stay
from app.stays.queries import running


@dataclass(frozen=True)
class Conflict:
    """Why a visit cannot be as it stands: `what`, in a word, and `who`, whom it meets."""

    clash: ClashKind
    what: str
    who: str


@dataclass(frozen=True)
class AgendaVisit:
    """One visit in a week. `title`: who comes, or to whom; `note`: what for, and where; `state`: what became of it, in
    words, empty while it is to come; `url`: where the reader moves or opens it, empty where it is not hers."""

    id: UUID
    when: str
    hour: bool
    title: str
    note: str
    state: str
    done: bool
    held: bool
    phone: str
    conflicts: list[Conflict]
    url: str


@dataclass(frozen=True)
class AgendaDay:
    """`name`: `lundi 30`; `full`: `lundi 30 novembre`; `fact`: what else the day brings, as leaving the hospital."""

    day: date
    name: str
    full: str
    today: bool
    past: bool
    fact: str
    entries: list[AgendaVisit]


@dataclass(frozen=True)
class AgendaWeek:
    """Seven days, and the addresses of the weeks beside it and of the present one. `today`: where that comes after days
    gone by, for whoever reads them one under the other. `to_plan`: visits whose hour nobody has said yet."""

    title: str
    days: list[AgendaDay]
    before: str
    after: str
    now: str
    today: date | None
    to_plan: list[AgendaVisit]


MODES = {"practice": later("au cabinet"), "remote": later("par téléphone")}


def hospital_of(stay: Stay | None) -> InHospital | None:
    if stay is None:
        return None
    expected = stay.expected[-1].on if stay.expected else None
    return InHospital(clock.paris(stay.since).date(), expected)


def coming(visit: Visited) -> VisitDue:
    return VisitDue(visit.id, visit.when, visit.mode, visit.waits)


def warnings_of(
    found: Mapping[ClashKind, Sequence[UUID]], week: Mapping[UUID, Visited], *, mine: bool = False
) -> list[Conflict]:
    """`found`: as `clashes` says it of one visit; `week`: by id, the visits that it may meet."""

    def told(other: Visited) -> str:
        return f"{title_of(other) if mine else other.who}, {words.hour_of(other.when).lower()}"

    return [
        Conflict(clash, str(words.CLASHES[clash]), " · ".join(told(week[each]) for each in others if each in week))
        for clash, others in found.items()
    ]


def day_fact(day: date, hospital: InHospital | None) -> str:
    if hospital and hospital.until == day:
        return _("Retour à la maison prévu")
    return _("À l'hôpital") if hospital and hospital.covers(day) else ""


def title_of(visit: Visited) -> str:
    return visit.patient or _("Sans patient")


def entry_of(visit: Visited, conflicts: list[Conflict], url: str, *, mine: bool, now: datetime) -> AgendaVisit:
    """`mine`: in the reader's own week, where the person is the news; in the person's week it is who comes."""
    where = visit.commune if mine and visit.mode == "home" else str(MODES.get(visit.mode, ""))
    what = said(visit.care) if mine else _with_profession(visit)
    late = _("en retard") if visit.late and visit.waits else ""
    return AgendaVisit(
        id=visit.id,
        when=words.hour_of(visit.when),
        hour=visit.when.at is not None,
        title=title_of(visit) if mine else visit.who,
        note=" · ".join(filter(None, (what, where, late))),
        state=_state_of(visit, now),
        done=visit.state is PassageState.DONE,
        held=visit.held,
        phone="" if mine else visit.phone,
        conflicts=conflicts,
        url=url,
    )


def _with_profession(visit: Visited) -> str:
    """A service's own name says what it is."""
    care = said(visit.care)
    return f"{PROFESSIONS[visit.profession][0]} · {care}" if visit.of_person else care


def _state_of(visit: Visited, now: datetime) -> str:
    if visit.held:
        return _("suspendu : hospitalisation")
    if visit.state is not PassageState.PLANNED:
        return str(STATES[visit.state])
    return _("pas encore noté") if visit.waits and visit.when.day < clock.paris(now).date() else ""


def week_page_of(
    entries: Mapping[UUID, AgendaVisit], week: Sequence[Visited], monday: date, address: Callable[[date], str],
    hospital: InHospital | None, now: datetime,
) -> AgendaWeek:  # fmt: skip
    """`address`: of the week that begins on a Monday."""
    today = clock.paris(now).date()
    days = [monday + timedelta(days=n) for n in range(7)]
    return AgendaWeek(
        title=words.week_words(monday),
        days=[
            AgendaDay(
                day=day,
                name=sentence(date_words(day, "EEEE d")),
                full=sentence(near_day((day - today).days) or date_words(day, "EEEE d MMMM")),
                today=day == today,
                past=day < today,
                fact=day_fact(day, hospital),
                entries=[entries[each.id] for each in week if each.when.day == day and not each.unhoured],
            )
            for day in days
        ],
        before=address(monday - A_WEEK),
        after=address(monday + A_WEEK),
        now="" if monday == monday_of(today) else address(monday_of(today)),
        today=today if any(each.when.day < today for each in week) and today in days else None,
        to_plan=[entries[each.id] for each in week if each.unhoured],
    )


@dataclass(frozen=True)
class PersonWeekPage(Page):
    """Who comes to one person. `whole`: the reader may read all of it; otherwise what is hers. `worries`: how many
    visits cannot be as they stand; `looked_for`: how many of her needs nobody has taken yet."""

    template = "agenda/person.html"
    fragment = "agenda/_person.html"

    patient_id: UUID
    name: str
    here: str
    week: AgendaWeek
    whole: bool
    worries: int
    looked_for: int
    fridge: str
    live_topics: list[str]

    @classmethod
    def about(cls, patient: Patient, account: Account, day: date, now: datetime) -> Self:
        monday = monday_of(day)
        everything = queries.week_of(patient.id, monday, monday + A_WEEK - timedelta(days=1))
        whole = queries.reads_all(account, patient.id)
        read = everything if whole else queries.read_by(account, everything)
        mine = set(recipients_of(account))
        hospital = hospital_of(running(patient.id))
        met, by_id = clashes([coming(each) for each in read], hospital), {each.id: each for each in read}
        entries = {
            each.id: entry_of(
                each,
                warnings_of(met.get(each.id, {}), by_id),
                url_of(each) if each.recipient_id in mine else "",
                mine=False,
                now=now,
            )
            for each in read
        }
        return cls(
            patient_id=patient.id,
            name=patient.name,
            here=_week_of_person(patient.id)(monday),
            week=week_page_of(entries, read, monday, _week_of_person(patient.id), hospital, now),
            whole=whole,
            worries=len(met),
            looked_for=still_looked_for(patient.id) if whole else 0,
            fridge=url_for("agenda.fridge", patient_id=patient.id, week=monday.isoformat()),
            live_topics=[f"patient-{patient.id}"],
        )


def _week_of_person(patient_id: UUID) -> Callable[[date], str]:
    return lambda monday: url_for("agenda.person", patient_id=patient_id, week=monday.isoformat())


def _my_week(monday: date) -> str:
    return url_for("agenda.week", week=monday.isoformat())


def url_of(visit: Visited) -> str:
    """What its bearer opens: where it is moved; of one without an hour, where it is given one."""
    if visit.unhoured or not visit.waits:
        return way("offer", offer_id=visit.offer_id) if visit.offer_id else ""
    return url_of_visit(visit.id)


def url_of_visit(visit_id: UUID) -> str:
    return url_for("agenda.visit", visit_id=visit_id)


@dataclass(frozen=True)
class MyWeekPage(Page):
    template = "agenda/mine.html"
    fragment = "agenda/_mine.html"

    here: str
    week: AgendaWeek
    live_topics: list[str]

    @classmethod
    def of(cls, account: Account, inboxes: Sequence[UUID], day: date, now: datetime) -> Self:
        monday = monday_of(day)
        found = queries.my_week(account.id, inboxes, monday, monday + A_WEEK - timedelta(days=1))
        # A service has several people; she has one pair of feet.
        own = [replace(coming(each), mode="home") for each in found if each.of_person]
        met, by_id = clashes(own), {each.id: each for each in found}
        entries = {
            each.id: entry_of(
                each, warnings_of(met.get(each.id, {}), by_id, mine=True), url_of(each), mine=True, now=now
            )
            for each in found
        }
        week = week_page_of(entries, found, monday, _my_week, None, now)
        return cls(_my_week(monday), week, [f"inbox-{each}" for each in inboxes])


@dataclass(frozen=True)
class MoveOffered:
    """One tap. `value`: as `When` is written; `meets`: who comes then already, in words."""

    value: str
    label: str
    when: str
    meets: str


@dataclass(frozen=True)
class VisitPage(Page):
    """One visit of hers, and to when she may move it. `around`: who else comes that day; `undo`: where it stood before
    she moved it, empty where that is not to be taken back; `offer`, `agenda`: its own page, and the person's week."""

    template = "agenda/visit.html"

    id: UUID
    seen: str
    this: AgendaVisit
    when: str
    choices: list[MoveOffered]
    around: list[AgendaVisit]
    undo: str
    offer: str
    agenda: str
    back: str
    notice: str

    @classmethod
    def about(cls, visit: Visited, account: Account, now: datetime, notice: str = "") -> Self:
        others, hospital = _around(visit, account)
        same_day = [each for each in others if each.when.day == visit.when.day]
        met = clashes([coming(each) for each in (visit, *others)], hospital)
        by_id = {each.id: each for each in others}
        last = queries.last_move(visit, account, now)
        return cls(
            id=visit.id,
            seen=str(visit.when),
            this=entry_of(visit, warnings_of(met.get(visit.id, {}), by_id), "", mine=True, now=now),
            when=sentence(words.said_when(visit.when)),
            choices=[
                MoveOffered(str(to), str(words.SHIFTS[shift]), words.said_when(to), _meets(visit, to, others, hospital))
                for shift, to in queries.shifts_of(visit, now).items()
            ],
            around=[entry_of(each, [], "", mine=False, now=now) for each in same_day],
            undo=words.said_when(queries.before(last)) if last else "",
            offer=way("offer", offer_id=visit.offer_id) if visit.offer_id else "",
            agenda=_week_of_person(visit.patient_id)(monday_of(visit.when.day)) if visit.patient_id else "",
            back=_my_week(monday_of(visit.when.day)),
            notice=notice,
        )


def _around(visit: Visited, account: Account) -> tuple[list[Visited], InHospital | None]:
    """Who else comes on this day and the next, of what she may read."""
    if visit.patient_id is None:
        return [], None
    day = visit.when.day
    found = queries.week_of(visit.patient_id, day, day + timedelta(days=1))
    read = found if queries.reads_all(account, visit.patient_id) else queries.read_by(account, found)
    return [each for each in read if each.id != visit.id], hospital_of(running(visit.patient_id))


def _meets(visit: Visited, to: When, others: Sequence[Visited], hospital: InHospital | None) -> str:
    there = replace(coming(visit), when=to)
    met = clashes([there, *map(coming, others)], hospital).get(visit.id, {})
    found = warnings_of(met, {each.id: each for each in others})
    return " · ".join(filter(None, (words for each in found for words in (each.what, each.who))))


@dataclass(frozen=True)
class FeedPage(Page):
    """`address`: shown this once, when it was just made."""

    template = "agenda/feed.html"

    feed: CalendarFeed | None
    address: str = ""


@dataclass(frozen=True)
class HerVisit:
    """One visit as the person reads it: when, who, where, and whom to call. Not for what."""

    when: str
    who: str
    mode: str
    phone: str


@dataclass(frozen=True)
class HerDay:
    name: str
    fact: str
    visits: list[HerVisit]


def her_days(patient_id: UUID, first: date, count: int = 7, *, only_home: bool = False) -> list[HerDay]:
    """As she, and who reads for her, reads it: what is to come, and no more."""
    found = queries.week_of(patient_id, first, first + timedelta(days=count - 1))
    hospital = hospital_of(running(patient_id))
    expected = [each for each in found if each.waits and (each.mode == "home" or not only_home)]
    days = [first + timedelta(days=n) for n in range(count)]
    return [
        HerDay(
            sentence(date_words(day, "EEEE d MMMM")),
            day_fact(day, hospital),
            [
                HerVisit(words.hour_of(each.when), each.who, each.mode, each.phone)
                for each in expected
                if each.when.day == day
            ],
        )
        for day in days
    ]


@dataclass(frozen=True)
class FridgeSheet(Page):
    """Seven days in large letters: who comes, and whom to call."""

    template = "agenda/_sheet.html"

    title: str
    days: list[HerDay]


@dataclass(frozen=True)
class FridgePage(Page):
    """The sheet as she reads it, within a page of the house. `reads`: its language."""

    template = "agenda/fridge.html"

    back: str
    name: str
    sheet: Markup
    reads: str
    large: bool

    @classmethod
    def of(cls, patient: Patient, space: PatientSpace | None, day: date) -> Self:
        """What has gone by is not printed: of the present week it is seven days from today on."""
        first = max(monday_of(day), clock.paris(clock.now()).date())
        with speaking((space.language if space else None) or language()):
            sheet = FridgeSheet(words.week_words(first), her_days(patient.id, first))
            return cls(
                back=_week_of_person(patient.id)(monday_of(day)),
                name=patient.name,
                sheet=drawn(sheet),
                reads=language(),
                large=bool(space and space.large),
            )
