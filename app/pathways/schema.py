"""What a pathway file holds. The types say it all; `reading.py` checks a file against them, to the last key."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from app.clock import PARIS

MONTH = 31 * 24 * 60
"""Minutes: nothing of a pathway waits longer."""

Text = Annotated[str, Meta(min_length=1, max_length=500)]
Aside = Annotated[str, Meta(max_length=500)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Positive = Annotated[int, Meta(gt=0)]
Minutes = Annotated[int, Meta(gt=0, le=MONTH)]
Hours = Annotated[int, Meta(gt=0, le=MONTH // 60)]
HoursOrNone = Annotated[int, Meta(ge=0, le=MONTH // 60)]
Hour = Annotated[int, Meta(ge=0, le=23)]

Icon = Literal[
    "accessibility",
    "activity",
    "ambulance",
    "armchair",
    "audio-waveform",
    "baby",
    "bandage",
    "battery-low",
    "bed",
    "bed-double",
    "bone",
    "cable",
    "calendar-heart",
    "calendar-sync",
    "car",
    "door-open",
    "droplet",
    "droplets",
    "dumbbell",
    "ear",
    "file-text",
    "flask-conical",
    "footprints",
    "hand-heart",
    "handshake",
    "heart-handshake",
    "heart-pulse",
    "hospital",
    "house",
    "house-heart",
    "microscope",
    "package",
    "pill",
    "puzzle",
    "rotate-3d",
    "scan",
    "scan-search",
    "shower-head",
    "soup",
    "stethoscope",
    "syringe",
    "test-tube",
    "thermometer",
    "users-round",
    "wind",
    "zap",
]
"""Of the sprite, those that mean a kind of care."""

Mode = Literal["home", "practice", "remote"]
Service = Literal[
    "maternity",
    "ward",
    "rehabilitation",
    "nursing-home",
    "outpatient",
    "imaging",
    "laboratory",
    "home-nursing",
    "home-help",
    "equipment",
    "dac",
    "social-work",
]
"""An establishment's service answers as one: whoever works there may."""

Profession = Literal["nurse", "midwife", "doctor", "physiotherapist", "pharmacist", Service]
Kind = Literal["circle", "practice", "chosen", "near", "other"]

Aim = Literal["seen", "home", "birth", "place", "support", "team"]
"""What a pathway is asked for; words in `choosing.AIMS`."""


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: what it does not know is a mistake."""


class Reason(Part, frozen=True):
    """Why the patient needs someone. `care` is what a phone may show of it: a family, never a diagnosis. `shown`: what
    whoever is asked reads of it beside that before she says yes: enough to judge, and still of many people."""

    slug: Slug
    label: Text
    care: Text
    icon: Icon
    minutes: Minutes  # how long the act takes, for the professional's round
    profession: Profession | None = None  # when it is not the one that the whole search asks
    shown: Aside = ""
    skill: Aside = ""  # who has it comes first (a slug of `directory.words.SKILLS`)
    urgent: bool = False  # rings at any hour, and its patience never sleeps
    once: bool = False  # a delivery or a visit, in a pathway whose other needs come back for days
    patient: bool = True  # a service that lends a person or a bed pump asks about nobody


class Window(Part, frozen=True):
    """When it is to happen: from now, for `hours`; or a day, counted from today, from one local hour to another."""

    slug: Slug
    label: Text
    hours: HoursOrNone = 0
    day: Annotated[int, Meta(ge=0, le=31)] = 0
    from_hour: Hour = 0
    to_hour: Hour = 0

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """The instants between which the care is wanted; local hours keep their meaning across a change of clocks."""
        if self.hours:
            return now, now + timedelta(hours=self.hours)
        day = (now.astimezone(PARIS) + timedelta(days=self.day)).date()
        start = datetime.combine(day, time(self.from_hour), PARIS)
        end = datetime.combine(day, time(self.to_hour), PARIS)
        return max(now, start.astimezone(now.tzinfo)), end.astimezone(now.tzinfo)


def windows_open(windows: Sequence[Window], now: datetime) -> list[Window]:
    """Those that have not ended yet: `ce matin` is not offered in the afternoon."""
    return [window for window in windows if window.bounds(now)[0] < window.bounds(now)[1]]


class Option(Part, frozen=True):
    """One answer. `stops`: why a request with this answer cannot be sent, in words for who asks."""

    slug: Slug
    label: Text
    stops: Aside = ""


class Question(Part, frozen=True):
    """One field of the form. `only_if`: another question's slug and the answer that makes this one asked. `reasons`:
    the only ones for which it is asked.

    `shown`: also to those who are asked, before anyone accepts. Only for what is chosen from a list: a text could
    name somebody.
    """

    slug: Slug
    label: Text
    kind: Literal["choice", "choices", "number", "date", "text", "long-text"]
    help: Aside = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    only_if: tuple[Slug, Slug] | None = None
    reasons: tuple[Slug, ...] = ()
    shown: bool = False
    unit: Aside = ""


class Protocol(Part, frozen=True):
    """The medical protocol under which a nurse decides alone (L1110-12 CSP; MISSION 2, ED rule)."""

    number: Text
    version: Text
    author: Text
    validated_on: date


class SignOff(Part, frozen=True):
    """Who must decide before anything is sent: a named senior doctor; or, where there is a protocol, the nurse."""

    label: Text
    protocol: Protocol | None = None


class Stage(Part, frozen=True):
    """One step of the search. `minutes`: how long before the next one is opened; `offers`: how many are asked at once;
    `offer_minutes`: how long each may answer; `km`: how far, for near and other; `reasons`: the only ones for
    which it is taken."""

    kind: Kind
    minutes: Minutes
    offer_minutes: Minutes
    offers: Annotated[int, Meta(gt=0, le=100)] = 1
    km: Annotated[int, Meta(ge=0, le=200)] = 0
    professions: tuple[Profession, ...] = ()
    reasons: tuple[Slug, ...] = ()

    @property
    def patience(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def offer_patience(self) -> timedelta:
        return timedelta(minutes=self.offer_minutes)


class Search(Part, frozen=True):
    """Whom to look for. `hours`: local hours within which patience counts, none: day and night.

    `choice`: the first yes has it, or the requester picks among `proposals` of them. `answer_hours`: after which a
    human must know, whatever the care's own window (a maternity has four days); none: until the window ends. `around`:
    near whom; a bed is looked for where the patient lies, not where she lives. `skilled`: among the near ones only who
    has the need's skill is asked, where otherwise she comes first.
    """

    profession: Profession
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1)]
    hours: tuple[Hour, Hour] | None = None
    choice: Literal["first", "requester"] = "first"
    proposals: Annotated[int, Meta(gt=0, le=20)] = 3
    answer_hours: HoursOrNone = 0
    around: Literal["patient", "requester"] = "patient"
    skilled: bool = False

    def answer_by(self, window_end: datetime, now: datetime, *, until: datetime | None = None) -> datetime:
        """When a search that begins now ends: `answer_hours` later, or when it was to end (`until`) if that is later;
        never once the care is not wanted any more."""
        if not self.answer_hours:
            return window_end
        later = now + timedelta(hours=self.answer_hours)
        return min(window_end, max(later, until or later))


class Task(Part, frozen=True):
    """Something to do once a request is taken. `due_hours` after that; `after`: what it counts from."""

    slug: Slug
    label: Text
    owner: Literal["performer", "requester"]
    due_hours: Hours


class Copy(Part, frozen=True):
    """News for the patient's usual professional, that expects no answer."""

    to: Profession
    on: Literal["accept", "start", "finish"]
    text: Text


