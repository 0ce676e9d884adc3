"""What happened in the invented territory until now: `requests.toml`."""

from datetime import datetime, time, timedelta

import msgspec

from app.clock import PARIS, paris
from app.demo.people import CAST, FOLDER, PEOPLE, known, read
from app.demo.plot import ANYONE, NOBODY, Plot


class PastRequest(Plot, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`opened`: minutes before now, or (days before today, time in Paris)."""

    opened: int | tuple[int, time]
    patient: str


class PastRequests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    requests: tuple[PastRequest, ...]

    def __post_init__(self) -> None:
        known(CAST.patients, (one.patient for one in self.requests))
        known(CAST.places, (one.chosen for one in self.requests if one.chosen))
        known(PEOPLE, (one.decider for one in self.requests if one.decider))
        known([*PEOPLE, ANYONE, NOBODY], (key for one in self.requests for key in (one.by, one.taker)))


REQUESTS = read(FOLDER / "requests.toml", PastRequests).requests


def opened_at(opened: int | tuple[int, time], now: datetime) -> datetime:
    if isinstance(opened, int):
        return now - timedelta(minutes=opened)
    days, hour = opened
    return datetime.combine((paris(now) - timedelta(days=days)).date(), hour, PARIS).astimezone(now.tzinfo)
