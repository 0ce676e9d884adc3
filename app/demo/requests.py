"""What happened in the invented territory until now: `requests.toml`."""

from datetime import datetime, time, timedelta

import msgspec

from app.clock import PARIS, paris
from app.costs.terms import FundingSituation, WantedService
from app.demo.people import CAST, FOLDER, PEOPLE, known, read
from app.demo.plot import ANYONE, NOBODY, Plot
from app.funding.rules import Funder
from app.liaison.rules import NoteType, Visibility


class PastRequest(Plot, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`opened`: minutes before now, or (days before today, time in Paris)."""

    opened: int | tuple[int, time]
    patient: str


class PastExit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many days after today; `why`: what changed."""

    days: int
    why: str = ""


class PastStay(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody who is in hospital now, since so many days."""

    patient: str
    ward: str
    by: str
    since: int
    exits: tuple[PastExit, ...]


class PastAssessment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody saw of a person, so many days ago; `answers` as the grid takes them."""

    patient: str
    grid: str
    by: str
    days: int
    answers: dict[str, str]
    remark: str = ""


class PastAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody answered to an advice asked, so many minutes before now."""

    by: str
    ago: int
    text: str


class PastNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody wrote in a person's liaison book, so many minutes before now."""

    patient: str
    by: str
    ago: int
    text: str
    type: NoteType = NoteType.OBSERVATION
    urgent: bool = False
    visibility: Visibility = Visibility.CIRCLE
    answer: PastAnswer | None = None


class PastSafetyNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be known at her door."""

    patient: str
    by: str
    text: str


class PastFolder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A coordination folder that is open since so many days: who opened it and coordinates, who said yes, and who was
    asked and has not answered (a professional, or a service)."""

    patient: str
    by: str
    days: int
    moment: str
    why: str
    level: int
    team: tuple[str, ...]
    asked: tuple[str, ...] = ()


class PastWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody who cares for a person said to the others, so many minutes ago."""

    patient: str
    by: str
    ago: int
    text: str


class PastEstimate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody reckoned with a person some days ago, and showed her."""

    patient: str
    by: str
    days: int
    situation: FundingSituation
    services: tuple[WantedService, ...]
    asked: tuple[Funder, ...] = ()


class PastRequests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    requests: tuple[PastRequest, ...]
    stays: tuple[PastStay, ...]
    assessments: tuple[PastAssessment, ...]
    notes: tuple[PastNote, ...]
    safety_notes: tuple[PastSafetyNote, ...]
    folders: tuple[PastFolder, ...]
    around: tuple[PastWord, ...]
    estimates: tuple[PastEstimate, ...]

    def __post_init__(self) -> None:
        known(CAST.patients, [*(one.patient for one in self.requests), *(one.patient for one in self.stays)])
        known(PEOPLE, [*(one.by for one in self.stays), *(one.by for one in self.assessments)])
        known(CAST.patients, [*(one.patient for one in self.assessments), *(one.patient for one in self.around)])
        known(PEOPLE, (one.by for one in self.around))
        known(PEOPLE, [*(one.by for one in self.notes), *(one.by for one in self.safety_notes)])
        known(CAST.patients, [*(one.patient for one in self.notes), *(one.patient for one in self.safety_notes)])
        known(CAST.patients, (one.patient for one in self.folders))
        known(PEOPLE, [*(one.by for one in self.folders), *(key for one in self.folders for key in one.team)])
        known([*PEOPLE, *CAST.places], (key for one in self.folders for key in one.asked))
        known(CAST.patients, (one.patient for one in self.estimates))
        known(PEOPLE, (one.by for one in self.estimates))
        known(CAST.places, [*(one.chosen for one in self.requests if one.chosen), *(one.ward for one in self.stays)])
        known(PEOPLE, (one.decider for one in self.requests if one.decider))
        known([*PEOPLE, ANYONE, NOBODY], (key for one in self.requests for key in (one.by, one.taker)))


_PAST = read(FOLDER / "requests.toml", PastRequests)
REQUESTS, STAYS, ASSESSMENTS, FOLDERS = _PAST.requests, _PAST.stays, _PAST.assessments, _PAST.folders
NOTES, SAFETY_NOTES, AROUND, ESTIMATES = _PAST.notes, _PAST.safety_notes, _PAST.around, _PAST.estimates


def opened_at(opened: int | tuple[int, time], now: datetime) -> datetime:
    if isinstance(opened, int):
        return now - timedelta(minutes=opened)
    days, hour = opened
    return datetime.combine((paris(now) - timedelta(days=days)).date(), hour, PARIS).astimezone(now.tzinfo)