class After(Part, frozen=True):
    """What follows an acceptance. `usual`: who becomes the patient's usual professional. `start_hours`: without a
    beginning of care within them, the one who asked is told. `checklist`: what the appointment is for. `outcome_to`:
    which usual professionals read what was done and advised, beside the one who asked. `opinion_hours`: what is awaited
    is a written opinion and no visit, at the latest so many hours after it was asked; none: care."""

    start_hours: Hours
    usual: Literal["", "requester", "performer"] = ""
    checklist: tuple[Text, ...] = ()
    free: bool = False
    tasks: tuple[Task, ...] = ()
    copies: tuple[Copy, ...] = ()
    outcome_to: tuple[Profession, ...] = ()
    opinion_hours: HoursOrNone = 0
    start_label: Text = "Les soins commencent"
    finish_label: Text = "Les soins sont terminés"


class Attachment(Part, frozen=True):
    """A document that may be joined: PDF or picture. `type`: what it most often is (`documents.rules.TYPES`)."""

    label: Text
    help: Aside = ""
    type: Literal["prescription", "lab-result", "liaison-letter", "wound-photo", "other"] = "other"


class Pathway(Part, frozen=True):
    """One kind of request, as its file describes it.

    `owner`: the organization that made this version its own, none for the catalogue's. `starts`: kinds of
    organizations whose people may start it, none: everyone's; `often`: those whose people ask it most. `aim`: what for.
    `several`: the needs of one event, each searched on its own. `recurring`: care that may come back for days.
    `place`: whose establishment is chosen.
    """

    slug: Slug
    version: Positive
    order: Annotated[int, Meta(ge=0, le=1000)]  # among the others, on the screen where one is chosen
    title: Text
    short_title: Text
    icon: Icon
    explanation: Text
    agreement: Text
    modes: Annotated[tuple[Mode, ...], Meta(min_length=1)]
    reasons: Annotated[tuple[Reason, ...], Meta(min_length=1)]
    windows: Annotated[tuple[Window, ...], Meta(min_length=1)]
    search: Search
    after: After
    starts: tuple[Text, ...] = ()
    often: tuple[Text, ...] = ()
    aim: Aim = "home"
    several: bool = False
    recurring: bool = False
    place: Service | None = None
    questions: tuple[Question, ...] = ()
    sign_off: SignOff | None = None
    attachment: Attachment | None = None
    owner: str = ""

    def reason(self, slug: str) -> Reason:
        return next(reason for reason in self.reasons if reason.slug == slug)

    def window(self, slug: str) -> Window:
        return next(window for window in self.windows if window.slug == slug)

    def question(self, slug: str) -> Question:
        return next(question for question in self.questions if question.slug == slug)

    def profession_for(self, reason: Reason) -> Profession:
        """Whom this need asks."""
        return reason.profession or self.search.profession

    def search_for(self, reason: str) -> Search:
        """The search as it goes for this reason: stages that are for others only are not in it."""
        stages = tuple(stage for stage in self.search.stages if not stage.reasons or reason in stage.reasons)
        return self.search if len(stages) == len(self.search.stages) else replace(self.search, stages=stages)
