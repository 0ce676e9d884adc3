"""Which times are offered in one tap, and which can be meant at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.care_requests.rules import State
from app.language.phrases import gettext as _
from app.language.words import date_words, hour, near_day, whole_hour

JUST_NOW = timedelta(minutes=5)
"""A slot tapped on a screen that was open for a while is still meant."""

FAR_AWAY = timedelta(days=90)
"""Beyond this a date is a slip of the thumb."""

PRESSING = timedelta(hours=48)
"""Care wanted within that time may begin at once; what may wait for weeks is not offered so."""

AT_ONCE = "now"
HOURS = (9, 11, 14, 17)


class NoSuchTime(ValueError):
    """A time at which no visit can begin; the message is for the screen."""


@dataclass(frozen=True)
class Slot:
    """A time that a thumb can choose. `label` in French; `value`: what the tap sends, so that `now` stays now on a page
    that was open for a while."""

    at: datetime
    label: str
    value: str


def next_slots(
    window_end: datetime, now: datetime, zone: ZoneInfo, *, window_start: datetime | None = None, at_most: int = 4
) -> list[Slot]:
    """`tout de suite, vers 10 h 15` when that was asked for, `dans 1 h`, then round hours: those within what was asked,
    and else the next ones there are."""
    begin = max(window_start or now, now)
    every = list(_slots(begin, now, zone))
    within = [slot for slot in every if begin <= slot.at <= window_end]
    pressing = begin == now and now <= window_end <= now + PRESSING
    at_once = [_at_once(now)] if pressing else []
    return [*at_once, *(within or every)][:at_most]


def soon(now: datetime) -> datetime:
    """What `tout de suite` is for whoever waits: an hour to count on, a quarter to half an hour away, and no minute of
    a tap, which is past when the patient reads it."""
    leaving = to_the_minute(now) + timedelta(minutes=15)
    return leaving + timedelta(minutes=-leaving.minute % 15)


def _at_once(now: datetime) -> Slot:
    return Slot(soon(now), _("tout de suite, vers %(at)s", at=hour(soon(now))), AT_ONCE)


def to_the_minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _slots(begin: datetime, now: datetime, zone: ZoneInfo) -> Iterator[Slot]:
    # Counted in UTC: an hour from now is an hour from now, whatever the clocks do meanwhile.
    in_an_hour = to_the_minute(now) + timedelta(hours=1)
    in_an_hour += timedelta(minutes=-in_an_hour.minute % 5)
    if 6 <= in_an_hour.astimezone(zone).hour < 22:
        yield Slot(in_an_hour, _("dans 1 h"), in_an_hour.isoformat())
    today, first = now.astimezone(zone).date(), begin.astimezone(zone).date()
    for away in range((first - today).days, (first - today).days + 3):
        for round_hour in HOURS:
            at = datetime.combine(today + timedelta(days=away), time(round_hour), zone).astimezone(UTC)
            if at > in_an_hour + timedelta(minutes=20):
                yield Slot(at, f"{_day(today, away)}{whole_hour(round_hour)}", at.isoformat())


def _day(today: date, away: int) -> str:
    """`demain `, or `jeu. 26 ` for a day further away; nothing for today."""
    if away == 0:
        return ""
    return f"{near_day(away) or date_words(today + timedelta(days=away), 'EEE d')} "


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time typed by hand; the first of the two when the clocks go back.

    Raises `NoSuchTime` when the clocks skip that hour, or the calendar ends before it.
    """
    try:
        meant = local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise NoSuchTime(_("Cette date n'est pas possible. Vérifiez l'année.")) from None
    if meant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(_("Cette heure n'existe pas ce jour-là : on change d'heure. Choisissez-en une autre."))
    return meant


def check_time(starts_at: datetime, now: datetime) -> None:
    """Raises `NoSuchTime` when no visit can be meant to begin then."""
    if starts_at < now - JUST_NOW:
        raise NoSuchTime(_("Cette heure est déjà passée. Choisissez-en une autre."))
    if starts_at > now + FAR_AWAY:
        raise NoSuchTime(_("C'est dans plus de trois mois. Vérifiez la date."))


REASONS = ("away", "elsewhere", "hospital", "not-needed", "other")
"""Why a patient cannot at that time: codes, so that nothing has to be written; none is of health but `hospital`, which
whoever comes must know to not stand before a closed door."""

PARTS = {"morning": (8, 12), "afternoon": (12, 17), "evening": (17, 20)}
"""Parts of a day as a patient wishes them: from which hour, until which."""

WISHED_DAYS = 4
AT_MOST_WISHED = 12

HAS_COME = timedelta(hours=1)
"""From then on after the hour that was said one may ask whether somebody came: nobody comes to the minute."""

EVE = time(18)
"""When the reminder of the next day's visit leaves: late enough to be read at home, early enough to be answered."""


@dataclass(frozen=True, order=True)
class PartOfDay:
    """A part of a day: `2026-11-29/morning` in rows and forms."""

    day: date
    part: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}/{self.part}"


def read_moment(text: str) -> PartOfDay | None:
    day, _slash, part = text.partition("/")
    try:
        return PartOfDay(date.fromisoformat(day), part) if part in PARTS else None
    except ValueError:
        return None


def moments_to_wish(now: datetime, zone: ZoneInfo) -> list[tuple[date, list[PartOfDay]]]:
    """What a patient may tick, by day: the next days, each with the parts of it that have not begun to end."""
    local = now.astimezone(zone)
    today = local.date()
    later_today = [PartOfDay(today, part) for part, (_, ends) in PARTS.items() if ends > local.hour + 1]
    after = [today + timedelta(days=away) for away in range(1, WISHED_DAYS)]
    next_days = [(day, [PartOfDay(day, part) for part in PARTS]) for day in after]
    return [(today, later_today), *next_days] if later_today else next_days


def asks_whether_came(state: State, starts_at: datetime | None, now: datetime) -> bool:
    """Is it time to ask the patient whether somebody came? Not once the professional has said that it is over."""
    return state in (State.SCHEDULED, State.STARTED) and starts_at is not None and starts_at + HAS_COME <= now


def reminder_at(starts_at: datetime, said_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The evening before; none when the time was said only then or later, for what was just said is remembered."""
    eve = datetime.combine(starts_at.astimezone(zone).date() - timedelta(days=1), EVE, zone).astimezone(UTC)
    return eve if said_at < eve else None
